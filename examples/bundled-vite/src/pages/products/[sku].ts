import type { APIRoute, GetStaticPaths } from "astro";

const products = new Map([
  ["tea", { name: "Tea", cents: 300 }],
  ["salt", { name: "Salt", cents: 120 }],
]);

// In a map nothing is rendered ahead: it runs on request, for the paths below.
export const prerender = true;

export const getStaticPaths = (() =>
  [...products].map(([sku, props]) => ({ params: { sku }, props }))) satisfies GetStaticPaths;

export const GET: APIRoute = ({ props }) => Response.json(props);
