// Development: files and methods that appear while the host runs. Fastify takes no routes once it has started, so a few
// wildcard routes stand in for all that may come. They fit a request only when our own matcher gives it to a file that
// has no route yet; every other request passes them by, and the host's routes and its 404 are as in production.
//
// What differs until the next start: `routeOptions.url` and `config.starbridge` are those of the wildcard, and a route
// of the host that is more exact than the wildcard of the file's folder answers first. A file that was removed keeps its
// route, which then ends in the host's 404.
import type { FastifyInstance, HTTPMethods, RouteHandlerMethod } from "fastify";
import type { App } from "../../lib/app.ts";
import { hasRest } from "../../lib/routes/route.ts";
import type { Owner } from "./constraints.ts";
import { ownedBy } from "./constraints.ts";
import type { Lookup } from "./owners.ts";
import { toFastifyUrls } from "./urls.ts";

type AppRoute = App["routes"][number];

/** Methods and files that have routes of their own: `"GET src/pages/a.ts"`. */
export type Registered = ReadonlySet<string>;

/** The key of a method and a file. */
export function registeredKey(method: string, source: string): string {
  return `${method} ${source}`;
}

/** Registers the wildcards; `outer` is where constraints are known to the whole app. */
export function registerNewFiles(
  outer: FastifyInstance,
  scope: FastifyInstance,
  app: App,
  lookup: Lookup,
  handler: RouteHandlerMethod,
  registered: Registered,
): void {
  const pages = `${app.config.pages}/**`;
  const newcomers: Owner = {
    owns(req) {
      const source = lookup(req)?.route.source;
      return source !== undefined && !registered.has(registeredKey(req.method ?? "GET", source));
    },
    toJSON: () => pages,
  };
  const methods = (scope.supportedMethods as HTTPMethods[]).filter(
    (method) => method !== "TRACE" && method !== "CONNECT",
  );
  const starbridge = { file: pages, routePattern: "/[...path]" };
  const constraints = ownedBy(outer, newcomers);
  for (const url of wildcardsFor(app.routes)) {
    scope.route({
      method: methods,
      url,
      handler,
      exposeHeadRoute: false,
      config: { starbridge },
      constraints,
    });
  }
}

/**
 * `/*`, and the same for every folder that is there: a wildcard or a parameter of the host in the same place is asked
 * after ours.
 */
function wildcardsFor(routes: readonly AppRoute[]): Set<string> {
  const urls = new Set(["/", "/*", "/:name"]);
  for (const route of routes) {
    for (let count = 1; count < route.segments.length; count++) {
      const segments = route.segments.slice(0, count);
      if (segments.some(hasRest)) break;
      const [folder] = toFastifyUrls({ ...route, segments, hasExtension: false }, false);
      urls.add(`${folder}/*`);
      urls.add(`${folder}/:name`);
    }
  }
  return urls;
}
