// starbridge check: loads every endpoint file once, the way the host does in development.
import type { Config } from "../../config.ts";
import type { Pages } from "../../loader/pages.ts";
import type { Answer } from "../answer.ts";
import { count } from "../answer.ts";
import { isOfEnvironment } from "../environment.ts";
import { EXIT, exitCodeOf, renderFailure } from "../failure.ts";
import type { Finding } from "../findings.ts";
import { failureFinding, finding, joinFindings, judgeIgnored } from "../findings.ts";
import { loadAll } from "../load-all.ts";
import type { Flags } from "../project.ts";
import { readConfig, readPages, routesOf } from "../project.ts";
import type { Paint } from "../paint.ts";
import type { Terminal } from "../terminal.ts";

/** Seconds that a file may take to load: long enough for a database, and not for ever. */
const LIMIT = 60;

export interface CheckFlags extends Flags {
  readonly strict?: boolean;
  /** Seconds for each file; 0 is for ever. */
  readonly timeout?: number;
}

export async function check(flags: CheckFlags, terminal: Terminal): Promise<Answer> {
  const found: Finding[] = [];
  let checked = 0;
  try {
    const config = await readConfig(flags, terminal);
    const { redirects, findings } = judgeRedirects(config);
    found.push(...findings);
    const pages = await readPages(config);
    found.push(...pages.mistakes.map(({ source, error }) => failureFinding(error, source)));
    const rules = { config: { ...config, redirects }, limit: flags.timeout ?? LIMIT, terminal };
    const loaded = await loadAll(pages, rules);
    checked = loaded.checked;
    // What cannot be read cannot be loaded, which says the same in other words.
    const unread = pages.mistakes.filter(({ error }) => isOfEnvironment(error));
    const others = loaded.findings.filter(
      ({ file, code }) =>
        code !== "STARBRIDGE_MODULE_FAILED" || !unread.some(({ source }) => source === file),
    );
    found.push(...others, ...pages.ignored.map(judgeIgnored), ...judgeBuildable(pages.files));
  } catch (error) {
    // Options and folders: without them there is nothing to load.
    if (exitCodeOf(error) !== EXIT.problems) throw error;
    found.push(failureFinding(error, null));
  }
  const problems = joinFindings(found);
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.filter(({ severity }) => severity === "warning").length;
  const ok = errors === 0 && (warnings === 0 || !flags.strict);
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

/** Redirects that can be used, and what is wrong with the others. */
function judgeRedirects(config: Config): Pick<Config, "redirects"> & { findings: Finding[] } {
  const findings: Finding[] = [];
  const sound = Object.entries(config.redirects).filter(([from, to]) => {
    try {
      return routesOf(NO_PAGES, { ...config, redirects: { [from]: to } });
    } catch (error) {
      findings.push(failureFinding(error, null));
      return false;
    }
  });
  return { redirects: Object.fromEntries(sound), findings };
}

const NO_PAGES: Pages = { files: [], ignored: [], middleware: undefined };

function renderFinding(problem: Finding, paint: Paint): string {
  const { severity } = problem;
  if (severity === "error") return renderFailure(problem, paint);
  const label = severity === "warning" ? paint.yellow(severity) : paint.dim(severity);
  return renderFailure(problem, paint, label);
}

/** What a host runs, and a build cannot take. */
function judgeBuildable(files: Pages["files"]): Finding[] {
  const unfit = files.filter(({ file }) => file.includes("?"));
  return unfit.map(({ source }) => {
    const message = `${source} cannot be built: the bundler takes the ? in its name for the end of it.`;
    return finding("warning", source, "not-buildable", message, "Rename it, if you build.");
  });
}
