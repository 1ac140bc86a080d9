// Finds and reads starbridge.config.{ts,js,mjs}: the options that the command line and every bridge share.
import { statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { resolveConfig } from "./config.ts";
import { describe } from "./describe.ts";
import { BridgeError, bridgeError } from "./errors.ts";
import type { EndpointModule, BridgeOptions } from "./types.ts";

/** The order decides when there is more than one. */
const NAMES = ["starbridge.config.ts", "starbridge.config.js", "starbridge.config.mjs"];

/** The config file of a folder; `undefined` when it has none. */
export async function findConfigFile(folder: string): Promise<string | undefined> {
  for (const name of NAMES) {
    const file = resolve(folder, name);
    if (isFile(file)) return file;
  }
  return undefined;
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false;
  }
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
  const options = defaultExport(await importConfig(file, name), name);
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
function defaultExport(module: EndpointModule, name: string): BridgeOptions {
  const isNamespace =
    (module as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "Module";
  const options = isNamespace || "default" in module ? module.default : module;
  if (typeof options === "object" && options !== null && !Array.isArray(options)) return options;
  const names = Object.keys(module).join(", ") || "nothing";
  const reason =
    options === undefined
      ? `it has no default export (it exports ${names}).`
      : `its default export is ${describe(options)} instead of an object with options.`;
  throw bridgeError("CONFIG_FILE_INVALID", { file: name, reason });
}

/** An error about an option does not know where the option was written. */
function namedAfter(name: string, error: BridgeError): BridgeError {
  type Key = ConstructorParameters<typeof BridgeError>[0];
  const key = error.code.slice("STARBRIDGE_".length) as Key;
  return new BridgeError(key, `${name}: ${error.message}`, { cause: error });
}

// Most projects have no such file: what loads one is loaded with it.

async function importConfig(file: string, name: string): Promise<EndpointModule> {
  const { reasonOf } = await import("./loader/native.ts");
  try {
    return await importAnyhow(file, name);
  } catch (error) {
    if (!(error instanceof BridgeError) || error.code !== "STARBRIDGE_MODULE_FAILED") throw error;
    // What is said of endpoint files would mislead.
    const details = { file: name, reason: reasonOf(error.cause) };
    throw bridgeError("CONFIG_FILE_INVALID", details, { cause: error.cause });
  }
}

async function importAnyhow(file: string, name: string): Promise<EndpointModule> {
  const { importFile, loadingError } = await import("./loader/native.ts");
  const { canRunTypeScript } = await import("./loader/typescript.ts");
  const isTypeScript = file.endsWith("ts");
  if (!isTypeScript || (await canRunTypeScript(file))) return importFile(file, name);
  // Where Node runs no TypeScript, Vite does.
  const { keepingNodeEnv } = await import("./loader/vite.ts");
  const { importTools } = await import("./dev/vite.ts");
  const tools = await importTools(dirname(file));
  if (typeof tools !== "object") throw bridgeError("TYPESCRIPT_UNSUPPORTED", { file: name });
  const { vite } = tools;
  const options = { root: dirname(file), logLevel: "silent" } as const;
  const load = () => vite.runnerImport<EndpointModule>(file, options);
  return keepingNodeEnv(load).then(
    ({ module }) => module,
    (error: unknown) => {
      throw loadingError(name, error);
    },
  );
}
