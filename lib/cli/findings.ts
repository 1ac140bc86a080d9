// What is wrong with the routes and with a loaded endpoint file, each as a fact with a way out.
import { METHODS } from "node:http";
import { describe } from "../describe.ts";
import { allowedMethods } from "../endpoint.ts";
import { bridgeError } from "../errors.ts";
import { isPartial } from "../find.ts";
import type { IgnoredFile } from "../loader/pages.ts";
import { findCollisions } from "../routes/order.ts";
import type { Route } from "../routes/route.ts";
import type { EndpointModule } from "../types.ts";
import type { Target } from "../view.ts";
import type { Failure } from "./failure.ts";
import { renderFailure, toFailure } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

/** An error fails the check, a warning with `--strict` only, a note never. */
export type Severity = "error" | "warning" | "note";

/** One entry of `problems`. */
export interface Finding extends Failure {
  readonly severity: Severity;
  /** For people: `src/pages/users/[id].ts`; `null` when it is about no one file. */
  readonly file: string | null;
}

export function finding(
  severity: Severity,
  file: string | null,
  code: string,
  message: string,
  hint: string,
): Finding {
  return { severity, file, code, message, hint };
}

/** An error of ours, or of a module, as a finding. */
export function failureFinding(error: unknown, file: string | null): Finding {
  return { severity: "error", file, ...toFailure(error) };
}

/** Writes beside the answer what it lacks. */
export function tellProblems(problems: readonly Finding[], terminal: Terminal): void {
  for (const problem of problems) terminal.note(renderFailure(problem, terminal.notePaint));
}

/** Each finding once; that TypeScript does not run is one, whatever the number of files. */
export function joinFindings(findings: readonly Finding[]): Finding[] {
  const joined: Finding[] = [];
  const others: string[] = [];
  for (const one of findings) {
    const same = joined.find(({ code, file }) => code === one.code && file === one.file);
    const isTypeScript = one.code === "STARBRIDGE_TYPESCRIPT_UNSUPPORTED";
    if (isTypeScript && joined.some(({ code }) => code === one.code)) {
      if (same === undefined && one.file !== null) others.push(one.file);
    } else if (same?.message !== one.message) joined.push(one);
  }
  if (others.length === 0) return joined;
  const more = others.length > 3 ? ` and ${others.length - 3} more files` : "";
  const also = ` So are ${others.slice(0, 3).join(", ")}${more}.`.replace(
    /^ So are ([^,]+)\.$/,
    " So is $1.",
  );
  return joined.map((one) =>
    one.code === "STARBRIDGE_TYPESCRIPT_UNSUPPORTED"
      ? { ...one, message: one.message + also }
      : one,
  );
}

/** Routes that can never answer, and redirects that files hide. */
export function judgeRoutes(
  routes: readonly Route<Target>[],
  redirects: readonly string[],
): Finding[] {
  const collisions = findCollisions(routes, isPartial).map(({ first, second }) =>
    finding(
      "error",
      second.source,
      "route-collision",
      `${second.source} never answers: ${first.source} takes the same paths (${first.pattern}).`,
      "Remove or rename one of the two.",
    ),
  );
  const used = new Set(routes.map((route) => route.source));
  const hidden = redirects
    .filter((from) => !used.has(`redirects["${from}"]`))
    .map((from) =>
      finding(
        "warning",
        null,
        "redirect-hidden",
        `The redirect from "${from}" is not used: an endpoint file answers that path.`,
        "Remove the redirect, or the file.",
      ),
    );
  return [...collisions, ...hidden];
}

/** Files of the pages folder that are no endpoints. */
export function judgeIgnored({ file, reason }: IgnoredFile): Finding {
  // What to do about it stands in the hint.
  const message = `${file} is ignored: it ${reason.replace(/;.*$/, "")}.`;
  return finding("note", file, "ignored-file", message, "Move it away, or begin its name with _.");
}

/** What a loaded endpoint file exports, against what it is for. */
export function judgeModule(
  module: EndpointModule,
  route: Route<Target>,
  isPrerendered: boolean,
): Finding[] {
  const names = Object.keys(module).filter((name) => module[name] != null);
  return [
    ...judgeHandlers(module, names, route.source),
    ...judgePrerender(module, names, route, isPrerendered),
  ];
}

function judgeHandlers(module: EndpointModule, names: string[], file: string): Finding[] {
  const findings: Finding[] = [];
  for (const name of names) {
    const value = module[name];
    // Any token can be a method: a constant in capitals is one only when Node knows it.
    if ((name === "ALL" || METHODS.includes(name)) && typeof value !== "function") {
      const details = { file, method: name, actual: describe(value) };
      findings.push(failureFinding(bridgeError("HANDLER_NOT_A_FUNCTION", details), file));
    }
    const upper = name === "del" ? "DELETE" : name.toUpperCase();
    if (typeof value !== "function" || name === upper || names.includes(upper)) continue;
    if (upper !== "ALL" && !COMMON_METHODS.includes(upper)) continue;
    const message = `${file} exports ${name}, which no request reaches: names of methods are in capitals.`;
    const hint = `Rename it: export const ${upper} = …`;
    findings.push(finding("warning", file, "method-case", message, hint));
  }
  if (!names.includes("ALL") && allowedMethods(names).length === 0) {
    const message = `${file} answers nothing: it exports ${names.join(", ") || "nothing"}.`;
    const hint = "Export a function named after a method, or begin the file's name with _.";
    findings.push(finding("error", file, "no-handler", message, hint));
  }
  return findings;
}

/** Lower-case exports like `get` were endpoints once; `link` and `search` are more often something else. */
const COMMON_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

function judgePrerender(
  module: EndpointModule,
  names: string[],
  { source: file, pattern, params }: Route<Target>,
  isPrerendered: boolean,
): Finding[] {
  const { prerender, getStaticPaths } = module;
  if (prerender !== undefined && typeof prerender !== "boolean") {
    return [failureFinding(bridgeError("PRERENDER_NOT_STATIC", { file }), file)];
  }
  if (!isPrerendered) {
    if (getStaticPaths == null) return [];
    const message = `getStaticPaths of ${file} is ignored: the endpoint runs on every request.`;
    const hint = "Remove it, or add: export const prerender = true.";
    return [finding("warning", file, "static-paths-unused", message, hint)];
  }
  if (!names.includes("GET") && !names.includes("ALL")) {
    const exports = names.join(", ") || "nothing";
    return [failureFinding(bridgeError("PRERENDER_NO_GET", { file, exports }), file)];
  }
  if (params.length > 0 && typeof getStaticPaths !== "function") {
    const error = bridgeError("GET_STATIC_PATHS_REQUIRED", { file, pattern });
    return [failureFinding(error, file)];
  }
  return [];
}
