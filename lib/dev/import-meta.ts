// What `import.meta.resolve` answers in a page.
import { createRequire, isBuiltin } from "node:module";
import { pathToFileURL } from "node:url";

/** Near enough to Node's own, which cannot be asked on behalf of another module. */
export function resolveFrom(path: string, specifier: string): string {
  const href = pathToFileURL(path).href;
  if (/^(?:\.{0,2}\/|[a-z]+:)/.test(specifier)) return new URL(specifier, href).href;
  if (isBuiltin(specifier)) return `node:${specifier}`;
  return pathToFileURL(createRequire(href).resolve(specifier)).href;
}
