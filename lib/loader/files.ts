// The loader for a folder of endpoint files, imported as they are.
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { flagOfFile } from "../build/prerender-flag.ts";
import type { BuildState } from "../start-errors.ts";
import { bridgeError } from "../errors.ts";
import type { Scan } from "../routes/scan.ts";
import { scanPages } from "../routes/scan.ts";
import { provideAstroModules } from "./astro-modules.ts";
import { readExports } from "./exports.ts";
import type { MiddlewareOption } from "./middleware.ts";
import { loadMiddleware } from "./middleware.ts";
import { importFile } from "./native.ts";
import type { Loader, PageFile, Pages } from "./pages.ts";
import { loadOnce, nameForPeople } from "./pages.ts";
import { canRunTypeScript } from "./typescript.ts";

export interface FileLoaderOptions {
  /** Folder that everything is relative to. */
  root: string;
  /** Folder of the endpoint files (`src/pages`). */
  pages?: string | undefined;
  /** `undefined` is the default, where a missing module is none; a path that is given must exist. */
  middleware?: MiddlewareOption;
  /** What is wrong with a file is met where that file is loaded, and not at start. */
  isLenient?: boolean;
  /** The build that is not there, or not used, for errors. */
  build?: BuildState | undefined;
}

/** A loader that scans a folder. Endpoint files are imported when their `load` is called for the first time. */
export function createFileLoader(options: FileLoaderOptions): Loader {
  const root = resolve(options.root);
  const pages = resolve(root, options.pages ?? "src/pages");
  const { isLenient = false } = options;
  return {
    async load(): Promise<Pages> {
      await assertFolders(root, pages, options.build);
      const scan = await scanPages(pages);
      provideAstroModules([root, pages, ...scan.links]);
      if (!isLenient) await assertTypeScriptRuns(scan, root, pages, options.build);
      const files = scan.files.map((file) => pageOf(file, root, pages, isLenient));
      const middleware = await loadMiddleware(root, options.middleware);
      return { files, ignored: scan.ignored, middleware };
    },
    async close() {},
  };
}

/** @throws BridgeError when one of them is not there. */
export async function assertFolders(
  root: string,
  pages: string,
  build?: BuildState,
): Promise<void> {
  await assertRoot(root);
  await assertPages(root, pages, build);
}

/** @throws BridgeError when the root is no folder. */
export async function assertRoot(root: string): Promise<void> {
  if (await isFolder(root)) return;
  throw bridgeError("ROOT_NOT_FOUND", { root, isFile: existsSync(root) });
}

/** @throws BridgeError when the folder of endpoint files is none. */
export async function assertPages(root: string, pages: string, build?: BuildState): Promise<void> {
  if (await isFolder(pages)) return;
  const isFile = existsSync(pages);
  throw bridgeError("PAGES_NOT_FOUND", { pages: nameForPeople(root, pages), isFile, ...build });
}

/** Whether there is a folder. */
async function isFolder(path: string): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined);
  return facts?.isDirectory() ?? false;
}

async function assertTypeScriptRuns(
  scan: Scan,
  root: string,
  pages: string,
  build: BuildState | undefined,
): Promise<void> {
  const file = scan.files.find((name) => name.endsWith(".ts"));
  if (file === undefined || (await canRunTypeScript(join(pages, file)))) return;
  throw bridgeError("TYPESCRIPT_UNSUPPORTED", {
    file: nameForPeople(root, join(pages, file)),
    ...build,
  });
}

function pageOf(file: string, root: string, pages: string, isLenient: boolean): PageFile {
  const path = join(pages, file);
  const source = nameForPeople(root, path);
  const exports = readExports(path, root);
  let prerender: boolean | undefined;
  try {
    prerender = flagOfFile(path, source, exports);
  } catch (error) {
    if (!isLenient) throw error;
  }
  return { file, exports, prerender, source, load: loadOnce(() => importFile(path, source)) };
}
