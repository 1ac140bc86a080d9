// The oracle: says of one request what must not have happened. It knows the request, the host's options, which guards
// ran, what the file was shown, and what the same host answers without the bridge.
import type { WireAnswer } from "./_client.ts";
import { guards, guardsOf, marksOf } from "./_guards.ts";
import {
  authorityOf,
  normalPathOf,
  paramsOf,
  rawPathOf,
  searchOf,
  whyForeign,
} from "./_reference.ts";
import { headerValues } from "./_request.ts";
import type { WireRequest } from "./_request.ts";
import type { Setup } from "./_setup.ts";
import { encodeText, isInside, patternOf } from "./_tables.ts";
import type { Echo } from "./_tables.ts";

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
  if (plain(answer.bytes) === plain(alone.bytes) && answer.outcome === alone.outcome) return [];
  if (answer.outcome === "closed") {
    return [{ rule: "hang", what: `closed after ${answer.bytes.length} bytes` }];
  }
  if (answer.status >= 500 || answer.status === 0) {
    return [{ rule: "500", what: `${answer.bytes.slice(0, 300)}` }];
  }
  if (isRefusalOfHost(exchange) || isRefusalOfFastify(exchange)) return [];
  const what = `with the bridge:\n${answer.bytes}\nwithout:\n${alone.bytes}`;
  return [{ rule: "legacy", what }];
}

function echoOf({ lines }: WireAnswer): Echo | undefined {
  const [text] = headerValues(lines, "x-echo");
  return text === undefined ? undefined : JSON.parse(decodeURIComponent(text));
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
  return answer.status === 400 && code === "STARBRIDGE_BAD_HOST" && isBad;
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

function* judgePage({ setup, request, answer }: Exchange, echo: Echo): Generator<Finding> {
  const { target, method } = request;
  if (answer.status !== 200 || answer.outcome !== "answered") {
    yield { rule: "hang", what: `${answer.status}, ${answer.outcome}` };
  }
  const ran = marksOf(answer.lines);
  for (const guard of guardsOf(setup)) {
    if (!guards(guard, echo.file) || ran.includes(guard.label)) continue;
    yield {
      rule: "guard",
      what: `${echo.file} answered, and the guard "${guard.label}" had not run`,
    };
  }
  const url = new URL(echo.url);
  yield* judgeChain(setup, echo, url, ran);
  const path = rawPathOf(target, setup);
  const why = path === undefined ? "is no path" : whyForeign(path);
  if (path === undefined || why !== undefined) {
    yield {
      rule: "canonical",
      what: `${echo.file} answered ${JSON.stringify(target)}, which ${why}`,
    };
    return;
  }
  const expected = normalPathOf(path) + searchOf(target, path);
  if (url.pathname + url.search !== expected || (echo.request ?? echo.url) !== echo.url) {
    yield {
      rule: "one path",
      what: `context.url is ${echo.url} (${echo.request}), not ${expected}`,
    };
  }
  const params = paramsOf(echo.file, path, setup);
  if (
    params === undefined ||
    !isSame(params, echo.params) ||
    echo.pattern !== patternOf(echo.file)
  ) {
    const [is, should] = [JSON.stringify(echo.params), JSON.stringify(params)];
    yield { rule: "one path", what: `${echo.file} has params ${is}, not ${should}` };
  }
  const hosts = authorities(request, setup).map((text) => authorityOf(text, url.protocol));
  if (!hosts.includes(url.host) || (url.protocol !== "http:" && !setup.trustsProxy)) {
    yield { rule: "origin", what: `context.url.origin is ${url.origin}, not of ${hosts}` };
  }
  const methods = setup.table.files[echo.file] ?? [];
  const isAnswered =
    methods.includes("ALL") || methods.includes(method === "HEAD" ? "GET" : method);
  if (!isAnswered) yield { rule: "one path", what: `${echo.file} answered ${method}` };
  yield* judgeBody(setup, request, echo);
}

/** What the chain reads must lie in the area of the file, and nothing may look as if it lay in one and be unguarded. */
function* judgeChain(setup: Setup, echo: Echo, url: URL, ran: string[]): Generator<Finding> {
  const seen = echo.chain ?? "nothing";
  if (seen !== url.pathname)
    yield { rule: "chain", what: `the chain saw ${seen}, not ${url.pathname}` };
  const depth = setup.mount.path.split("/").length - 1;
  const inside = `/${seen
    .split("/")
    .slice(depth + 1)
    .join("/")}`;
  for (const area of setup.table.areas) {
    const isGuarded = isInside(inside, encodeText(area));
    if (isInside(patternOf(echo.file), area) && !isGuarded) {
      yield {
        rule: "chain",
        what: `${echo.file} answered, and a guard of ${area} in the chain saw ${seen}`,
      };
    }
    if (isGuarded && !ran.some((label) => label.endsWith(` ${area}`))) {
      yield {
        rule: "guard",
        what: `${echo.file} was shown ${seen}, and no guard of ${area} had run`,
      };
    }
    if (readsAs(inside, area) && !isGuarded) {
      yield { rule: "canonical", what: `${echo.file} was shown ${seen}, which decodes to ${area}` };
    }
  }
}

/** Whether a path lies in an area once it is decoded to the end, segment by segment. */
function readsAs(path: string, area: string): boolean {
  const segments = path.split("/").map((segment) => {
    let text = segment;
    for (let round = 0; round < 5; round++) {
      try {
        text = decodeURIComponent(text);
      } catch {
        break;
      }
    }
    return text;
  });
  // An escaped slash does not end a segment, however often it is decoded.
  return segments.every((text) => !text.includes("/")) && isInside(segments.join("/"), area);
}

/** What may name the host: its header, and for who believes a proxy what that says. */
function authorities({ headers, version }: WireRequest, { trustsProxy }: Setup): string[] {
  const [host] = headerValues(headers, "host");
  const forwarded = headerValues(headers, "x-forwarded-host").flatMap((value) => value.split(","));
  const own = host ?? (version === "1.0" ? "localhost" : "");
  return [own, ...(trustsProxy ? forwarded.map((text) => text.trim()) : [])];
}

function* judgeBody(setup: Setup, { headers, body }: WireRequest, echo: Echo): Generator<Finding> {
  if (echo.body === undefined) return;
  const isChunked = headerValues(headers, "transfer-encoding").length > 0;
  const bytes = isChunked ? body.split("\r\n").slice(1, -3).join("\r\n") : body;
  const sent = Buffer.from(bytes, "latin1").toString();
  const isParsed = setup.parsesBodies && headerValues(headers, "content-type")[0]?.includes("json");
  const got = echo.body ?? "";
  if (got === sent || (isParsed && isSame(JSON.parse(got || "{}"), JSON.parse(sent || "{}"))))
    return;
  yield {
    rule: "body",
    what: `the endpoint read ${JSON.stringify(got)} of ${JSON.stringify(sent)}`,
  };
}

function isSame(a: unknown, b: unknown): boolean {
  const sorted = (value: unknown) => JSON.stringify(value, Object.keys(Object(value)).sort());
  return sorted(a) === sorted(b);
}
