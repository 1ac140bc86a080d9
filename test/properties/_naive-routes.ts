// A matcher as plain as it can be written: every route is a regular expression over the canonical spelling of the
// path, asked in order of priority. Slow, and independent of the one that is shipped.
import { referenceTable } from "../astro/_reference.ts";

/** What answers, with its parameters; absent ones left out. */
export interface Found {
  file: string;
  params: Record<string, string>;
}

interface Naive {
  file: string;
  /** Between slashes; text in its canonical spelling, `[name]`, `[...name]`. */
  segments: string[];
  regexp: RegExp;
  names: string[];
}

const PARAM = /\[(\.\.\.)?(\w+)\]/g;

/** The file that answers a raw path; one slash at its end is ignored, unless the route looks like a file. */
export function naiveMatch(files: string[], rawPath: string): Found | undefined {
  const path = canonical(rawPath);
  if (path === undefined) return undefined;
  const routes = referenceTable(files, "ignore").map(({ file }) => naive(file));
  const found = routes.find(({ regexp }) => regexp.test(path));
  if (found === undefined) return undefined;
  // A fully static route is spelled as it stands; the rest is about values.
  if (found.names.length > 0 && isRefused(routes, path)) return undefined;
  const values = found.regexp.exec(path)?.slice(1) ?? [];
  const params: Found["params"] = {};
  for (const [index, name] of found.names.entries()) {
    const value = values[index];
    if (value) params[name] = decodeURI(value);
  }
  return { file: found.file, params };
}

/** One spelling per path: escapes in upper case. `undefined` for paths that are not ours. */
function canonical(rawPath: string): string | undefined {
  if (!/^\/[\x21-\x7e]*$/.test(rawPath) || /[\\#?]/.test(rawPath)) return undefined;
  const segments = rawPath.split("/").slice(1);
  if (segments.at(-1) === "") segments.pop();
  for (const segment of segments) {
    let text: string;
    try {
      text = decodeURIComponent(segment);
    } catch {
      return undefined;
    }
    const dots = segment.replace(/%2e/gi, ".");
    if (text === "" || dots === "." || dots === "..") return undefined;
  }
  return rawPath
    .replace(/%../g, (triplet) => triplet.toUpperCase())
    .replace(/["<>[\]^`{|}]/g, (char) => encodeURIComponent(char));
}

/** Values that no parameter takes, and segments that hide a static text that could stand there. */
function isRefused(routes: Naive[], path: string): boolean {
  const segments = path.split("/").slice(1).filter(Boolean);
  return segments.some((segment, at) => {
    const value = decodeURI(segment);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
    if (/[\0-\x1f\x7f-\x9f\\]/.test(value)) return true;
    if (value.split(/\/|%2f/i).some((piece) => piece === "." || piece === "..")) return true;
    if (value === segment) return false;
    const disguised = [value, fully(segment)];
    return routes.some((route) =>
      staticsAt(route, segments, at).some(
        (text) => canonicalText(text) !== segment && disguised.includes(text),
      ),
    );
  });
}

/** Texts of a route that could stand at a place of a path whose first segments fit it. */
function staticsAt(route: Naive, path: string[], at: number): string[] {
  const rest = route.segments.findIndex((segment) => segment.includes("[..."));
  const texts: string[] = [];
  for (const [index, segment] of route.segments.entries()) {
    if (segment.includes("[")) continue;
    const behindRest = rest !== -1 && index > rest;
    if (behindRest || (index === at && fitsBefore(route, path, at))) texts.push(segment);
  }
  return texts;
}

// A segment with a parameter is taken to fit whatever stands there: refusing too much is allowed (R3).
function fitsBefore(route: Naive, path: string[], at: number): boolean {
  return route.segments
    .slice(0, at)
    .every((segment, index) => segment.includes("[") || canonicalText(segment) === path[index]);
}

function naive(file: string): Naive {
  const segments = file.replace(/\.ts$/, "").split("/");
  if (segments.at(-1) === "index") segments.pop();
  const path = segments
    .map((segment) => (/^\[\.\.\.\w+\]$/.test(segment) ? "(?:/(.*?))?" : `/${source(segment)}`))
    .join("");
  const isFile = /.\.\w+$/.test(segments.at(-1) ?? "");
  return {
    file,
    segments,
    regexp: new RegExp(segments.length === 0 ? "^/$" : `^${path}${isFile ? "" : "/?"}$`),
    names: [...file.matchAll(PARAM)].map(([, , name]) => name ?? ""),
  };
}

/** A segment as a regular expression over canonical spelling. An escape is one character. */
function source(segment: string): string {
  const unit = "(?:%[0-9A-F]{2}|[^/%])";
  return segment
    .split(/(\[(?:\.\.\.)?\w+\])/)
    .map((part) => {
      if (/^\[\.\.\./.test(part)) return `((?:${unit}|/)*?)`;
      if (part.startsWith("[")) return `(${unit}+?)`;
      return canonicalText(part).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    })
    .join("");
}

function canonicalText(text: string): string {
  return encodeURIComponent(text).replace(/%(?:24|26|2B|2C|3A|3B|3D|40)/g, decodeURIComponent);
}

function fully(text: string): string {
  try {
    const once = decodeURIComponent(text);
    return once === text ? text : fully(once);
  } catch {
    return text;
  }
}
