import type { APIRoute } from "starbridge";
import { getProduct } from "../../../../shop/catalog.ts";

export const GET: APIRoute<"/api/products/[sku]"> = ({ params }) =>
  Response.json(getProduct(params.sku));
