// The signature covers the raw bytes: the bridge is mounted above the host's body parsers.
import type { APIRoute } from "astro";
import { updateOrder } from "../../../../shop/orders.ts";
import { checkSignature } from "../../../../shop/signature.ts";

export const POST: APIRoute = async ({ request }) => {
  const body = await request.text();
  checkSignature(body, request.headers.get("x-shop-signature"));
  return Response.json(updateOrder(body));
};
