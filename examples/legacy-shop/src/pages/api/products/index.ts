// GET is new; POST on the same URL is still legacy.
import type { APIRoute } from "astro";
import { listProducts } from "../../../../shop/catalog.ts";

export const GET: APIRoute = ({ url }) => Response.json(listProducts(url.searchParams));
