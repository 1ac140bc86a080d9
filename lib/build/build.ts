// `starbridge build`: endpoint files → chunks, prerendered answers, and a manifest that is put in place last.
import { readFileSync, realpathSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { App } from "../app.ts";
import { createApp } from "../app.ts";
import type { Config } from "../config.ts";
import { bridgeError } from "../errors.ts";
import { assertFolders } from "../loader/files.ts";
import { findModule } from "../loader/middleware.ts";
import type { Pages } from "../loader/pages.ts";
import { nameForPeople } from "../loader/pages.ts";
import type { Logger } from "../log.ts";
import { scanPages } from "../routes/scan.ts";
import type { Chunk, HostModuleNames } from "./bundle.ts";
import { bundle, serverFolder } from "./bundle.ts";
import { createChunkLoader } from "./chunk-loader.ts";
import { DATA_FILE, manifestJson, manifestText } from "./manifest.ts";
import { Pending } from "./pending.ts";
import { readPrerenderFlag } from "./prerender-flag.ts";
import { prerender } from "./prerender.ts";
import { createBuildFolder, publish } from "./publish.ts";
import { inProduction } from "./vite.ts";

/** What is built. */
export interface BuildOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Called when the work becomes another one: a word for people. */
  readonly onPhase?: (phase: string) => void;
  /** Called with what of the project's own code is waited for, in words; `undefined` is nothing. */
  readonly onActivity?: (activity: string | undefined) => void;
  /** Called often: files bundled, then paths prerendered, each of `total`. */
  readonly onProgress?: (done: number, total: number, what: string) => void;
}

export interface BuildResult {
  /** Endpoint files. */
  readonly routes: number;
  /** Prerendered answers. */
  readonly prerendered: number;
  /** Paths of prerendered answers that have no body, and so no file. */
  readonly withoutBody: readonly string[];
  /** Modules of the host that pages import, by their names for people. */
  readonly hostModules: HostModuleNames;
  /** Where the manifest is. */
  readonly folder: string;
}

/** The files of a project, read and not run. */
interface Sources {
  readonly root: string;
  /** Absolute paths by the path relative to the pages folder. */
  readonly pages: ReadonlyMap<string, string>;
  readonly flags: ReadonlyMap<string, boolean | undefined>;
  readonly ignored: Pages["ignored"];
  readonly middleware: string | undefined;
}

/**
 * Builds a project. A build that fails or is killed leaves the one before it in place.
 *
 * Prerendered endpoints run in this process, with everything that they import.
 *
 * @throws BridgeError that names the file.
 */
export function build(options: BuildOptions): Promise<BuildResult> {
  return inProduction(() => run(options));
}

