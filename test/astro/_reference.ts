// A naive matcher to compare ours with: a sorted list of regular expressions, as
// and describe them. Slow, short, and written without a look at lib/routes.

export interface ReferenceRoute {
  file: string;
  route: string;
  segments: Part[][];
  regexp: RegExp;
  names: string[];
}

interface Part {
  text: string;
  dynamic: boolean;
  rest: boolean;
}

export type TrailingSlash = "always" | "never" | "ignore";

/** The routes of some files, best first. */
export function referenceTable(files: string[], slash: TrailingSlash): ReferenceRoute[] {
  return files.map((file) => referenceRoute(file, slash)).sort(compare);
}

/** The file that answers a path, and its params; `undefined` for a miss. */
export function referenceMatch(table: ReferenceRoute[], path: string) {
  for (const { file, regexp, names } of table) {
    const found = regexp.exec(path);
    if (found === null) continue;
    const params: Record<string, string | undefined> = {};
    for (const [at, name] of names.entries()) params[name] = found[at + 1] || undefined;
    return { file, params };
  }
  return undefined;
}

/** Where a path without a host is redirected to before anything is matched; `undefined` for nowhere. */
export function referenceRedirect(path: string, slash: TrailingSlash): string | undefined {
  if (path === "/" || /^\/[._@/\\]/.test(path)) return undefined;
  if (slash === "never" && path.endsWith("/")) return path.slice(0, -1);
  if (slash === "always" && !path.endsWith("/") && !hasExtension(path)) return `${path}/`;
  return undefined;
}

function referenceRoute(file: string, slash: TrailingSlash): ReferenceRoute {
  const bare = file.replace(/\.[jt]s$/, "").split("/");
  if (bare.at(-1) === "index") bare.pop();
  const route = `/${bare.join("/")}`;
  const segments = bare.map(parts);
  const path = segments.map(segmentSource).join("");
  const ending = hasExtension(bare.at(-1) ?? "")
    ? "$"
    : { always: "/$", never: "$", ignore: "/?$" }[slash];
  return {
    file,
    route,
    segments,
    regexp: new RegExp(bare.length === 0 ? "^/$" : `^${path}${ending}`),
    names: segments
      .flat()
      .filter((part) => part.dynamic)
      .map((part) => part.text),
  };
}

function parts(segment: string): Part[] {
  return segment
    .split(/\[(\.{0,3}\w+)\]/)
    .map((text, at) => ({
      text: text.replace("...", ""),
      dynamic: at % 2 === 1,
      rest: at % 2 === 1 && text.startsWith("..."),
    }))
    .filter((part) => part.text !== "");
}

function segmentSource(segment: Part[]): string {
  if (segment.length === 1 && segment[0]?.rest) return "(?:/(.*?))?";
  const source = segment.map((part) => {
    if (!part.dynamic) return part.text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return part.rest ? "(.*?)" : "([^/]+?)";
  });
  return `/${source.join("")}`;
}

function hasExtension(lastSegment: string): boolean {
  return /.\.\w+$/.test(lastSegment);
}

function compare(a: ReferenceRoute, b: ReferenceRoute): number {
  const common = Math.min(a.segments.length, b.segments.length);
  for (let at = 0; at < common; at += 1) {
    const order = compareSegments(a.segments[at] ?? [], b.segments[at] ?? []);
    if (order !== 0) return order;
  }
  if (a.segments.length !== b.segments.length) {
    const [short, long, sign] =
      a.segments.length < b.segments.length ? ([a, b, -1] as const) : ([b, a, 1] as const);
    const isOneLonger = long.segments.length - short.segments.length === 1;
    // R-71 speaks of all rests. One that shares its segment with text cannot take the shorter route's path, and
    // counting it makes the order run in circles: index, a-[...p], [id]/[...q], index.
    const shorterWins = isOneLonger && isWholeRest(long.segments.at(-1)) && !endsInRest(short);
    return shorterWins ? sign : -sign;
  }
  return a.route.localeCompare(b.route, "en");
}

function compareSegments(a: Part[], b: Part[]): number {
  const [aText, bText] = [a, b].map((parts) =>
    isStatic(parts) ? parts.map((p) => p.text).join("") : undefined,
  );
  if (aText !== undefined && bText !== undefined) return aText.localeCompare(bText, "en");
  if ((aText !== undefined) !== (bText !== undefined)) return aText !== undefined ? -1 : 1;
  const [aPartly, bPartly] = [a, b].map((parts) => parts.some((part) => !part.dynamic));
  if (aPartly !== bPartly) return aPartly ? -1 : 1;
  const [aRest, bRest] = [a, b].map((parts) => parts.some((part) => part.rest));
  if (aRest !== bRest) return aRest ? 1 : -1;
  return 0;
}

function isStatic(parts: Part[]): boolean {
  return parts.every((part) => !part.dynamic);
}

function isWholeRest(parts: Part[] = []): boolean {
  return parts.length === 1 && parts[0]?.rest === true;
}

function endsInRest(route: ReferenceRoute): boolean {
  return route.segments.at(-1)?.some((part) => part.rest) ?? false;
}
