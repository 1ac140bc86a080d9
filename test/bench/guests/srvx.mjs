// srvx, with the global Response or with its own.
import { FastResponse, toNodeHandler } from "srvx/node";
import { fetchFor } from "./web.mjs";

/** @param {import("../server.mjs").Setting} setting */
export async function createGuest({ contender, scenario }) {
  const answer = fetchFor(scenario, contender.fast ? FastResponse : Response);
  return { handler: toNodeHandler(answer), perRoute: true };
}
