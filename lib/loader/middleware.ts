// Finds and loads the middleware module, at start.
import { stat } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { bridgeError } from "../errors.ts";
import type { MiddlewareHandler } from "../types.ts";
import { provideAstroModules } from "./astro-modules.ts";
import { importFile } from "./native.ts";
import { onRequestOf } from "./on-request.ts";
import { nameForPeople } from "./pages.ts";

export { onRequestOf } from "./on-request.ts";

/** As an import in an Astro project resolves; the order decides between files of one name. */
const EXTENSIONS = [".mjs", ".js", ".mts", ".ts", ".jsx", ".tsx"];
const TAKEN_AS_IS = [...EXTENSIONS, ".cjs", ".cts"];
const DEFAULT = "src/middleware";

/** The `middleware` option; `undefined` is the default, where no module is none. */
export type MiddlewareOption = string | false | MiddlewareHandler | undefined;

/**
 * The middleware, loaded.
 *
 * @throws BridgeError when a module was asked for and is not there, or is no middleware.
 */
export async function loadMiddleware(
  root: string,
  option: MiddlewareOption,
): Promise<MiddlewareHandler | undefined> {
  if (option === false) return undefined;
  if (typeof option === "function") return option;
  const file = await findModule(resolve(root, option ?? DEFAULT));
  if (file === undefined) {
    if (option === undefined) return undefined;
    throw bridgeError("MIDDLEWARE_NOT_FOUND", { file: nameForPeople(root, resolve(root, option)) });
  }
  // The file as well: it may be outside of root, or a link to such a place.
  provideAstroModules([root, file]);
  const source = nameForPeople(root, file);
  return onRequestOf(await importFile(file, source), source);
}

/** A file beats a folder, and in both the first extension wins. */
export async function findModule(path: string): Promise<string | undefined> {
  const candidates = TAKEN_AS_IS.includes(extname(path))
    ? [path]
    : [path, join(path, "index")].flatMap((base) => EXTENSIONS.map((end) => base + end));
  for (const candidate of candidates) {
    const facts = await stat(candidate).catch(() => undefined);
    if (facts?.isFile()) return candidate;
  }
  return undefined;
}
