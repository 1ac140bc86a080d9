import { products } from "../../products.js";

export const prerender = true;

export const GET = () =>
  Response.json(products, { headers: { "cache-control": "public, max-age=60" } });
