// Finds and reads starbridge.config.{ts,js,mjs}: the options that the command line and every bridge share.
import { stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { resolveConfig } from "./config.ts";
import { describe } from "./describe.ts";
import { BridgeError, bridgeError } from "./errors.ts";
import { importFile, loadingError } from "./loader/native.ts";
import { canRunTypeScript } from "./loader/typescript.ts";
import type { EndpointModule, BridgeOptions } from "./types.ts";

/** The order decides when there is more than one. */
const NAMES = ["starbridge.config.ts", "starbridge.config.js", "starbridge.config.mjs"];

/** The config file of a folder; `undefined` when it has none. */
export async function findConfigFile(folder: string): Promise<string | undefined> {
  for (const name of NAMES) {
    const file = resolve(folder, name);
    const facts = await stat(file).catch(() => undefined);
    if (facts?.isFile()) return file;
  }
  return undefined;
}

/**
 * The options of the config file in a folder, checked; `undefined` when there is none.
 *
 * @throws BridgeError that names the file, when it cannot be loaded or an option of it is wrong.
 */
export async function loadConfigFile(root: string): Promise<BridgeOptions | undefined> {
  const file = await findConfigFile(root);
  return file === undefined ? undefined : readConfigFile(file);
}

/**
 * The options of a config file, checked. A `root` in it is relative to the file, and absolute in the answer.
 *
 * @throws BridgeError that names the file.
 */
export async function readConfigFile(file: string): Promise<BridgeOptions> {
  const name = basename(file);
  const options = defaultExport(await importConfig(file, name));
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw bridgeError("INVALID_OPTION", {
      option: `export default of ${name}`,
      expected: "an object with options, as defineConfig() gives",
      actual: describe(options),
    });
  }
  try {
    resolveConfig(options);
  } catch (error) {
    throw error instanceof BridgeError ? namedAfter(name, error) : error;
  }
  const { root } = options as BridgeOptions;
  if (typeof root !== "string" || root.startsWith("file:")) return options;
  return { ...options, root: resolve(dirname(file), root) };
}

/** The options of a file under those that are given in code; of `security`, each setting by itself. */
export function mergeOptions(
  file: BridgeOptions | undefined,
  inline: BridgeOptions,
): BridgeOptions {
  if (file === undefined) return inline;
  const merged = { ...file, ...withoutUnset(inline) };
  if (file.security && inline.security) {
    merged.security = { ...file.security, ...withoutUnset(inline.security) };
  }
  return merged;
}

/** A key that is `undefined` is as good as absent: it must not hide what the file says. */
function withoutUnset<Options extends object>(options: Options): Options {
  const set = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as Options;
}

/** What the file means: `export default`, or `module.exports` where a CommonJS file has no `default`. */
function defaultExport(module: EndpointModule): unknown {
  const isNamespace =
    (module as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "Module";
  return isNamespace || "default" in module ? module.default : module;
}

/** An error about an option does not know where the option was written. */
function namedAfter(name: string, error: BridgeError): BridgeError {
  type Key = ConstructorParameters<typeof BridgeError>[0];
  const key = error.code.slice("STARBRIDGE_".length) as Key;
  return new BridgeError(key, `${name}: ${error.message}`, { cause: error });
}

async function importConfig(file: string, name: string): Promise<EndpointModule> {
  const isTypeScript = file.endsWith("ts");
  if (!isTypeScript || (await canRunTypeScript(file))) return importFile(file, name);
  // Where Node runs no TypeScript, Vite does.
  const { importVite } = await import("./dev/vite.ts");
  const tools = await importVite(dirname(file));
  if (typeof tools !== "object") throw bridgeError("TYPESCRIPT_UNSUPPORTED", { file: name });
  const before = process.env.NODE_ENV;
  try {
    const options = { root: dirname(file), logLevel: "silent" } as const;
    return (await tools.vite.runnerImport<EndpointModule>(file, options)).module;
  } catch (error) {
    throw loadingError(name, error);
  } finally {
    // Vite sets it where it is not set, and the host would read it.
    if (before === undefined) delete process.env.NODE_ENV;
  }
}
