// Registers the files with Fastify's router, and keeps them apart from the host's own routes.
import type { FastifyInstance, HTTPMethods, RouteHandlerMethod, RouteOptions } from "fastify";
import type { App } from "../../lib/app.ts";
import { bridgeError } from "../../lib/errors.ts";
import type { Owner } from "./constraints.ts";
import { first, ownedBy } from "./constraints.ts";
import type { RouterOptions } from "./host.ts";
import { registeredKey, registerNewFiles } from "./new-files.ts";
import { createLookup, ownerOf } from "./owners.ts";
import { shapeOfUrl, toFastifyUrls } from "./urls.ts";

type AppRoute = App["routes"][number];

/** A route that we are about to give to Fastify. */
interface Planned {
  readonly route: AppRoute;
  readonly url: string;
  readonly methods: HTTPMethods[];
  /** Where it is not for every request to the URL. */
  readonly owner: Owner | undefined;
}

/**
 * One Fastify route per file and URL, with all methods that the file answers.
 *
 * @param outer Where the host's routes are seen; `scope` is ours, below it.
 * @param mayGrow Whether files may come while the host runs.
 * @throws BridgeError `STARBRIDGE_ROUTE_CONFLICT`, also later from the host's own call that declares a second
 * route, unless `onConflict` says who answers.
 */
export async function registerRoutes(
  outer: FastifyInstance,
  scope: FastifyInstance,
  app: App,
  router: RouterOptions,
  handler: RouteHandlerMethod,
  mayGrow: boolean,
): Promise<void> {
  const { trailingSlash, onConflict } = app.config;
  const slash = trailingSlash === "ignore" || trailingSlash === "always";
  const lookup = createLookup(scope, app, router);
  const taken = new Set<string>();
  const guarded = new Map<string, string>();
  const registered = new Set<string>();
  for (const route of app.routes) {
    const supported = await supportedMethods(route, scope, app).catch((error: unknown) => {
      if (!mayGrow) throw error;
      // A broken file fails for who asks for it; once it is mended it is a new one.
      return [];
    });
    for (const method of supported) registered.add(registeredKey(method, route.source));
    const owner = ownerOf(route, lookup);
    const isRest = route.segments.some((segment) => segment.some((part) => part.kind === "rest"));
    for (const url of toFastifyUrls(route, slash && !router.ignoreTrailingSlash && !isRest)) {
      const methods = supported.filter((method) => {
        const key = keyOf(method, scope.prefix + url, router);
        if (isExclusive(owner, onConflict) && !guarded.has(key)) guarded.set(key, route.source);
        if (owner !== undefined) return true;
        if (taken.has(key)) return false;
        taken.add(key);
        return true;
      });
      register(outer, scope, { route, url, methods, owner }, handler, onConflict);
    }
  }
  guardLaterRoutes(outer, guarded, router, onConflict);
  if (mayGrow) registerNewFiles(outer, scope, app, lookup, handler, registered);
}

/** Whether no route of the host can stand beside it: one that has an owner shares its URL, unless the host wants all. */
function isExclusive(owner: Owner | undefined, onConflict: App["config"]["onConflict"]): boolean {
  return owner === undefined || onConflict === "legacy";
}

function register(
  outer: FastifyInstance,
  scope: FastifyInstance,
  { route, url, methods, owner }: Planned,
  handler: RouteHandlerMethod,
  onConflict: App["config"]["onConflict"],
): void {
  const full = scope.prefix + (url === "/" && scope.prefix !== "" ? "" : url);
  const free = methods.filter((method) => {
    const isTaken = [full, `${full}/`].some(
      (candidate) => (candidate === full || url === "/") && hasRoute(outer, method, candidate),
    );
    if (!isTaken || onConflict === "pages" || !isExclusive(owner, onConflict)) return true;
    if (onConflict === "legacy") return false;
    throw bridgeError("ROUTE_CONFLICT", {
      method,
      url: full || "/",
      file: route.source,
      other: "a route that the host declared before it",
    });
  });
  const { target } = route;
  const starbridge = {
    file: target.kind === "page" ? target.source : route.source,
    routePattern: route.pattern,
  };
  const constraints = {
    ...(onConflict === "pages" ? first(outer) : {}),
    ...(owner === undefined ? {} : ownedBy(outer, owner)),
  };
  for (const method of free) {
    const options: RouteOptions = {
      method,
      url,
      handler,
      exposeHeadRoute: false,
      config: { starbridge },
    };
    if (Object.keys(constraints).length > 0) options.constraints = constraints;
    scope.route(options);
  }
}

function hasRoute(fastify: FastifyInstance, method: HTTPMethods, url: string): boolean {
  return fastify.hasRoute({ method, url: url === "" ? "/" : url });
}

/** All methods that the file answers and Fastify knows; with an answer to wrong methods, all that it knows. */
async function supportedMethods(
  route: AppRoute,
  scope: FastifyInstance,
  app: App,
): Promise<HTTPMethods[]> {
  const { target } = route;
  const all = (scope.supportedMethods as HTTPMethods[]).filter(
    (method) => method !== "TRACE" && method !== "CONNECT",
  );
  if (target.kind === "redirect") return all;
  // Which methods it has must be known now: Fastify takes no routes once it has started.
  if (target.methods === undefined) await target.load();
  for (const method of target.methods ?? []) {
    if (!(scope.supportedMethods as string[]).includes(method)) {
      app.logger.warn(
        `${target.source} exports ${method}, which Fastify does not route; see fastify.addHttpMethod("${method}").`,
      );
    }
  }
  if (app.config.methodMismatch !== "fallthrough") return all;
  return all.filter((method) => target.answers(method) === true);
}

function keyOf(method: string, url: string, router: RouterOptions): string {
  return `${method} ${shapeOfUrl(url, router.ignoreTrailingSlash)}`;
}

/** The host may declare a route of ours later: say so with both names instead of a bare duplicate. */
function guardLaterRoutes(
  outer: FastifyInstance,
  taken: ReadonlyMap<string, string>,
  router: RouterOptions,
  onConflict: App["config"]["onConflict"],
): void {
  outer.addHook("onRoute", (route) => {
    if (route.config?.starbridge !== undefined || onConflict === "pages") return;
    for (const method of [route.method].flat()) {
      const file = taken.get(keyOf(method, route.url, router));
      if (file === undefined) continue;
      if (onConflict === "legacy") {
        route.constraints = { ...first(outer), ...route.constraints };
        return;
      }
      throw bridgeError("ROUTE_CONFLICT", {
        method,
        url: route.url,
        file,
        other: "a route that the host declared after it",
      });
    }
  });
}
