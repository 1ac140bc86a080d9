// @fastify/autoload: a plugin for each folder of routes/.
import { join } from "node:path";
import autoload from "@fastify/autoload";

/** @param {import("../server.mjs").Setting} setting */
export async function createGuest({ root, scenario }) {
  const options = { dir: join(root, "routes"), routeParams: true };
  return { plugin: autoload, options, before: scenario.route === "middleware" };
}
