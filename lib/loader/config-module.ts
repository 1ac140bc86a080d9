// Imports a config file. Nobody writes one for a loader: whichever module syntax its package is for, and whatever Node
// runs, it is imported where Node or an installed Vite can make sense of it.
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { bridgeError } from "../errors.ts";
import type { EndpointModule } from "../types.ts";
import { provideAstroModules } from "./astro-modules.ts";
import { hasFreeName, mentioning } from "./free-names.ts";
import { importFile, loadingError } from "./native.ts";
import { ownRequire } from "./own-files.ts";
import { realPath } from "./real-path.ts";
import { canRunTypeScript } from "./typescript.ts";
import { findVite, keepingNodeEnv } from "./vite.ts";

type ViteModule = typeof import("vite");

const throughVite = new Set<string>();

/** Whether Vite has read a config file, because Node by itself could not. */
export function isReadThroughVite(file: string): boolean {
  return throughVite.has(realPath(file));
}

/**
 * @param name The file's name for people.
 * @throws BridgeError `STARBRIDGE_TYPESCRIPT_UNSUPPORTED`, or whatever `importFile` throws.
 */
export async function importConfigModule(file: string, name: string): Promise<EndpointModule> {
  if (importsOwnFiles(file)) provideAstroModules([dirname(file)]);
  if (/\.[cm]?ts$/.test(file) && !(await canRunTypeScript(file))) {
    const { vite } = await findVite<ViteModule>(dirname(file));
    if (vite === undefined) throw bridgeError("TYPESCRIPT_UNSUPPORTED", { file: name });
    return importThroughVite(vite, file, name);
  }
  // Node would run it up to the name that it has not, and Vite again from its beginning.
  const mentions = mentioning(file);
  if (mentions.length > 0) {
    const { vite } = await findVite<ViteModule>(dirname(file));
    if (vite !== undefined && mentions.some((source) => hasFreeName(source, vite.parseSync)))
      return importThroughVite(vite, file, name);
  }
  try {
    return file.endsWith(".cts") ? requireFile(file, name) : await importFile(file, name);
  } catch (error) {
    if (!isUnread((error as Error).cause, file)) throw error;
    // Vite takes both kinds of modules and all of TypeScript, and knows the line where that is not what is wrong.
    const { vite } = await findVite<ViteModule>(dirname(file));
    if (vite === undefined) throw error;
    return importThroughVite(vite, file, name);
  }
}

/** Whether a file has imports that may lead to one of Astro's modules: who writes options alone needs no hook for them. */
function importsOwnFiles(file: string): boolean {
  try {
    return /["'](?:\.{1,2}\/|#|astro[:/])/.test(readFileSync(file, "utf8"));
  } catch {
    return false;
  }
}

/** CommonJS whatever package.json says. Under import() Node 22 cannot require() an ES module from TypeScript. */
function requireFile(file: string, name: string): EndpointModule {
  try {
    return ownRequire()(realPath(file));
  } catch (error) {
    throw loadingError(name, error);
  }
}

/**
 * Whether Node could not make modules of a file and of what it imports, which Vite may. Nothing of it has run then, but
 * for what stands before an import(): of that nobody can tell. A name of CommonJS that an ES module has not is found
 * while it runs: that error is Node's own to tell.
 */
function isUnread(error: unknown, file: string): boolean {
  const { name, message = "", stack = "", code = "" } = (error ?? {}) as Partial<Refusal>;
  if (REFUSALS.has(code)) return true;
  // A package that is not installed Vite does not find, either.
  if (code === "ERR_MODULE_NOT_FOUND") return message.startsWith("Cannot find module");
  if (name !== "SyntaxError") return false;
  // JSON.parse() of a file that runs throws the same, and nothing is to run twice.
  const own = [realPath(file), pathToFileURL(realPath(file)).href].map((path) => `${path}:`);
  return !stack
    .split("\n")
    .some((line) => /^\s+at /.test(line) && own.some((at) => line.includes(at)));
}

interface Refusal extends Error {
  readonly code: string;
}

const REFUSALS = new Set([
  "ERR_IMPORT_ASSERTION_TYPE_MISSING",
  "ERR_IMPORT_ATTRIBUTE_MISSING",
  "ERR_UNKNOWN_FILE_EXTENSION",
  "ERR_UNSUPPORTED_DIR_IMPORT",
]);

async function importThroughVite(
  vite: ViteModule,
  file: string,
  name: string,
): Promise<EndpointModule> {
  const { runConfig } = await import("./config-runner.ts");
  throughVite.add(realPath(file));
  try {
    return await keepingNodeEnv(() => runConfig(vite, file, isUnread));
  } catch (error) {
    throw loadingError(name, error);
  }
}
