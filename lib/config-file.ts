// Finds and reads starbridge.config.{ts,mts,cts,js,mjs,cjs}: the options that the command line and every bridge share.
import { statSync } from "node:fs";
import { basename, dirname, extname, resolve } from "node:path";
import { isPlainObject } from "./checks.ts";
import { resolveConfig } from "./config.ts";
import { describe } from "./describe.ts";
import { BridgeError, bridgeError } from "./errors.ts";
import type { EndpointModule, BridgeOptions } from "./types.ts";

const ENDINGS = ["ts", "mts", "cts", "js", "mjs", "cjs"];
const NAMES = ENDINGS.map((end) => `starbridge.config.${end}`);
/** Other tools read one: whoever writes it is to hear that we do not. */
const UNREAD = "starbridge.config.json";

/**
 * The config file of a folder; `undefined` when it has none.
 *
 * @throws BridgeError when there are several: whoever changes the one that does not count looks for long.
 */
export async function findConfigFile(folder: string): Promise<string | undefined> {
  const [name, ...others] = NAMES.filter((candidate) => isFile(resolve(folder, candidate)));
  if (name === undefined) {
    return isFile(resolve(folder, UNREAD)) ? resolve(folder, UNREAD) : undefined;
  }
  if (others.length === 0) return resolve(folder, name);
  throw bridgeError("CONFIG_FILE_AMBIGUOUS", { folder, files: [name, ...others].join(", ") });
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
  if (!ENDINGS.includes(extname(file).slice(1))) {
    const reason = `only files that end in ${ENDINGS.map((end) => `.${end}`).join(", ")} are read.`;
    throw bridgeError("CONFIG_FILE_INVALID", { file: name, reason });
  }
  const options = await defaultExport(await importConfig(file, name), name);
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

/**
 * What the file means: `export default`, or `module.exports` where a CommonJS file has no `default`. A promise is waited
 * for, as everywhere in a module.
 */
async function defaultExport(module: EndpointModule, name: string): Promise<BridgeOptions> {
  const options = await settled(exportOf(module), name);
  if (isPlainObject(options)) return options;
  const names = Object.keys(module).join(", ") || "nothing";
  const reason =
    options === undefined
      ? `it has no default export (it exports ${names}).`
      : `its default export is ${describe(options)} instead of an object with options.`;
  throw bridgeError("CONFIG_FILE_INVALID", { file: name, reason });
}

function exportOf(module: EndpointModule): unknown {
  const isNamespace =
    (module as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "Module";
  // Of a CommonJS file that exports a function or a promise, that is the module.
  const hasDefault = typeof module === "object" && module !== null && "default" in module;
  return isNamespace || hasDefault ? module.default : module;
}

async function settled(value: unknown, name: string): Promise<unknown> {
  try {
    return await value;
  } catch (error) {
    throw await unusable(name, error);
  }
}

/** An error about an option does not know where the option was written. */
function namedAfter(name: string, error: BridgeError): BridgeError {
  type Key = ConstructorParameters<typeof BridgeError>[0];
  const key = error.code.slice("STARBRIDGE_".length) as Key;
  return new BridgeError(key, `${name}: ${error.message}`, { cause: error });
}

// Most projects have no such file: what loads one is loaded with it.
async function importConfig(file: string, name: string): Promise<EndpointModule> {
  const { importConfigModule } = await import("./loader/config-module.ts");
  try {
    return await importConfigModule(file, name);
  } catch (error) {
    if (!(error instanceof BridgeError) || error.code !== "STARBRIDGE_MODULE_FAILED") throw error;
    throw await unusable(name, error.cause);
  }
}

/** What is said of endpoint files that cannot be loaded would mislead. */
async function unusable(name: string, cause: unknown): Promise<BridgeError> {
  const { reasonOf } = await import("./loader/native.ts");
  return bridgeError("CONFIG_FILE_INVALID", { file: name, reason: reasonOf(cause) }, { cause });
}
