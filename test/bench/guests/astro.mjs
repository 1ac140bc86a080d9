// Astro's Node adapter in middleware mode, over the same pages.
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** @param {import("../server.mjs").Setting} setting */
export async function createGuest({ root }) {
  const { handler } = await import(pathToFileURL(join(root, "dist/server/entry.mjs")).href);
  return { handler };
}
