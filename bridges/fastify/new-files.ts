// Development: files and methods that appear while the host runs. Fastify takes no routes once it has started, so a few
// wildcard routes stand in for all that may come. They fit a request only when our own matcher gives it to a file that
// has no route yet; every other request passes them by, and the host's routes and its 404 are as in production.
//
// What differs until the next start: `routeOptions.url` and `config.starbridge` are those of the wildcard, and a route
// of the host that is more exact than the wildcard of the file's folder answers first. A file that was removed keeps its
// route, which then ends in the host's 404.
import type { IncomingMessage } from "node:http";
import type { FastifyInstance, HTTPMethods, RouteHandlerMethod } from "fastify";
import type { App } from "../../lib/app.ts";
import { hasRest } from "../../lib/routes/route.ts";
import type { RouterOptions } from "./host.ts";
import { placeOf } from "./host.ts";
import { toFastifyUrls } from "./urls.ts";

type AppRoute = App["routes"][number];

/** What asks whether a request is for a file without a route; one for each time the plugin is registered. */
interface Newcomers {
  owns(req: IncomingMessage): boolean;
}

const STRATEGY = "starbridgeNew";

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
  router: RouterOptions,
  handler: RouteHandlerMethod,
  registered: Registered,
): void {
  addStrategy(outer);
  const newcomers = createNewcomers(scope, app, router, registered);
  const methods = (scope.supportedMethods as HTTPMethods[]).filter(
    (method) => method !== "TRACE" && method !== "CONNECT",
  );
  const starbridge = { file: `${app.config.pages}/**`, routePattern: "/[...path]" };
  for (const url of wildcardsFor(app.routes)) {
    scope.route({
      method: methods,
      url,
      handler,
      exposeHeadRoute: false,
      config: { starbridge },
      constraints: { [STRATEGY]: newcomers },
    });
  }
}

function createNewcomers(
  scope: FastifyInstance,
  app: App,
  router: RouterOptions,
  registered: Registered,
): Newcomers {
  const rule = router.ignoreTrailingSlash ? "ignore" : "strict";
  const depth = scope.prefix.split("/").filter((segment) => segment !== "").length;
  return {
    owns({ method = "GET", url = "" }) {
      const place = placeOf(url, depth, router.useSemicolonDelimiter);
      const match = place && app.match(method, place.pathname, rule);
      return match !== undefined && !registered.has(registeredKey(method, match.route.source));
    },
  };
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

/** find-my-way compares what it derives of a request with the constraints of routes; here the routes decide. */
function addStrategy(fastify: FastifyInstance): void {
  if (fastify.hasConstraintStrategy(STRATEGY)) return;
  fastify.addConstraintStrategy({
    name: STRATEGY,
    storage: () => {
      const handlers = new Map<Newcomers, unknown>();
      return {
        get: (key) => find(handlers, key) as null,
        set: (key, handler) => void handlers.set(key as object as Newcomers, handler),
      };
    },
    deriveConstraint: (req) => req,
    validate() {},
  });
}

function find(handlers: ReadonlyMap<Newcomers, unknown>, key: unknown): unknown {
  // While the router is built it asks for what it has set.
  const known = handlers.get(key as Newcomers);
  if (known !== undefined) return known;
  for (const [newcomers, handler] of handlers) {
    if (newcomers !== key && isRequest(key) && newcomers.owns(key)) return handler;
  }
  return null;
}

function isRequest(key: unknown): key is IncomingMessage {
  return typeof (key as { url?: unknown } | null)?.url === "string";
}
