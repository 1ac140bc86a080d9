// Registers the files with Fastify's router, and keeps them apart from the host's own routes.
import type { FastifyInstance, HTTPMethods, RouteHandlerMethod, RouteOptions } from "fastify";
import type { App } from "../../lib/app.ts";
import { bridgeError } from "../../lib/errors.ts";
import type { Soon } from "../../lib/soon.ts";
import type { Constraints, Owner } from "./constraints.ts";
import { first, ownedBy, prepareConstraints } from "./constraints.ts";
import { Holdings } from "./holdings.ts";
import type { RouterOptions } from "./host.ts";
import { createHostRoutes } from "./host-routes.ts";
import { registerNewFiles } from "./new-files.ts";
import type { Listings } from "./owners.ts";
import { createLookup, isFor, ownerOf, ownerWhileThere } from "./owners.ts";
import type { Pattern } from "./patterns.ts";
import { parsePattern } from "./patterns.ts";
import { shapeOfUrl, toFastifyUrls } from "./urls.ts";

type AppRoute = App["routes"][number];
type Page = Extract<AppRoute["target"], { kind: "page" }>;

/** A route that we are about to give to Fastify. */
interface Planned {
  readonly route: AppRoute;
  readonly url: string;
  readonly methods: HTTPMethods[];
  /** Where it is not for every request to the URL. */
  readonly owner: Owner | undefined;
  /** The same in development, where a file may go. */
  readonly guard: Owner | undefined;
}

/**
 * One Fastify route per file and URL, with all methods that the file answers.
 *
 * @param outer Where the host's routes are seen; `scope` is ours, below it.
 * @param mayGrow Whether files may come and go while the host runs.
 * @returns What is to be called when they have.
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
): Promise<() => void> {
  const { trailingSlash, onConflict } = app.config;
  const slash = trailingSlash === "ignore" || trailingSlash === "always";
  const lookup = createLookup(scope, app, router);
  const listings: Listings = new WeakMap();
  const methodsOf = createMethodLists(scope, app);
  const taken = new Set<string>();
  const guarded = new Map<string, string>();
  const holdings = new Holdings();
  const urlsOf = (route: AppRoute): string[] =>
    toFastifyUrls(route, slash && !router.ignoreTrailingSlash);
  const patternsOf = (url: string): Pattern[] =>
    fullUrls(scope.prefix, url).map((full) => parsePattern(full, router));
  if (mayGrow) prepareConstraints(outer);
  for (const route of app.routes) {
    // Thousands of files have their methods in the manifest: nobody waits for them.
    const soon = methodsOf(route);
    const supported = soon instanceof Promise ? await soon.catch(nothingOf(mayGrow)) : soon;
    const owner = ownerOf(route, lookup, listings);
    const guard = mayGrow ? ownerWhileThere(app, route.source, lookup, listings) : undefined;
    for (const url of urlsOf(route)) {
      const shape = shapeOfUrl(scope.prefix + url, router.ignoreTrailingSlash);
      const methods = supported.filter((method) => {
        const key = `${method} ${shape}`;
        if (isExclusive(owner, onConflict) && !guarded.has(key)) guarded.set(key, route.source);
        if (owner !== undefined) return true;
        if (taken.has(key)) return false;
        taken.add(key);
        return true;
      });
      const planned = { route, url, methods, owner, guard };
      const free = register(outer, scope, planned, handler, onConflict);
      for (const pattern of mayGrow ? patternsOf(url) : []) {
        for (const method of supported) {
          if (!free.includes(method)) holdings.miss(method, pattern, route.source);
          else holdings.hold(method, pattern, route.source, owner !== undefined);
        }
      }
    }
  }
  guardLaterRoutes(outer, guarded, { router, onConflict, mayGrow });
  if (!mayGrow) return () => {};
  return registerNewFiles(
    outer,
    scope,
    {
      app,
      router,
      holdings,
      methodsOf,
      isFor: (req, route) => isFor(req, route, app, lookup, listings),
      patternsOf: (route) => urlsOf(route).flatMap(patternsOf),
      hostRoutes: createHostRoutes(outer, router, holdings, onConflict),
    },
    handler,
  );
}

/** With the prefix, as Fastify puts it before. */
function fullUrls(prefix: string, url: string): string[] {
  if (prefix === "") return [url];
  const full = prefix.endsWith("/") ? prefix + url.slice(1) : prefix + url;
  return url === "/" ? [prefix, full] : [full];
}

/** Whether no route of the host can stand beside it: one that has an owner shares its URL, unless the host wants all. */
function isExclusive(owner: Owner | undefined, onConflict: App["config"]["onConflict"]): boolean {
  return owner === undefined || onConflict === "legacy";
}

