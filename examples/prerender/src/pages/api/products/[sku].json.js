import { products } from "../../../products.js";

export const prerender = true;

export const getStaticPaths = () =>
  products.map((product) => ({ params: { sku: product.sku }, props: { product } }));

/** @type {import("starbridge").APIRoute} */
export const GET = ({ props }) => Response.json(props.product);
