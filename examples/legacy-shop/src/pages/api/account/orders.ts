import type { APIRoute } from "astro";
import { ordersOf } from "../../../../shop/orders.ts";
import { requireUser } from "../../../../shop/session.ts";

export const GET: APIRoute = ({ locals }) =>
  Response.json(ordersOf(requireUser(locals.session).email));
