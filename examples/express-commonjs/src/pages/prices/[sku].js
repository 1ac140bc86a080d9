import { priceOf } from "../../../prices.cjs";

/** @type {import("starbridge").APIRoute<"/prices/[sku]">} */
export const GET = ({ params }) => Response.json(priceOf(params.sku));
