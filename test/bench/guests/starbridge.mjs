// Starbridge, from the copy of the package that this run works with.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const ENTRIES = { express: "./express", express4: "./express", fastify: "./fastify" };

/** @param {import("../server.mjs").Setting} setting */
export async function createGuest({ contender, root, packageRoot }) {
  const entry = ENTRIES[contender.host] ?? "./connect";
  const { exports } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
  const url = pathToFileURL(join(packageRoot, exports[entry].default)).href;
  const { starbridge } = await import(url);
  const options = { root, ...(contender.mode === "source" && { build: false }) };
  if (contender.host === "fastify") return { plugin: starbridge, options };
  const handler = starbridge(options);
  return { handler, ready: () => handler.ready() };
}
