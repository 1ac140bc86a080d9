// What a request means, written down a second time and as plainly as possible: nothing of lib is imported here.
import { UNNAMED, headerValues } from "./_request.ts";
import type { WireRequest } from "./_request.ts";
import type { Setup } from "./_setup.ts";
import { encodeText, patternOf } from "./_tables.ts";

/** The path of a target as it came, or `undefined` where it has none that could be ours. */
export function rawPathOf(target: string, { host, flags }: Setup): string | undefined {
  if (!target.startsWith("/")) return undefined;
  // Under middie the bridge is connect's, to which `;` is a character of the path.
  const delimiter = host === "fastify" && flags.useSemicolonDelimiter ? /[?;]/ : "?";
  return target.split(delimiter, 1)[0];
}

/** Why a path has another spelling than the canonical one, or nothing. */
export function whyForeign(path: string): string | undefined {
  if (/[^\x21-\x7e]/.test(path)) return "has a character that no URL has";
  if (/[\\#]/.test(path)) return "has a backslash or a #";
  if (path.slice(0, -1).includes("//") || path === "//" || path.endsWith("//")) {
    return "has an empty segment";
  }
  if (/%(?![0-9a-f]{2})/i.test(path)) return "has a broken escape";
  if (/%(?:[01][0-9a-f]|7f|5c|c2%[89][0-9a-f])/i.test(path))
    return "has an escaped control or backslash";
  try {
    decodeURIComponent(path);
  } catch {
    return "has escapes that are no UTF-8";
  }
  const pieces = path.split(/\/|%2f/i).map((piece) => piece.replace(/%2e/gi, "."));
  return pieces.some((piece) => piece === "." || piece === "..") ? "has a dot segment" : undefined;
}

/** RFC 3986 section 6.2.2: unreserved characters decoded, the other escapes in upper case; odd ones as URL has them. */
export function normalPathOf(path: string): string {
  const normal = path.replace(/%[0-9a-f]{2}/gi, (triplet) => {
    const char = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
    return /[A-Za-z0-9\-._~]/.test(char) ? char : triplet.toUpperCase();
  });
  return new URL(`http://reference.test${normal}`).pathname;
}

/** The query of a target as a URL has it, or as it came, with its `?`. */
export function searchOf(target: string, path: string, form?: "raw"): string {
  const [search = ""] = target.slice(path.length).split("#", 1);
  if (search === "" || search === ";") return "";
  if (form === "raw") return `?${search.slice(1)}`;
  return new URL(`http://reference.test/?${search.slice(1)}`).href.slice(22);
}

/** A path in two. */
export interface Parts {
  /** The mount path as the request has it. */
  mount: string;
  inside: string;
}

/** Cuts the mount path off a path; `undefined` where it is not below it. */
export function partsOf(path: string, { host, mount, flags }: Setup): Parts | undefined {
  // The mount path is the host's to match, in any case where the host does not care. middie never does.
  const isCaseSensitive =
    host !== "middie" && (flags["case sensitive routing"] ?? flags.caseSensitive ?? false);
  const prefix = mount.path.replace(/:\w+/g, host === "fastify" ? "[^/]*" : "[^/]+");
  const mounted = new RegExp(`^${prefix}(?=/|$)`, isCaseSensitive ? "" : "i");
  const upper = path.replace(/%[0-9a-f]{2}/gi, (triplet) => triplet.toUpperCase());
  const [actual] = mounted.exec(upper) ?? [];
  return actual === undefined ? undefined : { mount: actual, inside: upper.slice(actual.length) };
}

/** The params that a file has for a path without its mount; `undefined` where its pattern does not fit. */
export function paramsOf(file: string, inside: string): Record<string, string> | undefined {
  const names: string[] = [];
  const pattern = patternOf(file)
    .split("/")
    .slice(1)
    .map((segment) => segmentPattern(segment, names))
    .join("");
  const values = new RegExp(`^${pattern}$`).exec(inside.replace(/\/$/, ""));
  if (values === null) return undefined;
  const params: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const value = values[index + 1];
    if (value !== undefined) params[name] = decodeURI(value);
  }
  return params;
}

function segmentPattern(segment: string, names: string[]): string {
  if (segment === "") return "";
  const rest = /^\[\.\.\.(\w+)\]$/.exec(segment);
  if (rest) {
    names.push(rest[1] as string);
    return "(?:/((?:%..|[^%])+?))?";
  }
  let pattern = "/";
  for (const part of segment.split(/(\[(?:\.\.\.)?\w+\])/)) {
    const name = /^\[(\.\.\.)?(\w+)\]$/.exec(part);
    if (name === null) pattern += escapeText(encodeText(part));
    else {
      names.push(name[2] as string);
      pattern += name[1] ? "((?:%..|[^%])+?)?" : "((?:%..|[^/%])+?)";
    }
  }
  return pattern;
}

function escapeText(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

const AUTHORITY = /^(?:\[[0-9a-f:.]+\]|[\w\-.~!$&'()*+;=]+)(?::\d{0,5})?$/i;

/** Host and port as a URL of the scheme has them; `undefined` for what is none. */
export function authorityOf(text: string, protocol: string): string | undefined {
  const url = `${protocol}//${text}`;
  return AUTHORITY.test(text) && URL.canParse(url) ? new URL(url).host : undefined;
}

/** What may name the host: its header, and for who believes a proxy what that says. */
export function authorities(
  { headers, version }: WireRequest,
  { trustsProxy, host: kind }: Setup,
): string[] {
  const [host] = headerValues(headers, "host");
  const forwarded = headerValues(headers, "x-forwarded-host").flatMap((value) => value.split(","));
  const fallback = kind === "http2" ? UNNAMED : version === "1.0" ? "localhost" : "";
  return [host ?? fallback, ...(trustsProxy ? forwarded.map((text) => text.trim()) : [])];
}