async function run(options: BuildOptions): Promise<BuildResult> {
  const { config, logger, onPhase, onProgress } = options;
  const sources = await readSources(config);
  const home = resolve(config.root, homeOf(config));
  const { id, folder } = await createBuildFolder(home);
  try {
    let read = 0;
    let hostModules: HostModuleNames = { kept: [], copied: [] };
    onPhase?.("bundling");
    const total = sources.pages.size + (sources.middleware === undefined ? 0 : 1);
    const chunks = await bundle({
      ...sources,
      config,
      logger,
      server: serverFolder(folder),
      onFile: (file) => {
        onProgress?.(++read, total, file);
        if (read === total) onPhase?.("writing");
      },
      onHostModules: (modules) => {
        hostModules = modules;
      },
    });
    const pages = [...sources.pages].map(([file, path]) => {
      const chunk = chunkOf(chunks, path);
      return {
        file,
        exports: chunk.exports,
        prerender: flagOf(file, chunk, sources, config),
        chunk,
      };
    });
    const middleware =
      sources.middleware === undefined ? undefined : chunkOf(chunks, sources.middleware);
    const server = serverFolder(folder);
    const building = createChunkLoader({ ...sources, config, server, pages, chunk: middleware });
    onPhase?.("rendering");
    const pending = new Pending({
      onActivity: options.onActivity,
      onLong: (activity, seconds) =>
        logger.warn(`The build has been ${activity} for ${seconds} seconds, and goes on with it.`),
    });
    const app = createApp({ ...optionsOf(config), logger }, { building });
    await pending.during("loading the middleware", () => app.ready());
    const prerendered = await prerender({
      app,
      folder,
      logger,
      pending,
      onPath: (done, paths, path) => onProgress?.(done, paths, path),
    }).finally(() => app.close());
    const data = manifestJson({ middleware, routes: inOrder(pages, app), prerendered });
    await writeFile(join(folder, DATA_FILE), data);
    await publish(home, id, manifestText(id));
    const withoutBody = prerendered.filter(({ file }) => file === undefined);
    return {
      routes: pages.length,
      prerendered: prerendered.length,
      withoutBody: withoutBody.map(({ path }) => path || "/"),
      hostModules,
      folder: home,
    };
  } catch (error) {
    settleStack(error);
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Where Node maps stacks to their sources, it reads the map when a stack is first asked for. */
function settleStack(error: unknown): unknown {
  return error instanceof Error ? [error.stack, settleStack(error.cause)] : undefined;
}

function homeOf({ build: home, routes }: Config): string {
  if (routes !== undefined) {
    const details = { option: "routes", expected: "left out for a build", actual: "a map" };
    throw bridgeError("INVALID_OPTION", details);
  }
  if (home !== false) return home;
  const details = { option: "build", expected: "a path relative to root", actual: "false" };
  throw bridgeError("INVALID_OPTION", details);
}

async function readSources(config: Config): Promise<Sources> {
  homeOf(config);
  await assertFolders(config.root, resolve(config.root, config.pages));
  const root = realpathSync(config.root);
  const folder = realpathSync(resolve(root, config.pages));
  const scan = await scanPages(folder);
  const pages = new Map(scan.files.map((file) => [file, realpathSync(join(folder, file))]));
  const flags = new Map(
    [...pages].map(([file, path]) => {
      return [
        file,
        readPrerenderFlag(readFileSync(path, "utf8"), nameForPeople(root, join(folder, file))),
      ];
    }),
  );
  return {
    root,
    pages,
    flags,
    ignored: scan.ignored,
    middleware: await middlewareFile(config, root),
  };
}

async function middlewareFile({ middleware }: Config, root: string): Promise<string | undefined> {
  if (middleware === false || typeof middleware === "function") return undefined;
  const path = resolve(root, middleware ?? "src/middleware");
  const file = await findModule(path);
  if (file !== undefined) return realpathSync(file);
  if (middleware === undefined) return undefined;
  throw bridgeError("MIDDLEWARE_NOT_FOUND", { file: nameForPeople(root, path) });
}

function chunkOf(chunks: ReadonlyMap<string, Chunk>, path: string): Chunk {
  const chunk = chunks.get(path);
  if (chunk === undefined) throw bridgeError("BUILD_FAILED", { reason: `${path} gave no chunk.` });
  return chunk;
}

function flagOf(file: string, chunk: Chunk, { root, flags }: Sources, config: Config): boolean {
  const flag = flags.get(file);
  if (flag === undefined && chunk.exports?.includes("prerender")) {
    // It came through `export * from`.
    const source = nameForPeople(root, resolve(root, config.pages, file));
    throw bridgeError("PRERENDER_NOT_STATIC", { file: source });
  }
  return flag ?? config.output === "static";
}

/** As the table will have them: sorting what is sorted takes no time at start. */
function inOrder<Page extends { readonly file: string }>(pages: readonly Page[], app: App): Page[] {
  const files = app.routes.map(({ target }) => (target.kind === "page" ? target.file : ""));
  const ranks = new Map(files.map((file, rank) => [file, rank]));
  return pages.toSorted((a, b) => (ranks.get(a.file) ?? 0) - (ranks.get(b.file) ?? 0));
}

/** What decides about an answer; what needs a host is left out. */
function optionsOf(config: Config): Parameters<typeof createApp>[0] {
  const { root, pages, site, trailingSlash, i18n, redirects, output, precompressed } = config;
  const options = { root, pages, redirects, output, precompressed, dev: false };
  return {
    ...options,
    ...(site && { site }),
    ...(trailingSlash && { trailingSlash }),
    ...(i18n && { i18n }),
  };
}
