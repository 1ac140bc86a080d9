// Loads a file the way its host does, so that a module which both use is one module: with Node's own import(), and
// with require() only where that is what the host's TypeScript loader hooks into, or what alone loads CommonJS whole.
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import type { BridgeError } from "../errors.ts";
import { describe } from "../describe.ts";
import { bridgeError } from "../errors.ts";
import type { EndpointModule } from "../types.ts";
import { UNSUPPORTED_CODE } from "./astro-target.ts";
import { isBundled, ownRequire } from "./own-files.ts";
import { realPath } from "./real-path.ts";
import { isLamedByImport, isLoadedByRequire, isUnknownExtension } from "./typescript.ts";

/**
 * Imports a file.
 *
 * @param source The file's name for people.
 * @throws BridgeError that names the file, with the module's own error as `cause`.
 */
export async function importFile(file: string, source: string): Promise<EndpointModule> {
  // What Node makes of it in the end; a file that was removed is reported by the import.
  const path = realPath(file);
  try {
    if (isLoadedByRequire(path) || isLamedByImport(path)) return ownRequire()(path);
    return unwrapCommonJs(path, await import(pathToFileURL(path).href));
  } catch (error) {
    if (isUnknownExtension(error, path) && /\.[mc]?tsx?$/.test(path)) {
      throw bridgeError("TYPESCRIPT_UNSUPPORTED", { file: source }, { cause: error });
    }
    throw loadingError(source, error);
  }
}

/** The coded error for whatever a module failed with. */
export function loadingError(source: string, error: unknown): BridgeError {
  if (isBundled() && isAboutAstro(error)) {
    return bridgeError("ASTRO_MODULE_IN_BUNDLE", { file: source }, { cause: error });
  }
  const unsupported = findUnsupported(error);
  if (unsupported !== undefined) {
    const details = { file: source, module: unsupported };
    return bridgeError("ASTRO_MODULE_UNSUPPORTED", details, { cause: error });
  }
  return bridgeError("MODULE_FAILED", { file: source, reason: reasonOf(error) }, { cause: error });
}

/**
 * Of a CommonJS module `import()` gives a namespace that knows only the names a lexer found; its own exports are
 * what the file means, and what `this` is in a handler.
 */
function unwrapCommonJs(path: string, namespace: EndpointModule): EndpointModule {
  let exports = namespace["module.exports"];
  // Before Node 23 the default export is the one trace of them.
  if (exports === undefined && namespace.default !== undefined) {
    const cached = ownRequire().cache[path];
    if (cached?.exports === namespace.default) exports = namespace.default;
  }
  const isUsable =
    (typeof exports === "object" && exports !== null) || typeof exports === "function";
  return isUsable ? (exports as EndpointModule) : namespace;
}

/** The module of Astro's that nobody provides, when that is what an error or its causes are about. */
function findUnsupported(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code, specifier } = at as { code?: unknown; specifier?: unknown };
    if (code === UNSUPPORTED_CODE) return String(specifier ?? "astro:…");
  }
  return undefined;
}

/** Whether an error says that one of Astro's modules was not found, as Node or the stand-ins say it. */
function isAboutAstro(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return isAssertionOnScheme(error) || NO_ASTRO.test(error.message);
}

const NO_ASTRO =
  /protocol 'astro:'|Cannot find (?:module|package) 'astro(?:[:/][\w/-]+)?'|^Starbridge has no module "astro(?::middleware)?"/;

/** What Vite's compiler throws; it writes for a terminal, whoever reads it. */
interface CompilerError extends Error {
  readonly errors?: readonly {
    readonly message: string;
    readonly loc?: { readonly file: string; readonly line: number; readonly column: number };
  }[];
}

/** Why a module could not be loaded, for a sentence. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `it threw ${describe(error)}.`;
  if (isAssertionOnScheme(error)) {
    return 'this Node cannot require() an ES module that imports "astro:…"; import() it.';
  }
  const [broken] = (error as CompilerError).errors ?? [];
  if (broken?.loc !== undefined) {
    const { file, line, column } = broken.loc;
    // A heading, a line and a frame for the terminal; the compiler counts columns from 0.
    const [said = ""] = stripVTControlCharacters(broken.message).split("\n");
    return `SyntaxError: ${said.replace(/^\[[A-Z_]+\] /, "")} (${file}:${line}:${column + 1}).`;
  }
  const message = stripVTControlCharacters(error.message).replaceAll(/\s*\n\s*/g, " ");
  const text = `${error.name}: ${message}`.slice(0, 500);
  // Where Node knows the place, it begins the stack: "file:///app/x.js:3".
  const place = /^(?:file:\/\/)?([^\n]+:\d+)\n/.exec(error.stack ?? "")?.[1];
  if (place !== undefined) return `${text} (${place}).`;
  // Of an ES module with broken syntax Node tells neither file nor line.
  if (error.name === "SyntaxError") return `${text} (in it, or in a module it imports).`;
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Node 20 and 22 take any scheme but their own for a bug when an ES module is loaded by `require`. */
function isAssertionOnScheme(error: Error): boolean {
  const isAssertion = (error as NodeJS.ErrnoException).code === "ERR_INTERNAL_ASSERTION";
  return isAssertion && (error.stack ?? "").includes("getModuleJobForRequire");
}
