// Which language a project is written in, and who runs it: nobody declares it, so it is read from the signs.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Package } from "./packages.ts";

/** Packages that nobody installs for JavaScript. */
const TYPED = ["typescript", "@types/node"];

/** Packages that run TypeScript, and make whatever module they like of it. */
const RUNNERS = [
  "tsx",
  "ts-node",
  "ts-node-dev",
  "@swc-node/register",
  "@swc/register",
  "esbuild-register",
  "@oxc-node/core",
  "jiti",
];

/** The same in a script: what is compiled first is run by Node as what it has become. */
const COMPILES =
  /\b(?:tsx|ts-node|ts-node-dev|tsup|tsdown|esbuild|swc|nest|rollup|webpack)\b|\btsc\b(?!.*--noEmit)/;

/** How TypeScript is run: by Node as it stands, or by a tool in between. */
export type TypeScriptRun = "native" | "compiled";

/** @returns `undefined` for a project of JavaScript. */
export async function typeScriptOf(
  root: string,
  sources: readonly string[],
  packages: readonly Package[],
): Promise<TypeScriptRun | undefined> {
  const has = (name: string): boolean =>
    packages.some(({ dependencies }) => dependencies.has(name));
  const scripts = packages.flatMap(({ manifest }) => Object.values(Object(manifest.scripts)));
  const isCompiled = RUNNERS.some(has) || scripts.some((script) => COMPILES.test(String(script)));
  const isTyped =
    TYPED.some(has) || RUNNERS.some(has) || (await hasSources(root, sources, packages));
  if (!isTyped) return undefined;
  return isCompiled ? "compiled" : "native";
}

async function hasSources(
  root: string,
  sources: readonly string[],
  packages: readonly Package[],
): Promise<boolean> {
  for (const folder of new Set([root, ...packages.map((one) => one.folder)])) {
    const names: string[] = await readdir(folder).catch(() => []);
    if (names.includes("tsconfig.json")) return true;
  }
  const names = await readdir(root).catch(() => []);
  // The config of a tool says nothing of the project.
  if (names.some((name) => TYPESCRIPT.test(name) && !/\.config\.[cm]?ts$/.test(name))) return true;
  for (const folder of sources) {
    if (await holds(folder, TYPESCRIPT)) return true;
  }
  return false;
}

/** Sources, not declarations: JavaScript has those too. */
const TYPESCRIPT = /(?<!\.d)\.[cm]?tsx?$/;

/** Files that are ES modules or CommonJS by what a package.json says. */
export const EITHER_KIND = /(?<!\.d)\.[jt]sx?$/;

/** Whether a folder holds a file of such a name, at any depth, packages left out. */
export async function holds(folder: string, name: RegExp): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  if (entries.some((entry) => entry.isFile() && name.test(entry.name))) return true;
  for (const entry of entries) {
    if (!entry.isDirectory() || /^(?:node_modules$|\.)/.test(entry.name)) continue;
    if (await holds(join(folder, entry.name), name)) return true;
  }
  return false;
}
