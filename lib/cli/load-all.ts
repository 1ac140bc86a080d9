// The middleware and every endpoint file, each loaded once, and what is wrong with each: no mistake hides another.
import type { Config } from "../config.ts";
import { BridgeError } from "../errors.ts";
import { loadingError, reasonOf } from "../loader/native.ts";
import type { Loader, Pages } from "../loader/pages.ts";
import type { Logger } from "../log.ts";
import { createLoader } from "../start.ts";
import { Custody, Late } from "./custody.ts";
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
  const custody = new Custody();
  try {
    return await loadWith(custody, listed, rules);
  } finally {
    custody.release();
  }
}

async function loadWith(custody: Custody, listed: Pages, rules: LoadRules): Promise<LoadedFiles> {
  const { config } = rules;
  const findings: Finding[] = [];
  const loader = await openLoader(config, findings);
  try {
    const pages = await loadMiddleware(loader, custody, rules, findings);
    if (pages !== undefined) return await loadPages(pages, custody, rules, findings);
  } finally {
    leave(loader);
  }
  // The middleware is one finding; the endpoint files have their own.
  const other = await openLoader({ ...config, middleware: false }, findings);
  try {
    return await loadPages(await other.load(), custody, rules, findings);
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
  let isOpen = false;
  const logger: Logger = {
    ...silentLogger,
    warn(text: object | string) {
      // Why it is not Vite that loads.
      if (isOpen || typeof text !== "string") return;
      const hint = "The files are loaded with Node alone.";
      findings.push(finding("note", null, "no-reload", text, hint));
    },
    error(fields: object | string) {
      const { err } = fields as { err?: unknown };
      if (err instanceof BridgeError) findings.push(failureFinding(err, file));
    },
  };
  const loader = await createLoader({ ...config, build: false }, config.dev ?? true, logger, {
    isLenient: true,
  });
  isOpen = true;
  return loader;
}

/** @returns `undefined` when the middleware could not be loaded. */
async function loadMiddleware(
  loader: Loader,
  custody: Custody,
  { config, limit, terminal }: LoadRules,
  findings: Finding[],
): Promise<Pages | undefined> {
  const file = await fileOfMiddleware(config);
  terminal.activity = "loading the middleware";
  try {
    return await custody.load(limit, loader.load());
  } catch (error) {
    if (config.middleware === false) throw error;
    if (error instanceof Late) findings.push(lateFinding(file, error, limit));
    else if (error instanceof BridgeError) findings.push(failureFinding(error, file));
    else throw error;
    return undefined;
  } finally {
    findings.push(...(await custody.failures()).map((error) => backgroundFinding(file, error)));
  }
}

/** Its name for people, when it is a file that is there. */
async function fileOfMiddleware(config: Config): Promise<string | null> {
  const isFile = typeof config.middleware !== "function";
  return (isFile && (await middlewareOf(config))) || null;
}

async function loadPages(
  { files, ...others }: Pages,
  custody: Custody,
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
      const module = await custody.load(limit, Promise.resolve(target.load()));
      judged.push(...judgeModule(module, route, target.isPrerendered === true));
    } catch (error) {
      if (error instanceof Late) judged.push(lateFinding(source, error, limit));
      else {
        const failure = error instanceof BridgeError ? error : loadingError(source, error);
        judged.push(failureFinding(failure, source));
      }
    }
    judged.push(...(await custody.failures()).map((error) => backgroundFinding(source, error)));
  }
  terminal.activity = undefined;
  // Only now it is known of all whether they are prerendered.
  const collisions = judgeRoutes(routes, Object.keys(config.redirects));
  return { checked, findings: [...collisions, ...judged] };
}

function judgeRoutesOf(pages: Pages, config: Config): Finding[] {
  return judgeRoutes(routesOf(pages, config), Object.keys(config.redirects));
}

function lateFinding(file: string | null, { isIdle }: Late, limit: number): Finding {
  const reason = "something that it awaits does not come";
  const rest = isIdle
    ? `: ${reason}, and nothing is left to bring it`
    : ` within ${limit} s: ${reason}`;
  const more = isIdle ? "" : ", or allow more: --timeout";
  const message = `${file ?? "The middleware"} was not loaded${rest}.`;
  const hint = `Do not wait at the top level for what may never come${more}.`;
  return finding("error", file, "not-loaded", message, hint);
}

/** Found by its time only: `file` may have been loaded while one before it was still busy. */
function backgroundFinding(file: string | null, error: unknown): Finding {
  const { stack } = failureFinding(loadingError(file ?? "", error), file);
  const what = `While ${file ?? "the middleware"} was loaded, something failed that nobody handles: ${reasonOf(error)}`;
  const hint = "Catch it: a host ends with it.";
  return { ...finding("error", file, "failed-in-background", what, hint), ...(stack && { stack }) };
}
