// The oracle: says of one request what must not have happened. It knows the request, the host's options, which guards
// ran, what the file was shown, and what the same host answers without the bridge.
import type { WireAnswer } from "./_client.ts";
import { judgePage } from "./_judge-page.ts";
import { verdictOf } from "./_origin.ts";
import { parseEcho } from "./_pages.ts";
import type { Echo } from "./_pages.ts";
import { authorities, authorityOf, partsOf, rawPathOf, whyForeign } from "./_reference.ts";
import { headerValues } from "./_request.ts";
import type { WireRequest } from "./_request.ts";
import { fileFor, whyLost } from "./_rewrites.ts";
import type { Setup } from "./_setup.ts";
import { mustRedirect, redirectOf, slashRuleOf } from "./_slashes.ts";
import { answers, encodeText } from "./_tables.ts";
import { METHODS } from "./_words.ts";

export type Rule =
  /** A file answered, and a guard before it had not run. */
  | "guard"
  /** A guard of the chain that tests `context.url.pathname` would not have seen the request. */
  | "chain"
  /** The path was not canonical, and a file answered. */
  | "canonical"
  /** URL, params and pattern are not what the target says. */
  | "one path"
  /** The URL's origin is not what the host was told. */
  | "origin"
  | "body"
  /** What a browser sent across origins reached a page, or what it did not was refused for it. */
  | "cross-site"
  /** Answered, or redirected, in another spelling than `trailingSlash` allows. */
  | "slash"
  /** A rewrite led to something else than its target's answer or a 404. */
  | "rewrite"
  /** A file has the path, and the host's own 404 was the answer. */
  | "missing"
  /** No answer, or not all of it. */
  | "hang"
  /** A status from 500 on that the host alone does not give. */
  | "500"
  /** What the bridge left to the host was answered otherwise than without the bridge. */
  | "legacy"
  /** Something was written to stderr, warned about, or thrown where nobody caught it. */
  | "noise";

export interface Finding {
  rule: Rule;
  what: string;
}

/** One request and both answers. */
export interface Exchange {
  setup: Setup;
  request: WireRequest;
  /** The host with the bridge. */
  answer: WireAnswer;
  /** The same host without. */
  alone: WireAnswer;
}

/** What is wrong with an exchange. */
export function judge(exchange: Exchange): Finding[] {
  const { answer, alone } = exchange;
  const echo = echoOf(answer);
  if (echo !== undefined) return [...judgePage(exchange, echo)];
  if (answer.outcome === "silent") return [{ rule: "hang", what: "no whole answer in time" }];
  if (plain(answer.bytes) === plain(alone.bytes) && answer.outcome === alone.outcome) {
    return [...judgeMiss(exchange)];
  }
  if (answer.outcome === "closed") {
    return [{ rule: "hang", what: `closed after ${answer.bytes.length} bytes` }];
  }
  if (headerValues(answer.lines, "x-rewritten").length > 0) return [...judgeLost(exchange)];
  if (answer.status >= 500 || answer.status === 0) {
    return [{ rule: "500", what: `${answer.bytes.slice(0, 300)}` }];
  }
  if (isRefusalOfHost(exchange) || isRefusalOfFastify(exchange)) return [];
  if (answer.status === 301 || answer.status === 308) return [...judgeRedirect(exchange)];
  if (answer.status === 403) return [...judgeRefusal(exchange)];
  if (exchange.setup.mount.kind === "alone" && answer.status === 404) {
    return [...judgeMiss(exchange)];
  }
  const what = `with the bridge:\n${answer.bytes}\nwithout:\n${alone.bytes}`;
  return [{ rule: "legacy", what }];
}

function echoOf({ lines }: WireAnswer): Echo | undefined {
  const [text] = headerValues(lines, "x-echo");
  return text === undefined ? undefined : parseEcho(text);
}

/** Nothing but the date may differ, and what Fastify's router says of routes that only the bridge has. */
function plain(bytes: string): string {
  return bytes.replace(/\r\n(?:date|x-route-guards): [^\r\n]*/gi, "");
}

/** The one answer that is neither a file's nor the host's: a bad Host on a path of ours. */
function isRefusalOfHost({ answer, request, setup }: Exchange): boolean {
  const [code] = headerValues(answer.lines, "x-error");
  const isBad = authorities(request, setup).some(
    (text) => authorityOf(text, "http:") === undefined,
  );
  // Without a host nobody sets the header.
  const isOurs = code === "STARBRIDGE_BAD_HOST" || setup.mount.kind === "alone";
  return answer.status === 400 && isOurs && isBad;
}

