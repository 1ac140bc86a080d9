// The oracle for what a file answered: the guards before it ran, and it was shown what the target says.
import type { WireRequest } from "./_request.ts";
import { guards, guardsOf, marksOf } from "./_guards.ts";
import type { Exchange, Finding } from "./_judge.ts";
import { verdictOf } from "./_origin.ts";
import type { Echo } from "./_pages.ts";
import {
  authorities,
  authorityOf,
  normalPathOf,
  paramsOf,
  partsOf,
  rawPathOf,
  searchOf,
  whyForeign,
} from "./_reference.ts";
import { bodyBytes, headerValues } from "./_request.ts";
import { aimOf, fileFor, followedOrder, whyNotMoved } from "./_rewrites.ts";
import type { Aimed } from "./_rewrites.ts";
import type { Setup } from "./_setup.ts";
import { isSlashAllowed, mustRedirect, redirectOf, slashRuleOf } from "./_slashes.ts";
import { answers, encodeText, isInside, patternOf } from "./_tables.ts";

/** What is wrong with an exchange in which a file answered. */
export function* judgePage(exchange: Exchange, echo: Echo): Generator<Finding> {
  const { setup, request, answer } = exchange;
  if (answer.status !== 200 || answer.outcome !== "answered") {
    yield { rule: "hang", what: `${answer.status}, ${answer.outcome}` };
  }
  // Hosts guard what was asked for: of a rewrite its source, and the chain guards the target.
  const ran = marksOf(answer.lines);
  const asked = echo.from === undefined ? echo.file : `${echo.from.slice(1)}.ts`;
  for (const guard of guardsOf(setup)) {
    if (!guards(guard, asked) || ran.includes(guard.label)) continue;
    if (guard.isExact && isWidened(exchange)) continue;
    yield { rule: "guard", what: `${asked} answered, and the guard "${guard.label}" had not run` };
  }
  const url = new URL(echo.url);
  yield* judgeChain(setup, echo, url, ran);
  yield* judgeSource(exchange, echo);
  const order = followedOrder(setup, request);
  const why = whyNotMoved(order, echo);
  if (why !== undefined) yield { rule: "rewrite", what: `${echo.file} answered: ${why}` };
  const rule = echo.moves ? "rewrite" : "one path";
  const aimed = echo.moves && order ? aimOf(setup, request, order) : sourceOf(setup, request);
  if (aimed === undefined) {
    if (echo.moves)
      yield { rule, what: `${echo.file} answered ${order?.target}, which is no path` };
    return;
  }
  for (const what of judgePlace(setup, aimed, echo, url)) yield { rule, what };
  if (!isSlashAllowed(echo.file, aimed, aimed.rule)) {
    const text = `${echo.file} answered ${aimed.mount}${aimed.inside}`;
    yield { rule: "slash", what: `${text} with trailingSlash ${aimed.rule}` };
  }
  const hosts = authorities(request, setup).map((text) => authorityOf(text, url.protocol));
  if (!hosts.includes(url.host) || (url.protocol !== "http:" && !setup.trustsProxy)) {
    yield { rule: "origin", what: `context.url.origin is ${url.origin}, not of ${hosts}` };
  }
  if (!answers(setup.table, echo.file, request.method)) {
    yield { rule, what: `${echo.file} answered ${request.method}` };
  }
  yield* judgeBody(setup, request, echo);
}

/**
 * A strict host minds the slash at the end, and an explicit `trailingSlash` takes that back: who guards one path there
 * has to guard both of its spellings. What guards a folder holds.
 */
function isWidened({ setup: { flags, choices }, request }: Exchange): boolean {
  const isLong = /^[^?]*\/(?:\?|$)/.test(request.target);
  return isLong && flags["strict routing"] === true && choices.trailingSlash !== undefined;
}

/** Whether the request itself may have been answered at all. */
function* judgeSource({ setup, request }: Exchange, { file }: Echo): Generator<Finding> {
  const { target, method } = request;
  const path = rawPathOf(target, setup);
  const why = path === undefined ? "is no path" : whyForeign(path);
  // Without a host, middleware runs for every path, and may rewrite it.
  const isAnybodys = setup.mount.kind === "alone" && followedOrder(setup, request) !== undefined;
  if (why !== undefined && !isAnybodys) {
    yield { rule: "canonical", what: `${file} answered ${JSON.stringify(target)}, which ${why}` };
  }
  if (verdictOf(request, setup) === "refuse") {
    yield { rule: "cross-site", what: `${file} answered ${method}, which had to be refused` };
  }
  const location = mustRedirect(setup) ? redirectOf(setup, request) : undefined;
  if (location !== undefined) {
    yield { rule: "slash", what: `${file} answered, in place of a redirect to ${location}` };
  }
}

function sourceOf(setup: Setup, { target }: WireRequest): Aimed | undefined {
  const path = rawPathOf(target, setup);
  if (path === undefined || whyForeign(path) !== undefined) return undefined;
  const { mount, inside } = partsOf(path, setup) ?? { mount: "", inside: path };
  return { mount, inside, search: searchOf(target, path), rule: slashRuleOf(setup) };
}

/** URL, params and pattern are those of the path, and the file is the one that comes first. */
function* judgePlace(setup: Setup, aimed: Aimed, echo: Echo, url: URL): Generator<string> {
  const { file } = echo;
  const path = aimed.mount + aimed.inside;
  const why = whyForeign(path);
  if (why !== undefined) yield `${file} answered ${path}, which ${why}`;
  const expected = url.origin + normalPathOf(path) + aimed.search;
  if (url.href !== expected || (echo.request ?? expected) !== expected) {
    yield `context.url is ${echo.url} (${echo.request}), not ${expected}`;
  }
  const params = paramsOf(file, aimed.inside);
  if (params === undefined || !isSame(params, echo.params) || echo.pattern !== patternOf(file)) {
    const [is, should] = [JSON.stringify(echo.params), JSON.stringify(params)];
    yield `${file} has params ${is}, not ${should}`;
  }
  const first = fileFor(setup, aimed);
  if (first !== undefined && first !== file) yield `${file} answered, and ${first} comes first`;
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
    if (isGuarded && !echo.moves && !ran.some((label) => label.endsWith(` ${area}`))) {
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

function* judgeBody(setup: Setup, request: WireRequest, echo: Echo): Generator<Finding> {
  if (echo.body === undefined) return;
  const { headers } = request;
  const sent = Buffer.from(bodyBytes(request), "latin1").toString();
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
