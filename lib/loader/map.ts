// The loader for the `routes` option: modules that somebody else has imported, or will.
import { describe } from "../describe.ts";
import { bridgeError } from "../errors.ts";
import type { IgnoredFile } from "../routes/scan.ts";
import { judgePath } from "../routes/scan.ts";
import type { EndpointModule, RouteModule } from "../types.ts";
import type { MiddlewareOption } from "./middleware.ts";
import { loadMiddleware } from "./middleware.ts";
import { loadingError } from "./native.ts";
import type { Loader, PageFile, Pages } from "./pages.ts";
import { fileOfModule, loadOnce } from "./pages.ts";

export interface MapLoaderOptions {
  /** Modules, or functions that import them, by file name; what `import.meta.glob` gives. */
  routes: Readonly<Record<string, RouteModule>>;
  /** Only a path that is given is looked for on the disk; it must exist. */
  middleware?: MiddlewareOption;
  /** Folder that a path of `middleware` is relative to. */
  root: string;
}

/** A loader over a map of modules. It reads no file, but for a middleware module that was asked for. */
export function createMapLoader(options: MapLoaderOptions): Loader {
  const { routes, root, middleware } = options;
  return {
    async load(): Promise<Pages> {
      const files = new Map<string, PageFile>();
      const ignored: IgnoredFile[] = [];
      for (const [key, value] of Object.entries(routes)) {
        const file = fileOfKey(key);
        const verdict = judgePath(file);
        if (verdict === "silent") continue;
        if (verdict !== "endpoint") {
          ignored.push({ file, reason: verdict.reason });
          continue;
        }
        const other = files.get(file);
        if (other !== undefined) {
          throw bridgeError("INVALID_OPTION", {
            option: `routes[${JSON.stringify(key)}]`,
            expected: `the only entry for ${file}`,
            actual: `the same file as ${JSON.stringify(other.source)}`,
          });
        }
        files.set(file, pageOf(file, key, value));
      }
      return {
        files: [...files.values()],
        ignored,
        middleware: await loadMiddleware(root, middleware ?? false),
      };
    },
    async close() {},
  };
}

/**
 * The path relative to the pages folder. Keys of a glob begin with `./`, `../` or `/` and are relative to some
 * other file or folder; those of a hand-written map are taken by their word, so that a folder of endpoints
 * called `pages` keeps its name.
 */
function fileOfKey(key: string): string {
  const path = key.replace(/^(?:\.{0,2}\/)+/, "");
  const isFromGlob = path.length < key.length;
  return path.replace(isFromGlob ? /^(?:(?:.*?\/)??src\/)?pages\// : /^src\/pages\//, "");
}

function pageOf(file: string, key: string, value: unknown): PageFile {
  if (typeof value === "function") {
    return {
      file,
      exports: undefined,
      source: key,
      load: loadOnce(() => callImporter(key, value)),
    };
  }
  if (typeof value === "object" && value !== null && !isPromise(value)) {
    return fileOfModule(file, key, value as EndpointModule);
  }
  throw bridgeError("INVALID_OPTION", {
    option: `routes[${JSON.stringify(key)}]`,
    expected: "a module, or a function that imports one",
    actual: describe(value),
  });
}

async function callImporter(key: string, importModule: CallableFunction): Promise<EndpointModule> {
  let module: unknown;
  try {
    module = await importModule();
  } catch (error) {
    throw loadingError(key, error);
  }
  if (typeof module === "object" && module !== null) return module as EndpointModule;
  const reason = `the function of the routes option gave ${describe(module)} instead of a module.`;
  throw bridgeError("MODULE_FAILED", { file: key, reason });
}

function isPromise(value: object): boolean {
  return typeof (value as { then?: unknown }).then === "function";
}
