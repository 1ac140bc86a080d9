// GET is new; DELETE on the same URL is still legacy.
import type { APIRoute } from "astro";
import { readCart } from "../../../../shop/cart.ts";

export const GET: APIRoute = ({ locals }) => Response.json(readCart(locals.session));
