// The loader for a folder of endpoint files, imported as they are.
import { readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readPrerenderFlag } from "../build/prerender-flag.ts";
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
}

/** A loader that scans a folder. Endpoint files are imported when their `load` is called for the first time. */
export function createFileLoader(options: FileLoaderOptions): Loader {
  const root = resolve(options.root);
  const pages = resolve(root, options.pages ?? "src/pages");
  return {
    async load(): Promise<Pages> {
      await assertFolders(root, pages);
      const scan = await scanPages(pages);
      provideAstroModules([root, pages, ...scan.links]);
      await assertTypeScriptRuns(scan, root, pages);
      const files = scan.files.map((file) => pageOf(file, root, pages));
      const middleware = await loadMiddleware(root, options.middleware);
      return { files, ignored: scan.ignored, middleware };
    },
    async close() {},
  };
}

/** @throws BridgeError when one of them is not there. */
export async function assertFolders(root: string, pages: string): Promise<void> {
  if (!(await isFolder(root))) throw bridgeError("ROOT_NOT_FOUND", { root });
  if (!(await isFolder(pages))) {
    throw bridgeError("PAGES_NOT_FOUND", { pages: nameForPeople(root, pages) });
  }
}

async function isFolder(path: string): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined);
  return facts?.isDirectory() ?? false;
}

async function assertTypeScriptRuns(scan: Scan, root: string, pages: string): Promise<void> {
  const file = scan.files.find((name) => name.endsWith(".ts"));
  if (file === undefined || (await canRunTypeScript(join(pages, file)))) return;
  throw bridgeError("TYPESCRIPT_UNSUPPORTED", { file: nameForPeople(root, join(pages, file)) });
}

function pageOf(file: string, root: string, pages: string): PageFile {
  const path = join(pages, file);
  const source = nameForPeople(root, path);
  const exports = readExports(path, root);
  return {
    file,
    exports,
    prerender: exports?.has("prerender") ? readFlag(path, source) : undefined,
    source,
    load: loadOnce(() => importFile(path, source)),
  };
}

/** Only files that export a flag are read a second time. */
function readFlag(path: string, source: string): boolean {
  const flag = readPrerenderFlag(readFileSync(path, "utf8"), source);
  // It came through `export * from`.
  if (flag === undefined) throw bridgeError("PRERENDER_NOT_STATIC", { file: source });
  return flag;
}
