// express-file-routing: a router made of the files in routes/.
import { join } from "node:path";
import { router } from "express-file-routing";

/** @param {import("../server.mjs").Setting} setting */
export async function createGuest({ root, scenario }) {
  const handler = await router({ directory: join(root, "routes") });
  return { handler, before: scenario.route === "middleware" };
}