/**
 * What Fastify refuses before its own 404 depends on whether a route was found: the body of what it routes nowhere is
 * parsed, and its target read once more without `useSemicolonDelimiter`; with a route, a QUERY needs a type, and a param
 * may be too long. What it routed to a file that is not asked in this spelling ends in the 404, with the body unread.
 */
function isRefusalOfFastify({ answer, alone, setup }: Exchange): boolean {
  if (setup.host !== "fastify") return false;
  const isNotFound = ({ status, bytes }: WireAnswer) =>
    status === 404 && /\r\n\r\nhost 404 |\r\n\r\n$/.test(bytes);
  const isRefused = ({ status, bytes }: WireAnswer) =>
    [400, 414, 415].includes(status) &&
    (bytes.endsWith("\r\n\r\n") || /FST_ERR_(?:CTP_|BAD_URL|ROUTE_MISSING|MAX_PARAM)/.test(bytes));
  const answers = [answer, alone];
  return answers.every((one) => isNotFound(one) || isRefused(one)) && answers.some(isRefused);
}

/** An answer of the host's own, or none: a file may not have been there for it. */
function* judgeMiss({ setup, request, answer }: Exchange): Generator<Finding> {
  const { target, method } = request;
  const isBare = /\r\n\r\n(?:host 404 |<!doctype html>.*404: Not found|$)/s.test(answer.bytes);
  if (answer.status !== 404 || !isBare || !METHODS.includes(method)) return;
  const location = mustRedirect(setup) ? redirectOf(setup, request) : undefined;
  if (location !== undefined) yield { rule: "slash", what: `not sent to ${location}` };
  const path = rawPathOf(target, setup);
  const parts = path === undefined ? undefined : partsOf(path, setup);
  // What hosts read in their own way they may keep: spaces and fragments, and a mount path in an odd spelling.
  if (
    path === undefined ||
    parts === undefined ||
    /[\s#\xa0]/.test(target) ||
    whyForeign(path) !== undefined
  )
    return;
  if (parts.mount !== path.slice(0, parts.mount.length) || !/^(?:\/[\w.-]+)*$/.test(parts.mount))
    return;
  if (setup.mount.path !== "" && !parts.mount.startsWith(setup.mount.path.split(":")[0] ?? ""))
    return;
  if (setup.host === "connect" && isRespelled(setup, parts.inside)) return;
  // Fastify's `maxParamLength`.
  if (path.split("/").some((segment) => segment.length > 100)) return;
  const rule = slashRuleOf(setup);
  const file = fileFor(setup, { ...parts, search: "", rule });
  if (file === undefined || !answers(setup.table, file, method)) return;
  yield { rule: "missing", what: `${file} did not answer ${method} ${target}` };
}

/** connect puts the path of a layer that it passed back into `url` as the layer has it: `/admin.x` for `/ADMIN.x`. */
function isRespelled({ table }: Setup, inside: string): boolean {
  return table.areas.some((area) => {
    const start = inside.slice(0, encodeText(area).length);
    return start !== encodeText(area) && start.toLowerCase() === encodeText(area).toLowerCase();
  });
}

function* judgeRedirect({ setup, request, answer }: Exchange): Generator<Finding> {
  const [location = ""] = headerValues(answer.lines, "location");
  const expected = redirectOf(setup, request);
  const status = request.method === "GET" ? 301 : 308;
  // A mount path may hold characters that a URL escapes.
  const isSame = expected !== undefined && hrefOf(location) === hrefOf(expected);
  if (!isSame || answer.status !== status) {
    yield { rule: "slash", what: `${answer.status} to ${location}, not ${status} to ${expected}` };
  } else if (!/^\/(?![/\\])/.test(location)) {
    yield { rule: "slash", what: `sent to ${location}, which is another host's` };
  }
}

function hrefOf(location: string): string | undefined {
  const base = "http://reference.test";
  return URL.canParse(location, base) ? new URL(location, base).href : undefined;
}

function* judgeRefusal({ setup, request, answer }: Exchange): Generator<Finding> {
  const isRefused = verdictOf(request, setup) !== "let";
  const path = rawPathOf(request.target, setup);
  const isOurs = path !== undefined && whyForeign(path) === undefined;
  if (setup.mount.kind !== "alone" && !isOurs) {
    yield { rule: "canonical", what: "a path that is not ours was refused" };
  }
  if (!isRefused) yield { rule: "cross-site", what: `refused: ${answer.bytes.slice(-200)}` };
}

function* judgeLost({ setup, request, answer }: Exchange): Generator<Finding> {
  const why = whyLost(setup, request, answer);
  if (why !== undefined) yield { rule: "rewrite", what: why };
  if (verdictOf(request, setup) === "refuse") {
    yield { rule: "cross-site", what: "rewritten, and had to be refused" };
  }
}
