// The Vite server of development: without a port and without a browser.
import { resolve, sep } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { FSWatcher, InlineConfig, Logger as ViteLogger, Plugin, ViteDevServer } from "vite";
import type { Config } from "../config.ts";
import { nodeResolution } from "../loader/conditions.ts";
import { PUBLIC_PREFIXES } from "../loader/env.ts";
import { findVite, keepingNodeEnv } from "../loader/vite.ts";
import type { Logger } from "../log.ts";

type ViteModule = typeof import("vite");
type RunnerModule = typeof import("vite/module-runner");

/** What of Vite is used. */
export interface ViteTools {
  readonly vite: ViteModule;
  readonly runner: RunnerModule;
}

/** Milliseconds that the first scan of the file watcher may hold up the start of the host. */
const PATIENCE = 2000;

/** @returns The version found when it is not one that we can use; `undefined` when there is none. */
export async function importTools(root: string): Promise<ViteTools | string | undefined> {
  const found = await findVite<ViteModule>(root);
  if (found.vite === undefined) return found.others[0];
  return { vite: found.vite, runner: await found.import<RunnerModule>("vite/module-runner") };
}

/**
 * A server that transforms modules and watches files.
 *
 * @param define Constants, as Vite's `define` takes them.
 */
export async function startVite(
  { vite }: ViteTools,
  config: Config,
  define: Record<string, string>,
  plugins: Plugin[],
  logger: Logger,
): Promise<ViteDevServer> {
  const options: InlineConfig = {
    root: config.root,
    configFile: false,
    appType: "custom",
    clearScreen: false,
    customLogger: toViteLogger(logger),
    publicDir: false,
    envPrefix: PUBLIC_PREFIXES,
    define,
    plugins,
    resolve: { tsconfigPaths: true },
    // What this Node has not, is compiled: `using` before Node 24.
    oxc: { target: `node${process.versions.node}` },
    ssr: { resolve: nodeResolution() },
    build: { outDir: unwatchedFolder(config) },
    optimizeDeps: { noDiscovery: true, include: [] },
    server: {
      middlewareMode: true,
      hmr: false,
      ws: false,
      preTransformRequests: false,
      // A host that has ended its work ends, with our watchers or without: a guest keeps no process alive.
      // It watches no folder that is called test-results; among pages it is a part of a URL.
      watch: { persistent: false, ignored: ["**/.starbridge/**", `!${pagesGlob(config)}`] },
    },
  };
  const server = await keepingNodeEnv(() => vite.createServer(options));
  await watching(server.watcher);
  return server;
}

/** The build, which nobody has to follow; Vite's default is all of dist/, and pages may be there. */
function unwatchedFolder({ root, build, pages }: Config): string {
  const none = "node_modules";
  if (build === false) return none;
  return resolve(root, pages).startsWith(resolve(root, build) + sep) ? none : build;
}

function pagesGlob({ root, pages }: Config): string {
  const folder = resolve(root, pages).replaceAll("\\", "/");
  return `${folder.replace(/[()[\]{}!*?+@|$^]/g, "\\$&")}/**`;
}

/** Resolves when no change can be missed any more. */
function watching(watcher: FSWatcher): Promise<void> {
  // Of a small folder it is said before anybody could listen.
  if ((watcher as { _readyEmitted?: boolean })._readyEmitted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE);
    watcher.once("ready", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** What is no matter where nothing is bundled: Node imports whatever a page computes. */
const BUNDLING = /dynamic import cannot be analyzed by Vite/;

/** The watcher of a file that was removed before it was watched: nothing is lost. */
const UNWATCHED = /^file watcher error: Cannot read properties of undefined \(reading 'close'\)/;

/** What Vite has to say is seldom for our users; its errors are. */
function toViteLogger(logger: Logger): ViteLogger {
  const warned = new Set<string>();
  return {
    hasWarned: false,
    info() {},
    warn: (message) => BUNDLING.test(message) || logger.warn(stripVTControlCharacters(message)),
    warnOnce(message) {
      if (warned.has(message) || BUNDLING.test(message)) return;
      warned.add(message);
      logger.warn(stripVTControlCharacters(message));
    },
    // Of a watcher's event that failed Vite hands over the error itself, whatever its types say.
    error: (message: unknown) =>
      message instanceof Error
        ? logger.error({ err: message }, "A change of a file could not be followed.")
        : UNWATCHED.test(String(message)) ||
          logger.error(stripVTControlCharacters(String(message))),
    clearScreen() {},
    hasErrorLogged: () => false,
  };
}
