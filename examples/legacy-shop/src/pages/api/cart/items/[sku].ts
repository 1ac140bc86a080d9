import type { APIRoute } from "starbridge";
import { setQuantity } from "../../../../../shop/cart.ts";

export const PUT: APIRoute<"/api/cart/items/[sku]"> = async ({ params, request, locals }) => {
  const { quantity } = Object(await request.json());
  return Response.json(setQuantity(locals.session, params.sku, quantity));
};
