import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Top folder of the repository, with `/` at its end. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

interface Entry {
  require?: { types: string; default: string };
  types: string;
  default?: string;
}

interface Manifest {
  name: string;
  type: string;
  engines: { node: string };
  files: string[];
  types: string;
  typesVersions: { "*": Record<string, [string]> };
  exports: Record<string, string | Entry>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional?: boolean }>;
}

export const manifest = JSON.parse(read("package.json")) as Manifest;

/** The entries that have code, by the name that users import: `starbridge/express`. */
export const entries = Object.entries(manifest.exports)
  .filter(([, target]) => typeof target === "object" && target.default !== undefined)
  .map(([path]) => manifest.name + path.slice(1));

/** Text of a file of the repository. */
export function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** Files below a folder, relative to the repository, sorted, with `/` on every platform. */
export function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll("\\", "/"))
    .sort();
}

/** Path of a fixture of the package tests. */
export function fixture(name: string): string {
  return join(dirname(fileURLToPath(import.meta.url)), "fixtures", name);
}

interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end, killed after a minute. */
export function run(command: string, args: string[], cwd = root): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, timeout: 60_000, env: plainEnvironment() });
    const finished: Finished = { code: null, stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text) => {
      finished.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      finished.stderr += text;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ ...finished, code }));
  });
}

/**
 * The environment of a child. What the test runner adds for itself would change it: loaders, colours,
 * NODE_ENV.
 */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_ENV: _env, FORCE_COLOR: _color, ...env } = process.env;
  for (const name of Object.keys(env)) if (name.startsWith("VITEST")) delete env[name];
  return env;
}
