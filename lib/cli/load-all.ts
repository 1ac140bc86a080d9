// The middleware and every endpoint file, each loaded once, and what is wrong with each: no mistake hides another.
import type { Config } from "../config.ts";
import { BridgeError } from "../errors.ts";
import { loadingError } from "../loader/native.ts";
import type { Loader, Pages } from "../loader/pages.ts";
import type { Logger } from "../log.ts";
import { createLoader } from "../start.ts";
import type { Finding } from "./findings.ts";
import { failureFinding, finding, judgeModule, judgeRoutes } from "./findings.ts";
import { judgeNames } from "./names.ts";
import { middlewareOf, routesOf, silentLogger } from "./project.ts";
import type { Terminal } from "./terminal.ts";

/** How files are loaded. */
export interface LoadRules {
  readonly config: Config;
  /** Seconds that each may take; 0 is for ever. */
  readonly limit: number;
  readonly terminal: Terminal;
}

export interface LoadedFiles {
  /** Endpoint files that were looked into, whatever was found. */
  readonly checked: number;
  readonly findings: readonly Finding[];
}

/**
 * Through Vite where the host would: what a file may import depends on it. Never from a build.
 *
 * @param listed The files as they were read, for when none can be loaded.
 */
export async function loadAll(listed: Pages, rules: LoadRules): Promise<LoadedFiles> {
  const { config } = rules;
  const findings: Finding[] = [];
  const loader = await openLoader(config, findings);
  try {
    const pages = await loadMiddleware(loader, rules, findings);
    if (pages !== undefined) return await loadPages(pages, rules, findings);
  } finally {
    leave(loader);
  }
  // The middleware is one finding; the endpoint files have their own.
  const other = await openLoader({ ...config, middleware: false }, findings);
  try {
    return await loadPages(await other.load(), rules, findings);
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    findings.push(failureFinding(error, null), ...judgeRoutesOf(listed, config));
    return { checked: 0, findings };
  } finally {
    leave(other);
  }
}

/** Not waited for: what hangs in it would hang us, and the process ends anyway. */
function leave(loader: Loader): void {
  loader.close().catch(() => {});
}

/** @param findings Gets what is logged: in development a broken middleware stops nothing. */
async function openLoader(config: Config, findings: Finding[]): Promise<Loader> {
  const file = await fileOfMiddleware(config);
  const logger: Logger = {
    ...silentLogger,
    error(fields: object | string) {
      const { err } = fields as { err?: unknown };
      if (err instanceof BridgeError) findings.push(failureFinding(err, file));
    },
  };
  return createLoader({ ...config, build: false }, config.dev ?? true, logger, {
    isLenient: true,
  });
}

/** @returns `undefined` when the middleware could not be loaded. */
async function loadMiddleware(
  loader: Loader,
  { config, limit, terminal }: LoadRules,
  findings: Finding[],
): Promise<Pages | undefined> {
  terminal.activity = "loading the middleware";
  try {
    return await within(limit, loader.load());
  } catch (error) {
    if (config.middleware === false) throw error;
    const file = await fileOfMiddleware(config);
    if (error instanceof Late) findings.push(lateFinding(file, limit));
    else if (error instanceof BridgeError) findings.push(failureFinding(error, file));
    else throw error;
    return undefined;
  }
}

/** Its name for people, when it is a file that is there. */
async function fileOfMiddleware(config: Config): Promise<string | null> {
  const isFile = typeof config.middleware !== "function";
  return (isFile && (await middlewareOf(config))) || null;
}

async function loadPages(
  { files, ...others }: Pages,
  { config, limit, terminal }: LoadRules,
  findings: readonly Finding[],
): Promise<LoadedFiles> {
  // What is logged from here on is what we find ourselves.
  const judged = [...findings];
  // What is wrong with the other names is known already.
  const pages = { ...others, files: judgeNames(files).files };
  const routes = routesOf(pages, config);
  let checked = 0;
  for (const route of routes) {
    const { source, target } = route;
    if (target.kind !== "page") continue;
    terminal.progress(checked++, pages.files.length, source);
    terminal.activity = `loading ${source}`;
    try {
      const module = await within(limit, Promise.resolve(target.load()));
      judged.push(...judgeModule(module, route, target.isPrerendered === true));
    } catch (error) {
      if (error instanceof Late) judged.push(lateFinding(source, limit));
      else {
        const failure = error instanceof BridgeError ? error : loadingError(source, error);
        judged.push(failureFinding(failure, source));
      }
    }
  }
  terminal.activity = undefined;
  // Only now it is known of all whether they are prerendered.
  const collisions = judgeRoutes(routes, Object.keys(config.redirects));
  return { checked, findings: [...collisions, ...judged] };
}

function judgeRoutesOf(pages: Pages, config: Config): Finding[] {
  return judgeRoutes(routesOf(pages, config), Object.keys(config.redirects));
}

class Late extends Error {}

/** @throws Late when something is not there in time. */
async function within<Value>(seconds: number, work: Promise<Value>): Promise<Value> {
  if (seconds === 0) return work;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late()), seconds * 1000);
    // Where nothing else is going on, nothing will come: the process ends at once, and tells.
    timer.unref();
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function lateFinding(file: string | null, limit: number): Finding {
  const message = `${file ?? "The middleware"} was not loaded within ${limit} s: something that it awaits does not come.`;
  const hint = "Do not wait at the top level for what may never come, or allow more: --timeout.";
  return finding("error", file, "not-loaded", message, hint);
}
