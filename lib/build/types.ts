// .starbridge/types.d.ts: the project's routes and their params, for the compiler and the editor.
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RoutePattern } from "../routes/route.ts";

/** Where the types are, relative to root. */
export const TYPES_FILE = ".starbridge/types.d.ts";

/**
 * The text of the types.
 *
 * @param routes In the order in which they are asked; of several with one pattern, the first counts.
 */
export function renderTypes(routes: readonly RoutePattern[]): string {
  const byPattern = new Map<string, RoutePattern>();
  for (const route of routes)
    if (!byPattern.has(route.pattern)) byPattern.set(route.pattern, route);
  const members = [...byPattern.values()].map(
    (route) => `    ${JSON.stringify(route.pattern)}: ${paramsOf(route)};`,
  );
  return [
    "// Written by `starbridge types`; do not edit.",
    "declare namespace Starbridge {",
    "  /** The params of each route, by its pattern. */",
    members.length === 0 ? "  interface Routes {}" : "  interface Routes {",
    ...(members.length === 0 ? [] : [...members, "  }"]),
    "",
    "  /** The pattern of a route. */",
    "  type Route = keyof Routes;",
    "",
    "  /** The params of a route. */",
    "  type Params<Pattern extends Route> = Routes[Pattern];",
    "}",
    "",
  ].join("\n");
}

function paramsOf({ segments }: RoutePattern): string {
  const types = new Map<string, string>();
  for (const { kind, value } of segments.flat()) {
    if (kind !== "text") types.set(value, kind === "rest" ? "string | undefined" : "string");
  }
  if (types.size === 0) return "{}";
  return `{ ${[...types].map(([name, type]) => `${keyOf(name)}: ${type}`).join("; ")} }`;
}

/** A parameter may be called by a number. */
function keyOf(name: string): string {
  return /^\d/.test(name) ? JSON.stringify(name) : name;
}

/**
 * Writes the types of a project.
 *
 * @returns Whether they were not there already: a file that stays the same is left alone, for whoever watches it.
 */
export async function writeTypes(root: string, routes: readonly RoutePattern[]): Promise<boolean> {
  const file = join(root, TYPES_FILE);
  const text = renderTypes(routes);
  const before = await readFile(file, "utf8").catch(() => undefined);
  if (before === text) return false;
  await mkdir(dirname(file), { recursive: true });
  // By rename: a compiler that looks in between finds the old types or the new ones.
  const draft = `${file}.${process.pid}`;
  try {
    await writeFile(draft, text);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  return true;
}
