// Imports a config file. Nobody writes one for a loader: whichever module syntax its package is for, and whatever Node
// runs, it is imported where Node or an installed Vite can make sense of it.
import { readFileSync, statSync } from "node:fs";
import { dirname, extname, isAbsolute, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "es-module-lexer";
import type { InlineConfig, Plugin } from "vite";
import { bridgeError } from "../errors.ts";
import type { EndpointModule } from "../types.ts";
import { importFile, loadingError } from "./native.ts";
import { realPath } from "./real-path.ts";
import { canRunTypeScript } from "./typescript.ts";
import { findVite, keepingNodeEnv } from "./vite.ts";

type ViteModule = typeof import("vite");

/**
 * @param name The file's name for people.
 * @throws BridgeError `STARBRIDGE_TYPESCRIPT_UNSUPPORTED`, or whatever `importFile` throws.
 */
export async function importConfigModule(file: string, name: string): Promise<EndpointModule> {
  if (/\.[cm]?ts$/.test(file) && !(await canRunTypeScript(file))) {
    const { vite } = await findVite<ViteModule>(dirname(file));
    if (vite === undefined) throw bridgeError("TYPESCRIPT_UNSUPPORTED", { file: name });
    return importThroughVite(vite, file, name);
  }
  try {
    return await importFile(file, name);
  } catch (error) {
    if (!isAboutSyntax((error as Error).cause, file)) throw error;
    // Vite takes both kinds of modules and all of TypeScript, and knows the line where that is not what is wrong.
    const { vite } = await findVite<ViteModule>(dirname(file));
    if (vite === undefined) throw error;
    return importThroughVite(vite, file, name);
  }
}

/** Whether Node could not read a file, or took it for the other kind of module. */
function isAboutSyntax(error: unknown, file: string): boolean {
  const { name, message = "", stack = "" } = (error ?? {}) as Partial<Error>;
  if (name !== "SyntaxError") return message.includes(" is not defined in ES module scope");
  // JSON.parse() of a file that runs throws the same, and nothing is to run twice.
  const own = [realPath(file), pathToFileURL(realPath(file)).href].map((path) => `${path}:`);
  return !stack
    .split("\n")
    .some((line) => /^\s+at /.test(line) && own.some((at) => line.includes(at)));
}

async function importThroughVite(
  vite: ViteModule,
  file: string,
  name: string,
): Promise<EndpointModule> {
  const commonJs = new Set<string>();
  const plugins = [sourcePlugin(vite, commonJs)];
  const options: InlineConfig = { root: dirname(file), logLevel: "silent", plugins };
  const load = () => vite.runnerImport<EndpointModule>(file, options);
  try {
    const { module } = await keepingNodeEnv(load);
    return commonJs.has(realPath(file)) ? (module.default as EndpointModule) : module;
  } catch (error) {
    throw loadingError(name, error);
  }
}

/**
 * Reads modules for Vite, which takes `#` and `?` of a path for the end of it, `.cts` for JavaScript, and CommonJS for
 * an ES module.
 */
function sourcePlugin({ transformWithOxc }: ViteModule, commonJs: Set<string>): Plugin {
  return {
    name: "starbridge:config",
    enforce: "pre",
    async load(id) {
      const extension = extname(id);
      if (!isAbsolute(id) || !/^\.[cm]?[jt]s$/.test(extension) || !isOwnFile(id)) return null;
      const lang = extension.endsWith("ts") ? "ts" : "js";
      const source = readFileSync(id, "utf8");
      const isCommonJs = !hasModuleSyntax(source);
      if (isCommonJs) commonJs.add(realPath(id));
      return transformWithOxc(isCommonJs ? wrapped(source) : source, id, { lang });
    },
  };
}

function isOwnFile(path: string): boolean {
  if (path.includes(`${sep}node_modules${sep}`)) return false;
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function hasModuleSyntax(source: string): boolean {
  try {
    return parse(source)[3];
  } catch {
    // Broken, or beyond the lexer: the compiler says where.
    return true;
  }
}

/** CommonJS as an ES module, in which every line keeps its number. */
function wrapped(source: string): string {
  return `import { createRequire as createRequireOf } from "node:module"; const require = createRequireOf(import.meta.url), module = { exports: {} }, __filename = import.meta.filename, __dirname = import.meta.dirname; let exports = module.exports; ${source}
;export default module.exports;`;
}
