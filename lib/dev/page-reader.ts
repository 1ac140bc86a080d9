// Endpoint files and the middleware as the runner has them; what is broken fails where it is asked for, and nowhere
// else.
import { realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { flagOfFile } from "../build/prerender-flag.ts";
import type { Config } from "../config.ts";
import { bridgeError } from "../errors.ts";
import { readExports } from "../loader/exports.ts";
import { importFile } from "../loader/native.ts";
import { findModule, onRequestOf } from "../loader/middleware.ts";
import type { PageFile } from "../loader/pages.ts";
import { loadOnce, nameForPeople, NO_MODULE } from "../loader/pages.ts";
import type { Logger } from "../log.ts";
import { parseRouteFile } from "../routes/parse.ts";
import type { EndpointModule, MiddlewareHandler } from "../types.ts";
import type { Change } from "./changes.ts";
import type { Engine } from "./engine.ts";
import { pageFailure } from "./page-failure.ts";
import { tracedFunction, tracedModule } from "./traced.ts";

/** How often, and after how many milliseconds each, it is looked whether a file came back: watchers wait as long. */
const RETURNS = 5;
const RETURN_DELAY = 20;
const DEFAULT_MIDDLEWARE = "src/middleware";

export class PageReader {
  /** The host has started: from now on a mistake must not stop the others. */
  isRunning = false;
  /** Nobody starts: what is wrong with a file is told by somebody else. */
  isLenient = false;
  readonly engine: Engine;
  readonly #config: Config;
  readonly #pages: string;
  readonly #logger: Logger;
  readonly #logged = new Set<string>();
  readonly #twins = new Set<string>();
  /** Files that do not reload, once that was told. */
  readonly #fixed = new Set<string>();

  constructor(engine: Engine, config: Config, pages: string, logger: Logger) {
    this.engine = engine;
    this.#config = config;
    this.#pages = pages;
    this.#logger = logger;
  }

  files(names: readonly string[]): PageFile[] {
    return names.filter((name) => this.#isRoute(name)).map((name) => this.#page(name));
  }

  async middleware(): Promise<MiddlewareHandler | undefined> {
    const { root, middleware: option } = this.#config;
    if (option === false) return undefined;
    if (typeof option === "function") return option;
    const path = resolve(root, option ?? DEFAULT_MIDDLEWARE);
    const file = await findModule(path);
    if (file === undefined && option === undefined) return undefined;
    const source = nameForPeople(root, file ?? path);
    const load = async (): Promise<MiddlewareHandler> => {
      if (file === undefined) throw bridgeError("MIDDLEWARE_NOT_FOUND", { file: source });
      const onRequest = onRequestOf(await this.#import(file, source), source);
      return tracedFunction(onRequest, this.engine.positions);
    };
    try {
      return await load();
    } catch (error) {
      if (file === undefined && !this.isRunning) throw error;
      this.#log(error as Error, source);
      // Nothing is served past a guard that is broken; like a page it is tried again by who needs it.
      return async (context, next) => (await (await load())(context, next)) as Response;
    }
  }

  /** Tells of mistakes in changed files that were loaded before, without waiting for a request. */
  check(changes: ReadonlyMap<string, Change>): void {
    for (const [file, change] of changes) {
      if (change === "removed") continue;
      this.engine.runner.check(file).catch((error: unknown) => {
        const source = nameForPeople(this.#config.root, file);
        this.#log(this.#failure(source, error), source);
      });
    }
  }

  /** What failed is reported once, until something changes. */
  forgetFailures(): void {
    this.#logged.clear();
  }

  /** Names files that exist twice in this process, once each. */
  lookForTwins(): void {
    this.engine.host.expire();
    this.#warnOfTwins();
  }

  #warnOfTwins(): void {
    for (const file of this.engine.runner.twice()) {
      if (this.#twins.has(file)) continue;
      this.#twins.add(file);
      const name = nameForPeople(this.#config.root, file);
      this.#logger.warn(
        `${name} is loaded twice, by the host and by the pages: what it holds exists twice. Load it in the host before the bridge starts, or name it in the option shared: [${JSON.stringify(name)}], or hand over what it holds in locals.`,
      );
    }
  }

  /** A name that is no route stops the start; later it only stays away. */
  #isRoute(name: string): boolean {
    if (!this.isRunning) return true;
    try {
      parseRouteFile(name);
      return true;
    } catch (error) {
      this.#log(error as Error, name);
      return false;
    }
  }

  #page(name: string): PageFile {
    const path = join(this.#pages, name);
    const source = nameForPeople(this.#config.root, path);
    const exports = readExports(path, this.#config.root);
    let prerender: boolean | undefined;
    let mistake: unknown;
    try {
      prerender = flagOfFile(path, source, exports);
    } catch (error) {
      if (!this.isRunning && !this.isLenient) throw error;
      if (!this.isLenient) mistake = error;
    }
    const load = loadOnce(async () => {
      if (mistake !== undefined) throw mistake;
      // It answers nothing, and soon is no route any more.
      if (!(await isThere(path))) return NO_MODULE;
      try {
        return tracedModule(await this.#import(path, source), this.engine.positions);
      } catch (error) {
        this.#log(error as Error, source);
        throw error;
      }
    });
    return { file: name, exports, prerender, source, load };
  }

  async #import(path: string, source: string): Promise<EndpointModule> {
    const real = realPath(path);
    if (real === undefined) {
      throw bridgeError("MODULE_FAILED", { file: source, reason: "it was removed." });
    }
    if (/[#?]/.test(real)) return this.#importOnce(real, source);
    try {
      return await this.engine.runner.import(real);
    } catch (error) {
      throw this.#failure(source, error);
    } finally {
      if (this.engine.host.isFresh) this.#warnOfTwins();
    }
  }

  /** As in production: Vite takes what is behind the sign for something else. */
  #importOnce(path: string, source: string): Promise<EndpointModule> {
    if (!this.#fixed.has(path)) {
      this.#fixed.add(path);
      this.#logger.warn(
        `${source} does not reload, because Vite takes the # or ? in its name for the end of it.`,
      );
    }
    return importFile(path, source);
  }

  #failure(source: string, error: unknown): Error {
    const { positions, parse, runner } = this.engine;
    const blame = runner.failures.blameOf(error);
    return pageFailure(source, error, { root: this.#config.root, positions, parse, blame });
  }

  #log(error: Error, source: string): void {
    if (this.engine.isClosed) return;
    const text = error.message.replace(source, "");
    if (this.#logged.has(text)) return;
    this.#logged.add(text);
    this.#logger.error({ err: error }, `${source} is broken.`);
  }
}

/** Whether a file exists; one that an editor has taken away may be about to be put back. */
async function isThere(path: string): Promise<boolean> {
  for (let attempt = 1; realPath(path) === undefined; attempt++) {
    if (attempt > RETURNS) return false;
    await setTimeout(RETURN_DELAY);
  }
  return true;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
