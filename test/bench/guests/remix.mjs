// @remix-run/node-fetch-server.
import { createRequestListener } from "@remix-run/node-fetch-server";
import { fetchFor } from "./web.mjs";

/** @param {import("../server.mjs").Setting} setting */
export async function createGuest({ scenario }) {
  return { handler: createRequestListener(fetchFor(scenario)), perRoute: true };
}
