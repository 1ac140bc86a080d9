// The `redirects` option: routes that answer with a Location, before any middleware.
import { bridgeError } from "./errors.ts";
import { parsePattern } from "./routes/parse.ts";
import type { Route, RoutePattern } from "./routes/route.ts";
import type { Params, RedirectConfig } from "./types.ts";

/** A route of the `redirects` option. */
export interface RedirectTarget {
  readonly kind: "redirect";
  /** The status that was asked for; it counts only when the destination is a route of the project. */
  readonly status: number | undefined;
  /** Starts with `/`: a path of ours, to which the mount path is added. */
  readonly isLocal: boolean;
  readonly destination: string;
}

/**
 * Makes routes of the option.
 *
 * @param files The routes of endpoint files; a redirect with the pattern of one is left out and returned apart.
 * @throws BridgeError for a destination that cannot be reached.
 */
export function createRedirects(
  redirects: Record<string, RedirectConfig>,
  files: readonly RoutePattern[],
): { routes: Route<RedirectTarget>[]; hidden: string[] } {
  const taken = new Set(files.map((route) => route.pattern));
  const routes: Route<RedirectTarget>[] = [];
  const hidden: string[] = [];
  for (const [from, config] of Object.entries(redirects)) {
    const pattern = parsePattern(from);
    if (taken.has(pattern.pattern)) {
      hidden.push(from);
      continue;
    }
    const destination = typeof config === "string" ? config : config.destination;
    const isKnown = taken.has(destination) || Object.hasOwn(redirects, destination);
    assertDestination(from, pattern, destination);
    routes.push({
      ...pattern,
      source: `redirects["${from}"]`,
      target: {
        kind: "redirect",
        status: isKnown && typeof config === "object" ? config.status : undefined,
        isLocal: !isExternal(destination),
        destination,
      },
    });
  }
  return { routes, hidden };
}

function assertDestination(from: string, source: RoutePattern, destination: string): void {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(destination)?.[1];
  if (scheme !== undefined && !/^https?$/i.test(scheme)) {
    throw bridgeError("UNSUPPORTED_EXTERNAL_REDIRECT", { from, to: destination });
  }
  for (const [, name = ""] of destination.matchAll(PARAM)) {
    if (!source.params.includes(name)) {
      throw bridgeError("INVALID_REDIRECT_DESTINATION", { from, to: destination, missing: name });
    }
  }
}

const PARAM = /\[(?:\.\.\.)?([A-Za-z0-9_$]+)\]/g;

function isExternal(destination: string): boolean {
  return /^https?:\/\//i.test(destination) || destination.startsWith("//");
}

/**
 * The answer of a redirect: 301 for GET and 308 for the rest, unless a status counts.
 *
 * @param params Values as they stand in the path.
 */
export function answerRedirect(
  target: RedirectTarget,
  method: string,
  params: Params,
  mount: string,
): Response {
  const status = target.status ?? (method === "GET" ? 301 : 308);
  // Values are escaped already; the text around them is not.
  const parts = target.destination.split(PARAM);
  const path = parts
    .map((part, index) => (index % 2 === 0 ? encodeURI(decodeSafely(part)) : (params[part] ?? "")))
    .join("");
  const location = target.isLocal ? mount + withOneSlash(path) : normalUrl(path);
  return new Response(null, { status, headers: { location } });
}

/** An empty rest parameter leaves no double slash behind, and nothing begins with two. */
function withOneSlash(path: string): string {
  return `/${path}`.replace(/\/{2,}/g, "/");
}

function normalUrl(url: string): string {
  return url.startsWith("//") ? url : new URL(url).href;
}

function decodeSafely(text: string): string {
  try {
    return decodeURI(text);
  } catch {
    return text;
  }
}
