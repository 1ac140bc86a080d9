// How find-my-way reads a URL, what fits it, and which of two it asks first. Development only: its router takes no routes
// once the host runs, so what it would do with a new one is found out here. Held to the real one by
// test/dev/fastify-restart.test.ts.
import type { RouterOptions } from "./host.ts";

/** A URL, taken apart. */
export interface Pattern {
  readonly url: string;
  readonly steps: readonly Step[];
  /** What two have in common that are the same to find-my-way. */
  readonly shape: string;
}

/** One character of text, the rest of a segment, or the rest of the path. Asked in the order of their ranks. */
interface Step {
  readonly rank: typeof TEXT | typeof REGEX | typeof PARAM | typeof REST;
  readonly text: string;
  readonly names: readonly string[];
  /** Of a segment that is more than one parameter. */
  readonly regex?: RegExp;
  /** The text that it ends with. */
  readonly suffix?: string;
}

const [TEXT, REGEX, PARAM, REST] = [0, 1, 2, 3] as const;

export function parsePattern(url: string, { caseSensitive }: RouterOptions): Pattern {
  const steps: Step[] = [];
  for (let at = 0; at < url.length; ) {
    if (url[at] === ":" && url[at + 1] !== ":") {
      const end = endBefore("/", url, at);
      steps.push(parseParams(url.slice(at, end)));
      at = end;
      continue;
    }
    const char = url[at] as string;
    at += char === ":" ? 2 : 1;
    if (char === "*") steps.push({ rank: REST, text: "", names: ["*"] });
    else steps.push({ rank: TEXT, text: caseSensitive ? char : char.toLowerCase(), names: [] });
  }
  return { url, steps, shape: JSON.stringify(steps.map(({ rank, text }) => [rank, text])) };
}

/** Where a character comes next that is in no expression of a parameter, or the end. */
export function endBefore(char: string, url: string, from: number): number {
  let at = from;
  while (at < url.length && url[at] !== char) {
    at = url[at] === "(" ? endOfExpression(url, at) : at + 1;
  }
  return at;
}

/** Where the parenthesis that opens here is closed, and one further. */
function endOfExpression(url: string, from: number): number {
  let open = 0;
  for (let at = from; at < url.length; at++) {
    if (url[at] === "\\") at++;
    else if (url[at] === "(") open++;
    else if (url[at] === ")" && --open === 0) return at + 1;
  }
  return url.length;
}

/** `:name`, or all of `:name(expression)text:name-:name`: that becomes one regular expression. */
function parseParams(segment: string): Step {
  const names: string[] = [];
  let source = "";
  let suffix = "";
  let isSafe = true;
  for (let at = 0; at < segment.length; ) {
    const nameEnd = at + 1 + segment.slice(at + 1).search(/[(.-]|$/);
    names.push(segment.slice(at + 1, nameEnd));
    at = nameEnd;
    if (segment[at] === "(") {
      const end = endOfExpression(segment, at);
      source += segment.slice(at, end).replace(/^\(\^/, "(").replace(/\$\)$/, ")");
      at = end;
      isSafe = true;
    } else {
      const before = escapeForRegex(suffix);
      source += isSafe ? "(.*?)" : `(${before}|(?:(?!${before}).)*)`;
      isSafe = false;
    }
    const text = /^(?:::|[^:])*/.exec(segment.slice(at))?.[0] ?? "";
    at += text.length;
    suffix = text.replaceAll("::", ":");
    source += escapeForRegex(suffix);
  }
  if (source === "(.*?)") return { rank: PARAM, text: "", names };
  return { rank: REGEX, text: source, names, regex: new RegExp(`^${source}$`), suffix };
}

function escapeForRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** The path of a request as find-my-way compares it: all but reserved characters decoded. */
export function routedPath(url: string, router: RouterOptions): string | undefined {
  const end = url.search(router.useSemicolonDelimiter ? /[?#;]/ : /[?#]/);
  const path = end === -1 ? url : url.slice(0, end);
  try {
    const decoded = decodeURI(path.replaceAll("%25", "%2525"));
    return router.ignoreTrailingSlash && decoded.length > 1 ? decoded.replace(/\/$/, "") : decoded;
  } catch {
    return undefined;
  }
}

/** The params of a path that fits; `undefined` when it does not. */
export function paramsOf(
  { steps }: Pattern,
  path: string,
  { caseSensitive, maxParamLength }: RouterOptions,
): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  let at = 0;
  for (const { rank, text, names, regex } of steps) {
    if (rank === TEXT) {
      const char = path[at++];
      if (char !== text && (caseSensitive || char?.toLowerCase() !== text)) return undefined;
      continue;
    }
    const slashAt = rank === REST ? -1 : path.indexOf("/", at);
    const end = slashAt === -1 ? path.length : slashAt;
    const segment = decodeReserved(path.slice(at, end));
    const values = regex === undefined ? [segment] : regex.exec(segment)?.slice(1);
    if (values === undefined) return undefined;
    for (const [index, name] of names.entries()) {
      const value = values[index] ?? "";
      if (rank !== REST && value.length > maxParamLength) return undefined;
      params[name] = value;
    }
    at = end;
  }
  return at === path.length ? params : undefined;
}

/** What `decodeURI` leaves. */
function decodeReserved(text: string): string {
  return text.replace(/%(?:2[3-6BCF]|3[ABDF]|40)/gi, decodeURIComponent);
}

/** Negative when `a` is asked before `b` for a path that fits both, `0` where that cannot be told. */
export function compareFitting(a: Pattern, b: Pattern): number {
  for (const [index, one] of a.steps.entries()) {
    const other = b.steps[index];
    // What ends here is at home in this very place.
    if (other === undefined) return 1;
    if (one.rank !== other.rank) return one.rank - other.rank;
    if (one.text !== other.text) return compareSuffixes(one.suffix ?? "", other.suffix ?? "");
  }
  return a.steps.length - b.steps.length;
}

function compareSuffixes(a: string, b: string): number {
  if (a === b) return 0;
  if (a === "" || b === "") return a === "" ? 1 : -1;
  if (b.endsWith(a)) return 1;
  return a.endsWith(b) ? -1 : 0;
}
