// The files of this package, for what Node has to be told by path. Looked for only when one is needed: a host that is
// bundled with us has none of them, and in a bundle of CommonJS there is not even an import.meta.url.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, resolve } from "node:path";

const HERE: string | undefined = import.meta.url;

let isThere: boolean | undefined;
let made: NodeJS.Require | undefined;

/** Whether we are part of somebody's bundle, and our files are not where this code runs. */
export function isBundled(): boolean {
  isThere ??= existsSync(ownFile("../middleware-entry") ?? "");
  return !isThere;
}

/**
 * URL of a file of ours, whether it is there or not; `undefined` where nobody knows.
 *
 * @param path From this folder, without its extension.
 */
export function ownFile(path: string): URL | undefined {
  return HERE === undefined ? undefined : new URL(path + extname(HERE), HERE);
}

/** The `require` of our files; its cache and its extensions are those of the process. */
export function ownRequire(): NodeJS.Require {
  made ??= createRequire(HERE ?? resolve("bundle.cjs"));
  return made;
}
