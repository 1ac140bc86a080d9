// Endpoint files → one chunk each, through Vite.
import { readFileSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Plugin, Rolldown } from "vite";
import type { Config } from "../config.ts";
import { bridgeError } from "../errors.ts";
import { nodeResolution } from "../loader/conditions.ts";
import { envConstants, envPlugin, PUBLIC_PREFIXES } from "../loader/env.ts";
import { lexExports } from "../loader/exports.ts";
import { aliasPlugins } from "../loader/aliases.ts";
import { commonJsPlacesPlugin } from "../loader/common-js-places.ts";
import { lightResponsePlugin } from "../loader/light-response.ts";
import { SharedModules } from "../loader/shared.ts";
import type { Logger } from "../log.ts";
import { bundlerReason } from "./bundler-reason.ts";
import { globsPlugin } from "./globs-plugin.ts";
import { handlersPlugin } from "./handlers-plugin.ts";
import { HostModules } from "./host-modules.ts";
import { jsonPlugin } from "./json-plugin.ts";
import { assertLinks } from "./links.ts";
import type { ManifestChunk } from "./manifest.ts";
import { placesPlugin } from "./places-plugin.ts";
import { resolvePlugin } from "./resolve-plugin.ts";
import { createFindCompiled } from "./tsconfig.ts";
import { findPackage } from "./native-modules.ts";
import { importVite } from "./vite.ts";

const MODE = "production";

/** What is bundled, and where to. */
export interface BundleOptions {
  readonly config: Config;
  /** Absolute paths of the endpoint files by their path relative to the pages folder. */
  readonly pages: ReadonlyMap<string, string>;
  /** Absolute path of the middleware module. */
  readonly middleware: string | undefined;
  /** Folder for the chunks. */
  readonly server: string;
  readonly logger: Logger;
  /** Called for each file that was read. */
  onFile(file: string): void;
  /** Called once everything is bundled. */
  onHostModules(modules: HostModuleNames): void;
}

/** What became of the modules of the host that pages import, by their names for people. */
export interface HostModuleNames {
  /** Stay where they are, and are imported from there. */
  readonly kept: readonly string[];
  readonly copied: readonly string[];
}

/** An endpoint file or the middleware, bundled. */
export interface Chunk extends ManifestChunk {
  /** `undefined` when only loading it would tell. */
  readonly exports: readonly string[] | undefined;
}

/**
 * Bundles everything.
 *
 * @returns Chunks by the absolute path of their source.
 * @throws BridgeError `STARBRIDGE_BUILD_FAILED` for broken syntax, imports that lead nowhere and missing exports.
 */
export async function bundle(options: BundleOptions): Promise<Map<string, Chunk>> {
  const { config, server, logger } = options;
  const vite = await importVite(config.root);
  if (options.pages.size === 0 && options.middleware === undefined) return new Map();
  const root = realpathSync(config.root);
  const pages = resolve(root, config.pages);
  const { middleware } = options;
  const { createFilter, parseSync: parse } = vite;
  const { shared, siteText: site } = config;
  const named = new SharedModules({ root, shared, createFilter });
  named.warnOfMissing(logger);
  const host = new HostModules({
    root,
    pages,
    middleware,
    shared: named,
    findCompiled: createFindCompiled(root),
    logger,
  });
  const roots = new Set([config.root, root, pages, ...(middleware ? [middleware] : [])]);
  let failure: Error | undefined;
  const onError = (error: Error): void => {
    failure ??= error;
  };
  const brokenJson: string[] = [];
  const plugins = [
    jsonPlugin(brokenJson),
    resolvePlugin({ root, roots, server, host, onError }),
    progress(options),
    placesPlugin(root, parse, logger),
    ...aliasPlugins(root, parse),
    globsPlugin({ root, parse, onError }),
    handlersPlugin({ root, parse, pages: options.pages.values(), middleware, onError }),
    commonJsPlacesPlugin(vite.transformWithOxc),
    envPlugin({ mode: MODE, root, site, vite }),
  ];
  // A project that cannot import us keeps the platform's.
  const isFound = findPackage("starbridge/web", resolve(root, "package.json")) !== undefined;
  if (config.lightResponse && isFound) plugins.push(lightResponsePlugin(vite.transformWithOxc));
  const built = await vite
    .build({
      root,
      mode: MODE,
      configFile: false,
      logLevel: "silent",
      publicDir: false,
      css: { postcss: {} },
      envPrefix: PUBLIC_PREFIXES,
      define: envConstants({ site }),
      resolve: { tsconfigPaths: true },
      ssr: { resolve: nodeResolution() },
      plugins,
      build: {
        ssr: true,
        outDir: server,
        emptyOutDir: false,
        target: "node20",
        sourcemap: true,
        minify: false,
        reportCompressedSize: false,
        rolldownOptions: {
          input: entriesOf(options),
          // What a chunk exports is what the file exports: methods are told by it.
          preserveEntrySignatures: "strict",
          // In one folder, so that the way to a file of the host is the same from all of them.
          output: {
            format: "es",
            entryFileNames: "[name]-[hash].mjs",
            chunkFileNames: "shared-[hash].mjs",
          },
        },
      },
    })
    .catch((error: unknown) => {
      throw (
        failure ??
        bridgeError(
          "BUILD_FAILED",
          { reason: bundlerReason(error, { root, brokenJson }) },
          { cause: error },
        )
      );
    });
  report(host, logger);
  options.onHostModules({ kept: host.kept, copied: host.copied });
  const { output } = built as Rolldown.RolldownOutput;
  const chunks = output.filter((item) => item.type === "chunk");
  await assertLinks(chunks, { root, server, logger });
  return chunksOf(chunks);
}

