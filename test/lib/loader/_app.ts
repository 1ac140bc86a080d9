// What the tests of loaders share: an app on the disk, the loader as it is shipped, a host of its own process.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import type { BridgeError } from "../../../lib/errors.ts";
import type { FileLoaderOptions } from "../../../lib/loader/files.ts";
import type { MapLoaderOptions } from "../../../lib/loader/map.ts";
import type { Loader, PageFile } from "../../../lib/loader/pages.ts";

const repository = fileURLToPath(new URL("../../../", import.meta.url));

/** Path of the built file loader. */
export const fileLoaderPath = join(repository, "dist/lib/loader/files.js");

/** Writes an app into a temporary folder that is removed when the test ends. */
export function writeApp(files: Record<string, string>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "starbridge-loader-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

/** Makes packages of this repository, or itself, importable from an app. */
export function link(root: string, ...names: string[]): void {
  for (const name of names) {
    const target = name === "starbridge" ? repository : join(repository, "node_modules", name);
    const place = join(root, "node_modules", name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(target, place, "junction");
  }
}

// The loaders of dist/: Node imports the pages, as it does for users, and not the test runner.

/** The file loader as it is shipped. */
export async function createFileLoader(options: FileLoaderOptions): Promise<Loader> {
  const module: typeof import("../../../lib/loader/files.ts") = await import(
    pathToFileURL(fileLoaderPath).href
  );
  return module.createFileLoader(options);
}

/** The map loader as it is shipped. */
export async function createMapLoader(options: MapLoaderOptions): Promise<Loader> {
  const path = join(repository, "dist/lib/loader/map.js");
  const module: typeof import("../../../lib/loader/map.ts") = await import(
    pathToFileURL(path).href
  );
  return module.createMapLoader(options);
}

export const esm = { "package.json": '{ "type": "module" }' };
export const commonJs = { "package.json": '{ "type": "commonjs" }' };

/** What the file loader gives. */
export async function load(root: string, options: Omit<FileLoaderOptions, "root"> = {}) {
  return (await createFileLoader({ root, ...options })).load();
}

/** One endpoint file of an app. */
export async function pageOf(root: string, file: string): Promise<PageFile> {
  const page = (await load(root)).files.find((one) => one.file === file);
  if (page === undefined) throw new Error(`${file} was not found.`);
  return page;
}

/** The error an endpoint file fails to load with. */
export async function failureOf(
  files: Record<string, string>,
  file = "a.js",
): Promise<BridgeError> {
  const page = await pageOf(writeApp({ ...esm, ...files }), file);
  return Promise.resolve(page.load()).then(
    () => {
      throw new Error("It loaded, although it should have failed.");
    },
    (error) => error,
  );
}

/** The error a loader refuses to start with. */
export async function refusalOf(
  root: string,
  options: Omit<FileLoaderOptions, "root"> = {},
): Promise<BridgeError> {
  return load(root, options).then(
    () => {
      throw new Error("It started, although it should have refused.");
    },
    (error: BridgeError) => error,
  );
}

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs Node in a folder to its end; killed after 15 seconds. */
export function runNode(
  cwd: string,
  args: string[],
  more: Record<string, string> = {},
): Promise<Finished> {
  // What the test runner set is not the user's.
  const { NODE_OPTIONS: _options, VITEST: _vitest, NODE_ENV: _environment, ...rest } = process.env;
  const env = { ...rest, ...more };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env, timeout: 15_000 });
    const finished: Finished = { code: null, stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text) => {
      finished.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      finished.stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...finished, code }));
  });
}