function register(
  outer: FastifyInstance,
  scope: FastifyInstance,
  { route, url, methods, owner, guard = owner }: Planned,
  handler: RouteHandlerMethod,
  onConflict: App["config"]["onConflict"],
): readonly HTTPMethods[] {
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
  let constraints: Constraints | undefined;
  if (onConflict === "pages") constraints = first(outer);
  if (guard !== undefined) constraints = { ...constraints, ...ownedBy(outer, guard) };
  const isBare = owner === undefined && onConflict !== "pages";
  for (const method of free) {
    const options: RouteOptions = {
      // Below a prefix Fastify registers a bare HEAD of "/" with its slash only; a list, with it and without.
      method: method === "HEAD" && url === "/" ? [method] : method,
      url,
      handler,
      exposeHeadRoute: false,
      config: { starbridge },
    };
    if (constraints !== undefined) options.constraints = { ...constraints };
    scope.route(options);
    if (isBare) hide(options.constraints);
  }
  return free;
}

/**
 * What only development needs: `hasRoute()`, `printRoutes()` and a second declaration see the route as it is in production.
 * A host that adds a strategy of its own after us has its router forget it: a file that goes is a 404 then.
 */
function hide(constraints: Constraints = {}): void {
  for (const name of Object.keys(constraints)) {
    Object.defineProperty(constraints, name, { enumerable: false });
  }
}

/** A broken file fails for who asks for it, where it may be mended: it is a new one then. */
function nothingOf(mayGrow: boolean): (error: unknown) => HTTPMethods[] {
  return (error) => {
    if (!mayGrow) throw error;
    return [];
  };
}

function hasRoute(fastify: FastifyInstance, method: HTTPMethods, url: string): boolean {
  return fastify.hasRoute({ method, url: url === "" ? "/" : url });
}

/** All methods that a file answers and Fastify knows; with an answer to wrong methods, all that it knows. */
function createMethodLists(
  scope: FastifyInstance,
  app: App,
): (route: AppRoute) => Soon<readonly HTTPMethods[]> {
  const known = scope.supportedMethods as HTTPMethods[];
  const all = known.filter((method) => method !== "TRACE" && method !== "CONNECT");
  // Files of a build that export the same have one set.
  const lists = new Map<unknown, readonly HTTPMethods[]>();
  const listOf = (target: Page): readonly HTTPMethods[] => {
    if (app.config.methodMismatch !== "fallthrough") return all;
    return all.filter((method) => target.answers(method) === true);
  };
  const told = new Set<string>();
  const warnOfOthers = ({ source, methods = [] }: Page): boolean => {
    const others = methods.filter((method) => !(known as string[]).includes(method));
    for (const method of others) {
      const line = `${source} exports ${method}, which Fastify does not route; see fastify.addHttpMethod("${method}").`;
      if (!told.has(line)) app.logger.warn(line);
      told.add(line);
    }
    return others.length > 0;
  };
  const load = async (target: Page): Promise<readonly HTTPMethods[]> => {
    await target.load();
    warnOfOthers(target);
    return listOf(target);
  };
  return ({ target }) => {
    if (target.kind === "redirect") return all;
    const { exports: names } = target;
    // Which methods it has must be known now: Fastify takes no routes once it has started.
    if (names === undefined) return load(target);
    const list = lists.get(names);
    if (list !== undefined) return list;
    const made = listOf(target);
    if (!warnOfOthers(target)) lists.set(names, made);
    return made;
  };
}

interface LaterRules {
  readonly router: RouterOptions;
  readonly onConflict: App["config"]["onConflict"];
  readonly mayGrow: boolean;
}

/** The host may declare a route of ours later: say so with both names instead of a bare duplicate. */
function guardLaterRoutes(
  outer: FastifyInstance,
  taken: ReadonlyMap<string, string>,
  { router, onConflict, mayGrow }: LaterRules,
): void {
  outer.addHook("onRoute", (route) => {
    if (route.config?.starbridge !== undefined || onConflict === "pages") return;
    const shape = shapeOfUrl(route.url, router.ignoreTrailingSlash);
    for (const method of [route.method].flat()) {
      const file = taken.get(`${method} ${shape}`);
      if (file === undefined) continue;
      const isConstrained = Object.keys(route.constraints ?? {}).length > 0;
      // In development our own route has a constraint, too: the host's has to have more.
      if (onConflict === "legacy" || (isConstrained && mayGrow)) {
        route.constraints = { ...first(outer), ...route.constraints };
      }
      // One with a version of its own stands beside ours, as one that was declared before does.
      if (onConflict === "legacy" || isConstrained) return;
      throw bridgeError("ROUTE_CONFLICT", {
        method,
        url: route.url,
        file,
        other: "a route that the host declared after it",
      });
    }
  });
}
