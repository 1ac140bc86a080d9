// @whatwg-node/server. It brings a Request and a Response of its own; endpoints use the one it hands out.
import { createServerAdapter } from "@whatwg-node/server";
import { fetchFor } from "./web.mjs";

/** @param {import("../server.mjs").Setting} setting */
export async function createGuest({ scenario }) {
  return { handler: createServerAdapter(fetchFor(scenario)), perRoute: true };
}
