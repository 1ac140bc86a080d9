// .starbridge/types.d.ts: the project's routes and their params, for the compiler and the editor.
import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { compareRoutes } from "../routes/order.ts";
import type { RoutePattern } from "../routes/route.ts";

/** Where the types are, relative to root. */
export const TYPES_FILE = ".starbridge/types.d.ts";

/** The text of the types; the order of the routes does not matter. */
function renderTypes(routes: readonly RoutePattern[]): string {
  const byPattern = new Map<string, RoutePattern>();
  for (const route of [...routes].sort(compareRoutes)) byPattern.set(route.pattern, route);
  const members = [...byPattern.values()].map(
    (route) => `    ${JSON.stringify(route.pattern)}: ${paramsOf(route)};`,
  );
  return [
    "// Written by `starbridge types`, and in development when files come and go; do not edit.",
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
  return replace(join(root, TYPES_FILE), await readText(root), renderTypes(routes));
}

/** The same where the types were written before, and nothing where nobody has asked for them. */
export async function updateTypes(root: string, routes: readonly RoutePattern[]): Promise<boolean> {
  const before = await readText(root);
  if (before === undefined) return false;
  return replace(join(root, TYPES_FILE), before, renderTypes(routes));
}

function readText(root: string): Promise<string | undefined> {
  return readFile(join(root, TYPES_FILE), "utf8").catch(() => undefined);
}

/** By rename: a compiler that looks in between finds the old types or the new ones. */
async function replace(file: string, before: string | undefined, text: string): Promise<boolean> {
  if (before === text) return false;
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    await writeFile(draft, text);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  return true;
}
