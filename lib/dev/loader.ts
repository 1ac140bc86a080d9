// Loads pages through Vite, so that they reload while the host keeps running.
import { join, resolve, sep } from "node:path";
import type { Config } from "../config.ts";
import { bridgeError } from "../errors.ts";
import { provideAstroModules } from "../loader/astro-modules.ts";
import { isEnvFile } from "../loader/env.ts";
import { assertFolders } from "../loader/files.ts";
import type { Loader, Pages } from "../loader/pages.ts";
import { nameForPeople } from "../loader/pages.ts";
import { realPath } from "../loader/real-path.ts";
import type { Logger } from "../log.ts";
import type { Scan } from "../routes/scan.ts";
import { judgePath, scanPages } from "../routes/scan.ts";
import type { Change } from "./changes.ts";
import { PageRequires } from "./common-js.ts";
import type { Engine } from "./engine.ts";
import { MODE, startEngine } from "./engine.ts";
import { PageReader } from "./page-reader.ts";
import { TypesFile } from "./types-file.ts";
import type { ViteTools } from "./vite.ts";
import { importTools } from "./vite.ts";

/** What a dev loader is made of. */
export interface DevLoaderOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** What is wrong with a file is met where that file is loaded, and not at start. */
  readonly isLenient: boolean;
}

