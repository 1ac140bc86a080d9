// The project that a command is about: its options, and its files, read without running any of them.
import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { flagOfFile } from "../build/prerender-flag.ts";
import type { Config } from "../config.ts";
import { resolveConfig } from "../config.ts";
import { findConfigFile, readConfigFile } from "../config-file.ts";
import { readExports } from "../loader/exports.ts";
import { assertPages, assertRoot } from "../loader/files.ts";
import { createMapLoader } from "../loader/map.ts";
import { findModule } from "../loader/middleware.ts";
import type { IgnoredFile, Pages } from "../loader/pages.ts";
import { nameForPeople } from "../loader/pages.ts";
import type { Logger } from "../log.ts";
import type { Route } from "../routes/route.ts";
import { scanPages } from "../routes/scan.ts";
import { createTable } from "../start.ts";
import type { BridgeOptions } from "../types.ts";
import type { Target } from "../view.ts";
import { UsageError } from "./failure.ts";
import type { Mistake } from "./names.ts";
import { judgeNames } from "./names.ts";
import type { Terminal } from "./terminal.ts";

/** The options of every command. */
export interface Flags {
  readonly root?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** The options of a project with their defaults. */
export async function readConfig(flags: Flags, terminal: Terminal): Promise<Config> {
  const folder = resolve(flags.root ?? ".");
  const file = await configFileOf(flags);
  terminal.activity = file && `reading ${basename(file)}`;
  const options: BridgeOptions = file === undefined ? {} : await readConfigFile(file);
  terminal.activity = undefined;
  // Where a file of options lies says nothing of the project: it may hold for several, or be one for tests.
  const root = flags.root === undefined ? (options.root ?? folder) : folder;
  const config = resolveConfig({ ...options, root });
  await assertRoot(config.root);
  return config;
}

/** The config file that a command reads, when there is one. */
export async function configFileOf({ root = ".", config }: Flags): Promise<string | undefined> {
  return config === undefined ? findConfigFile(resolve(root)) : given(config);
}

async function given(path: string): Promise<string> {
  const file = resolve(path);
  const facts = await stat(file).catch(() => undefined);
  if (facts?.isFile()) return file;
  throw new UsageError(
    `The config file ${path} does not exist.`,
    "Correct --config, or leave it out: starbridge.config.{ts,mts,cts,js,mjs,cjs} is found in --root.",
  );
}

/** What is found without running anything: no module can be loaded from here. */
export interface ListedPages extends Pages {
  /** By their names for people. */
  readonly ignored: readonly IgnoredFile[];
  /** Files whose names are no routes, which are not listed, and those whose flag nobody can read, which are. */
  readonly mistakes: readonly Mistake[];
}

export async function readPages(config: Config): Promise<ListedPages> {
  const { root, routes } = config;
  if (routes !== undefined) {
    const pages = await createMapLoader({ root, routes, middleware: false }).load();
    return { ...pages, ...judgeNames(pages.files) };
  }
  const folder = resolve(root, config.pages);
  await assertPages(root, folder);
  const scan = await scanPages(folder);
  const named = judgeNames(
    scan.files.map((file) => ({ file, source: nameForPeople(root, join(folder, file)) })),
  );
  const mistakes = [...named.mistakes];
  const files = named.files.map(({ file, source }) => {
    const path = join(folder, file);
    const exports = readExports(path, root);
    let prerender: boolean | undefined;
    try {
      prerender = flagOfFile(path, source, exports);
    } catch (error) {
      mistakes.push({ source, error });
    }
    return { file, exports, prerender, source, load };
  });
  const ignored = scan.ignored.map(({ file, reason }) => {
    return { file: nameForPeople(root, join(folder, file)), reason };
  });
  return { files, ignored, middleware: undefined, mistakes };
}

function load(): never {
  throw new Error("The file was listed only.");
}

/** The routes of the files, and redirects, in the order in which they are asked. */
export function routesOf(pages: Pages, config: Config): readonly Route<Target>[] {
  return createTable(pages, config, silentLogger).routes;
}

/** Path of the middleware module for people, or `"a function"`; `undefined` when there is none. */
export async function middlewareOf({
  root,
  routes,
  middleware,
}: Config): Promise<string | undefined> {
  if (middleware === false || (routes !== undefined && middleware === undefined)) return undefined;
  if (typeof middleware === "function") return "a function";
  const file = await findModule(resolve(root, middleware ?? "src/middleware"));
  return file && nameForPeople(root, file);
}

/** For what is reported in another way. */
export const silentLogger: Logger = { info() {}, warn() {}, error() {} };
