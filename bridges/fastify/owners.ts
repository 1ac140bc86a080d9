// Routes of ours that are for some of the requests that fit their URL: Fastify asks them before it gives one away.
import type { IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";
import type { App } from "../../lib/app.ts";
import type { Owner } from "./constraints.ts";
import type { RouterOptions } from "./host.ts";
import { placeOf } from "./host.ts";

type AppRoute = App["routes"][number];
type Page = Extract<AppRoute["target"], { kind: "page" }>;

/** What our own matcher says of a request, before Fastify has made one of its own of it. */
export type Lookup = (req: IncomingMessage) => ReturnType<App["match"]>;

export function createLookup(scope: FastifyInstance, app: App, router: RouterOptions): Lookup {
  const rule = router.ignoreTrailingSlash ? "ignore" : "strict";
  const prefix = scope.prefix.split("/").filter((segment) => segment !== "");
  return ({ method = "GET", url = "" }) => {
    const place = placeOf(url, prefix, router.useSemicolonDelimiter);
    return place && app.match(method, place.pathname, rule);
  };
}

/**
 * A prerendered file with parameters answers the paths that it was rendered for: all others belong to whatever the
 * host has behind it. `undefined` for every other route.
 */
export function ownerOf(route: AppRoute, lookup: Lookup): Owner | undefined {
  const { target, params, source } = route;
  if (target.kind !== "page" || !target.isPrerendered || params.length === 0) return undefined;
  const listed = new WeakMap<Page, ReadonlyMap<string, unknown>>();
  list(target, listed);
  return {
    owns(req) {
      const match = lookup(req);
      if (match === undefined || match.route.source !== source) return false;
      const page = match.route.target as Page;
      // A file that was reloaded is another page.
      if (!listed.has(page)) list(page, listed);
      const paths = listed.get(page) ?? UNKNOWN;
      return paths === UNKNOWN || paths.has(match.path);
    },
    toJSON: () => source,
  };
}

const UNKNOWN: ReadonlyMap<string, unknown> = new Map();

/**
 * With a build, our matcher knows the paths. Without one, `getStaticPaths` does, which Fastify cannot wait for: until
 * it has answered, or when it fails, every path is ours, and the page has the last word.
 */
function list(page: Page, listed: WeakMap<Page, ReadonlyMap<string, unknown>>): void {
  listed.set(page, UNKNOWN);
  if (![...(page.exports ?? [])].includes("getStaticPaths")) return;
  page.staticPaths().then(
    (paths) => void listed.set(page, paths),
    // Met again where the route is rendered.
    () => {},
  );
}
