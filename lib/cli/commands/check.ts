// starbridge check: loads every endpoint file once, the way the host does in development.
import type { Config } from "../../config.ts";
import { BridgeError } from "../../errors.ts";
import { loadingError } from "../../loader/native.ts";
import type { Loader, Pages } from "../../loader/pages.ts";
import type { Logger } from "../../log.ts";
import type { Route } from "../../routes/route.ts";
import { createLoader } from "../../start.ts";
import type { Target } from "../../view.ts";
import type { Answer } from "../answer.ts";
import { count } from "../answer.ts";
import { EXIT, renderFailure } from "../failure.ts";
import type { Finding } from "../findings.ts";
import { failureFinding, judgeIgnored, judgeModule, judgeRoutes } from "../findings.ts";
import type { Flags } from "../project.ts";
import { readConfig, readPages, routesOf, silentLogger } from "../project.ts";
import type { Paint } from "../paint.ts";
import type { Terminal } from "../terminal.ts";

export interface CheckFlags extends Flags {
  readonly strict?: boolean;
}

export async function check(flags: CheckFlags, terminal: Terminal): Promise<Answer> {
  const problems: Finding[] = [];
  let routes: readonly Route<Target>[] = [];
  try {
    const config = await readConfig(flags);
    const pages = await readPages(config);
    routes = routesOf(pages, config);
    problems.push(...judgeRoutes(routes, Object.keys(config.redirects)));
    problems.push(...pages.mistakes.map(({ source, error }) => failureFinding(error, source)));
    // With a flag that nobody can read, neither host nor build starts.
    if (pages.mistakes.length === 0) problems.push(...(await loadAll(config, terminal)));
    problems.push(...pages.ignored.map(judgeIgnored));
  } catch (error) {
    // Options, folders, names of files: without them there is nothing to load.
    if (!(error instanceof BridgeError)) throw error;
    problems.push(failureFinding(error, null));
  }
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.filter(({ severity }) => severity === "warning").length;
  const ok = errors === 0 && (warnings === 0 || !flags.strict);
  const checked = routes.filter(({ target }) => target.kind === "page").length;
  return {
    exitCode: ok ? EXIT.fine : EXIT.problems,
    json: { ok, routes: checked, errors, warnings, problems },
    text: (paint) => {
      const sum = `${count(checked, "route")} checked: ${count(errors, "error")}, ${count(warnings, "warning")}.`;
      const verdict = ok ? paint.green(sum) : paint.red(sum);
      return [...problems.map((problem) => renderFinding(problem, paint)), verdict].join("\n");
    },
  };
}

/** Through Vite where the host would: what a file may import depends on it. Never from a build. */
async function loadAll(config: Config, terminal: Terminal): Promise<Finding[]> {
  const findings: Finding[] = [];
  terminal.activity = "loading the middleware";
  let loader = await openLoader(config, findings);
  try {
    let pages: Pages;
    try {
      pages = await loader.load();
    } catch (error) {
      if (!(error instanceof BridgeError) || config.middleware === false) throw error;
      findings.push(failureFinding(error, null));
      // The middleware is one finding; the endpoint files have their own.
      await loader.close();
      loader = await openLoader({ ...config, middleware: false }, findings);
      pages = await loader.load().catch((other: unknown) => {
        if ((other as BridgeError).code === error.code) return NO_PAGES;
        throw other;
      });
    }
    return [...findings, ...(await loadPages(pages, config, terminal))];
  } finally {
    await loader.close();
  }
}

const NO_PAGES: Pages = { files: [], ignored: [], middleware: undefined };

/** @param findings Gets what is logged until the pages are there: in development a broken middleware stops nothing. */
function openLoader(config: Config, findings: Finding[]): Promise<Loader> {
  const logger: Logger = {
    ...silentLogger,
    error(fields: object | string) {
      const { err } = fields as { err?: unknown };
      if (err instanceof BridgeError) findings.push(failureFinding(err, null));
    },
  };
  return createLoader({ ...config, build: false }, config.dev ?? true, logger);
}

async function loadPages(pages: Pages, config: Config, terminal: Terminal): Promise<Finding[]> {
  const findings: Finding[] = [];
  const routes = routesOf(pages, config);
  for (const [index, route] of routes.entries()) {
    const { source, target } = route;
    if (target.kind !== "page") continue;
    terminal.progress(index, routes.length, source);
    terminal.activity = `loading ${source}`;
    try {
      const module = await target.load();
      findings.push(...judgeModule(module, route, target.isPrerendered === true));
    } catch (error) {
      const failure = error instanceof BridgeError ? error : loadingError(source, error);
      findings.push(failureFinding(failure, source));
    }
  }
  terminal.activity = undefined;
  return findings;
}

function renderFinding(problem: Finding, paint: Paint): string {
  const { severity } = problem;
  if (severity === "error") return renderFailure(problem, paint);
  const label = severity === "warning" ? paint.yellow(severity) : paint.dim(severity);
  return renderFailure(problem, paint, label);
}