/** @returns `undefined` when there is no vite that can be used, or a root that it cannot read. */
export async function createDevLoader(options: DevLoaderOptions): Promise<Loader | undefined> {
  const { root } = options.config;
  if (/[#?]/.test(realPath(root))) {
    options.logger.warn(
      `Pages do not reload, because Vite takes the # or ? in the path of their root for the end of it: ${root}`,
    );
    return undefined;
  }
  const tools = await importTools(root);
  if (typeof tools === "object") return new DevLoader(tools, options);
  const isMissing = tools === undefined;
  const found = isMissing ? "is not installed" : `is version ${tools}`;
  // To do without it is no mistake.
  options.logger[isMissing ? "info" : "warn"](
    `Pages do not reload, because vite ${found}. For hot reload: npm install --save-dev vite@8`,
  );
  return undefined;
}

/** A reload that has begun: what changed, and when. */
interface Reload {
  readonly since: number;
  readonly files: Set<string>;
  modules: number;
}

const CODE = /\.[cm]?[jt]sx?$/;
/** The config file, by its path below the root. */
const CONFIG = /^starbridge\.config\.[cm]?[jt]s$/;
/** What the meaning of all modules hangs on. */
const SETTINGS = /[\\/](?:[jt]sconfig[^\\/]*|package)\.json$/;
/** Milliseconds after a reload until it is looked for files that exist twice: not while somebody waits. */
const TWINS_DELAY = 200;

class DevLoader implements Loader {
  readonly #tools: ViteTools;
  readonly #config: Config;
  readonly #logger: Logger;
  readonly #isLenient: boolean;
  readonly #pages: string;
  readonly #middleware: string | undefined;
  readonly #types: TypesFile;
  readonly #roots = new Set<string>();
  /** Files beside those that are settings by their names. */
  readonly #settings = new Set<string>();
  /** Outlives engines: what it has loaded may be dropped by the next one. */
  readonly #requires = new PageRequires();
  readonly #watched = new WeakMap<Engine, Set<string>>();
  #isRunning = false;
  #isClosed = false;
  /** Kept while files only change: to list hundreds of folders takes longer than all the rest. */
  #scan: Promise<Scan> | undefined;
  #listed: ReadonlySet<string> = new Set();
  #engine: Promise<Engine> | undefined;
  #reader: PageReader | undefined;
  #listener: (() => void) | undefined;
  #reload: Reload | undefined;
  #twinsTimer: NodeJS.Timeout | undefined;

  constructor(tools: ViteTools, { config, logger, isLenient }: DevLoaderOptions) {
    const root = realPath(config.root);
    this.#tools = tools;
    this.#config = { ...config, root };
    this.#logger = logger;
    this.#isLenient = isLenient;
    this.#pages = resolve(root, config.pages);
    this.#types = new TypesFile(root, logger);
    const { middleware = "src/middleware" } = config;
    this.#middleware = typeof middleware === "string" ? resolve(root, middleware) : undefined;
  }

  async load(): Promise<Pages> {
    try {
      return await this.#load();
    } catch (error) {
      this.#scan = undefined;
      // Without a start there is nothing to reload.
      if (!this.#isRunning) await this.close();
      throw error;
    }
  }

  async #load(): Promise<Pages> {
    const reload = this.#reload;
    this.#reload = undefined;
    const { root } = this.#config;
    await assertFolders(root, this.#pages);
    this.#assertOpen();
    const engine = await this.#start();
    this.#scan ??= scanPages(this.#pages);
    const scan = await this.#scan;
    this.#assertOpen();
    for (const path of [root, this.#pages, ...scan.links]) this.#roots.add(path);
    provideAstroModules([...this.#roots]);
    this.#watch(engine, [this.#pages, ...scan.links]);
    this.#listed = new Set(scan.files.map((name) => join(this.#pages, name)));
    for (const file of this.#listed) engine.changes.noteNew(file);
    const reader = this.#readerOf(engine);
    const files = reader.files(scan.files);
    this.#types.update(files.map(({ file }) => file));
    const middleware = await reader.middleware();
    reader.isRunning = true;
    this.#isRunning = true;
    if (reload !== undefined) this.#report(reload);
    return { files, ignored: scan.ignored, middleware };
  }

  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  #assertOpen(): void {
    if (this.#isClosed) throw bridgeError("CLOSED");
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#listener = undefined;
    clearTimeout(this.#twinsTimer);
    const engine = await this.#engine?.catch(() => undefined);
    await Promise.all([this.#types.settled, engine?.close()]);
    this.#requires.close();
  }

  #start(): Promise<Engine> {
    this.#engine ??= startEngine({
      tools: this.#tools,
      config: this.#config,
      logger: this.#logger,
      roots: this.#roots,
      requires: this.#requires,
      list: async () => (await scanPages(this.#pages)).files.map((name) => join(this.#pages, name)),
      // A file that nobody has loaded yet may still say what a page exports.
      isPart: (file, change) => this.#isPart(file, change) || CODE.test(file),
      onSetting: (file) => this.#settings.add(file),
      onChange: (engine, changes) => this.#change(engine, changes),
    });
    return this.#engine;
  }

  /** Of what is in root the watcher knows; to add it once more would make it deaf for a moment. */
  #watch(engine: Engine, paths: readonly string[]): void {
    const { root } = this.#config;
    const outside = paths.filter((path) => path !== root && !path.startsWith(root + sep));
    const isAdded = this.#watched.get(engine) ?? new Set<string>();
    this.#watched.set(engine, isAdded);
    for (const path of outside) {
      if (!isAdded.has(path)) engine.server.watcher.add(path);
      isAdded.add(path);
    }
  }

  #readerOf(engine: Engine): PageReader {
    if (this.#reader?.engine !== engine) {
      this.#reader = new PageReader(engine, this.#config, this.#pages, this.#logger);
      this.#reader.isLenient = this.#isLenient;
      this.#reader.isRunning = this.#isRunning;
    }
    return this.#reader;
  }

  /** Vite reads its settings once. @returns How many modules run anew. */
  #restart(engine: Engine): number {
    this.#engine = undefined;
    this.#requires.drop();
    engine.retire().catch((error: unknown) => {
      this.#logger.error({ err: error }, "The watcher of files could not be closed.");
    });
    return engine.runner.size;
  }

  #change(engine: Engine, changes: ReadonlyMap<string, Change>): void {
    const files = new Set([...changes.keys()].flatMap((file) => [file, realPath(file)]));
    const isSetting = [...files].some((file) => this.#isSetting(file));
    // A watcher that is replaced tells nothing any more of what it has only just seen.
    if (isSetting || [...changes].some(([file, change]) => this.#changesList(file, change))) {
      this.#scan = undefined;
    }
    const concerned = [...changes].filter(
      ([file, change]) => this.#isPart(file, change) || engine.runner.concerns(file, change),
    );
    const told = concerned.filter(
      ([file, change]) => !this.#isIgnored(file) || engine.runner.concerns(file, change),
    );
    const none = { modules: 0, ofHost: [] };
    const { modules, ofHost } = isSetting
      ? { ...none, modules: this.#restart(engine) }
      : concerned.length === 0
        ? none
        : engine.runner.invalidate(files, changes);
    const unread = [...changes.keys()].filter((file) => this.#isConfig(file));
    for (const file of unread) {
      this.#logger.warn(`${this.#name(file)} was changed, and is read at start: restart the host.`);
    }
    for (const file of ofHost.filter((one) => !unread.includes(one))) {
      this.#logger.warn(
        `${this.#name(file)} was changed, but the host has loaded it: restart the host.`,
      );
    }
    const ours = told.map(([file]) => file).filter((file) => !ofHost.includes(file));
    if (ours.length > 0) {
      this.#reader?.forgetFailures();
      this.#reload ??= { since: performance.now(), files: new Set(), modules: 0 };
      for (const file of ours) this.#reload.files.add(file);
      this.#reload.modules += modules;
    }
    this.#listener?.();
    this.#reader?.check(changes);
    clearTimeout(this.#twinsTimer);
    this.#twinsTimer = setTimeout(() => this.#lookForTwins(), TWINS_DELAY);
    this.#twinsTimer.unref();
  }

  /** Called by a timer: what goes wrong here may not end the host. */
  #lookForTwins(): void {
    try {
      this.#reader?.lookForTwins();
    } catch (error) {
      this.#logger.error({ err: error }, "It could not be told which files are loaded twice.");
    }
  }

  /** The watcher calls it a change when a file goes and comes back within 100 ms: we may have seen it go. */
  #changesList(file: string, change: Change): boolean {
    return change !== "changed" || (file.startsWith(this.#pages + sep) && !this.#listed.has(file));
  }

  #isSetting(file: string): boolean {
    if (SETTINGS.test(file) || this.#settings.has(file)) return true;
    return isEnvFile(MODE, this.#config.root, file);
  }

  #isConfig(file: string): boolean {
    return (
      CONFIG.test(file.slice(this.#config.root.length + 1)) &&
      file.startsWith(this.#config.root + sep)
    );
  }

  /** Whether a file is an endpoint, the middleware or a setting, loaded or not. */
  #isPart(file: string, change: Change): boolean {
    if (this.#isSetting(file)) return true;
    // Which files are there is of interest even where they are no endpoints.
    if (file.startsWith(this.#pages + sep)) return change !== "changed" || CODE.test(file);
    return this.#middleware !== undefined && file.startsWith(this.#middleware) && CODE.test(file);
  }

  /** Whether a file lies among the pages and is none. */
  #isIgnored(file: string): boolean {
    if (!file.startsWith(this.#pages + sep)) return false;
    return judgePath(file.slice(this.#pages.length + 1).replaceAll(sep, "/")) !== "endpoint";
  }

  #report({ since, files, modules }: Reload): void {
    const names = [...files].map((file) => this.#name(file));
    const list =
      names.length > 3
        ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`
        : names.join(", ");
    const count = `${modules} ${modules === 1 ? "module" : "modules"}`;
    const duration = Math.round(performance.now() - since);
    this.#logger.info(`reloaded ${list} (${count}) in ${duration} ms`);
  }

  #name(file: string): string {
    return nameForPeople(this.#config.root, file);
  }
}
