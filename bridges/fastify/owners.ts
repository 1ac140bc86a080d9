// Routes of ours that are for some of the requests that fit their URL: Fastify asks them before it gives one away.
import type { IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";
import type { App } from "../../lib/app.ts";
import type { Owner } from "./constraints.ts";
import type { RouterOptions } from "./host.ts";
import { placeOf } from "./host.ts";

type AppRoute = App["routes"][number];
type Page = Extract<AppRoute["target"], { kind: "page" }>;
type Match = NonNullable<ReturnType<Lookup>>;

/** The paths of prerendered pages, for all routes of one app. */
export type Listings = WeakMap<Page, ReadonlyMap<string, unknown>>;

/** What our own matcher says of a request, before Fastify has made one of its own of it. */
export type Lookup = (
  req: IncomingMessage,
  isCandidate?: (route: AppRoute) => boolean,
) => ReturnType<App["match"]>;

export function createLookup(scope: FastifyInstance, app: App, router: RouterOptions): Lookup {
  const rule = router.ignoreTrailingSlash ? "ignore" : "strict";
  const prefix = scope.prefix.split("/").filter((segment) => segment !== "");
  return ({ method = "GET", url = "" }, isCandidate) => {
    const place = placeOf(url, prefix, router.useSemicolonDelimiter);
    return place && app.match(method, place.pathname, rule, isCandidate);
  };
}

/**
 * A prerendered file with parameters answers the paths that it was rendered for: all others belong to whatever the
 * host has behind it. `undefined` for every other route.
 */
export function ownerOf(route: AppRoute, lookup: Lookup, listings: Listings): Owner | undefined {
  const { target, source } = route;
  if (!isListed(route)) return undefined;
  list(target as Page, listings);
  return {
    owns: (req) => routeOf(req, lookup, listings)?.source === source,
    toJSON: () => source,
  };
}

/** The route that a request is for, as far as is known of prerendered paths. */
function routeOf(req: IncomingMessage, lookup: Lookup, listings: Listings): AppRoute | undefined {
  const passed = new Set<AppRoute>();
  const isCandidate = (other: AppRoute): boolean => !passed.has(other);
  for (;;) {
    const match = lookup(req, passed.size > 0 ? isCandidate : undefined);
    if (match === undefined || gives(match, listings)) return match?.route;
    passed.add(match.route);
  }
}

/**
 * Development: a file that is removed, or no longer has the method, leaves the URL to whatever the host has behind it; one
 * that is there has it as after a restart.
 */
export function ownerWhileThere(
  app: App,
  source: string,
  lookup: Lookup,
  listings: Listings,
): Owner {
  return {
    owns(req) {
      const route = app.routes.find((other) => other.source === source);
      return route !== undefined && isFor(req, route, app, lookup, listings);
    },
    toJSON: () => source,
  };
}

/** Whether a request that fits the route of a file is one that this route has in production. */
export function isFor(
  req: IncomingMessage,
  route: AppRoute,
  app: App,
  lookup: Lookup,
  listings: Listings,
): boolean {
  if (!mayAnswer(app, route, req.method ?? "GET")) return false;
  return !isListed(route) || routeOf(req, lookup, listings) === route;
}

function mayAnswer({ config }: App, { target }: AppRoute, method: string): boolean {
  if (target.kind === "redirect" || config.methodMismatch !== "fallthrough") return true;
  return target.answers(method) !== false;
}

/** Whether what a route answers is a list of paths. */
function isListed({ target, params }: AppRoute): boolean {
  return target.kind === "page" && target.isPrerendered === true && params.length > 0;
}

/** Whether the path of a match is one of those, as far as known. */
function gives(match: Match, listings: Listings): boolean {
  if (!isListed(match.route)) return true;
  const page = match.route.target as Page;
  // A file that was reloaded is another page.
  if (!listings.has(page)) list(page, listings);
  const paths = listings.get(page) ?? UNKNOWN;
  return paths === UNKNOWN || paths.has(match.path);
}

const UNKNOWN: ReadonlyMap<string, unknown> = new Map();

/**
 * With a build, our matcher knows the paths. Without one, `getStaticPaths` does, which Fastify cannot wait for: until
 * it has answered, or when it fails, every path is ours, and the page has the last word.
 */
function list(page: Page, listings: Listings): void {
  listings.set(page, UNKNOWN);
  if (![...(page.exports ?? [])].includes("getStaticPaths")) return;
  page.staticPaths().then(
    (paths) => void listings.set(page, paths),
    // Met again where the route is rendered.
    () => {},
  );
}
