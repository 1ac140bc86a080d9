import type { APIRoute } from "astro";
import { listCategories } from "../../../shop/catalog.ts";

export const GET: APIRoute = () => Response.json(listCategories());
