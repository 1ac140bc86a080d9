import type { APIRoute } from "astro";

const products = new Map([
  ["tea", { name: "Tea", cents: 300 }],
  ["salt", { name: "Salt", cents: 120 }],
]);

export const GET: APIRoute = ({ params, pass }) => {
  const product = products.get(params.sku ?? "");
  return product ? Response.json(product) : pass();
};