/** Names that still tell what they are: `users.[id].ts` → `users.id`. */
function entriesOf({ pages, middleware }: BundleOptions): Record<string, string> {
  const entries: Record<string, string> = {};
  const add = (wanted: string, path: string): void => {
    let name = wanted;
    for (let count = 2; Object.hasOwn(entries, name); count++) name = `${wanted}-${count}`;
    entries[name] = path;
  };
  for (const [file, path] of pages) {
    const words = file.replace(/\.[jt]s$/, "").split(/[^A-Za-z0-9_-]+/);
    add(`page.${words.filter(Boolean).join(".").slice(0, 100)}`, path);
  }
  if (middleware !== undefined) add("middleware", middleware);
  return entries;
}

function progress({ pages, middleware, onFile }: BundleOptions): Plugin {
  const files = new Map([...pages].map(([file, path]) => [path, file]));
  if (middleware !== undefined) files.set(middleware, "middleware");
  return {
    name: "starbridge:progress",
    moduleParsed({ id }) {
      const file = files.get(id);
      if (file !== undefined) onFile(file);
    },
  };
}

function chunksOf(output: readonly Rolldown.OutputChunk[]): Map<string, Chunk> {
  const chunks = new Map<string, Chunk>();
  for (const item of output) {
    if (!item.isEntry || item.facadeModuleId === null) continue;
    const isCommonJs = isCommonJsSource(item.facadeModuleId);
    const isKnown = !isCommonJs && item.exports.every((name) => /^[\w$]+$/.test(name));
    const exports = isKnown && !reexportsPackage(item) ? item.exports : undefined;
    chunks.set(item.facadeModuleId, { name: item.fileName, isCommonJs, exports });
  }
  return chunks;
}

function isCommonJsSource(path: string): boolean {
  const source = readFileSync(path, "utf8");
  return lexExports(source) === undefined && !/^\s*(?:import|export)\b/m.test(source);
}

/** `export * from "package"`: what that gives, only running it tells. */
function reexportsPackage({ code }: Rolldown.OutputChunk): boolean {
  return /^export \* from /m.test(code);
}

function report({ copied, kept }: HostModules, logger: Logger): void {
  if (kept.length > 0) {
    logger.info(`Modules of the host that pages import from where they are: ${kept.join(", ")}.`);
  }
  if (copied.length > 0) {
    logger.info(
      `Copied into the build: ${copied.join(", ")}. A module that the host loads as well is named in \`shared\`, or compiled before.`,
    );
  }
}

/** Folder of the chunks in the folder of a build. */
export function serverFolder(folder: string): string {
  return join(folder, "server");
}
