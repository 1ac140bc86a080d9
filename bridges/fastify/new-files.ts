// Development: files and methods that appear while the host runs. Fastify takes no routes once it has started, so one
// wildcard route stands in for all that may come. It claims a request when find-my-way would ask the route that a new file
// has after a restart before each of the host's that fit: what is answered is what is answered then. Hooks are told of the
// file, and not of the wildcard.
import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyRequest, HTTPMethods, RouteHandlerMethod } from "fastify";
import type { App } from "../../lib/app.ts";
import type { Soon } from "../../lib/soon.ts";
import { claimedBy, ownedBy } from "./constraints.ts";
import type { Holdings } from "./holdings.ts";
import type { HostRoute } from "./host-routes.ts";
import type { RouterOptions } from "./host.ts";
import type { Pattern } from "./patterns.ts";
import { compareFitting, paramsOf, routedPath } from "./patterns.ts";

type AppRoute = App["routes"][number];

/** What has to be known of files and of the host. */
export interface Surroundings {
  readonly app: App;
  readonly router: RouterOptions;
  readonly holdings: Holdings;
  /** Whether a request is for the route of a file, once it fits: what the file answers may be a list, and some methods. */
  readonly isFor: (req: IncomingMessage, route: AppRoute) => boolean;
  /** The methods that a file answers in Fastify. */
  readonly methodsOf: (route: AppRoute) => Soon<readonly HTTPMethods[]>;
  /** The URLs that it has in Fastify, with the prefix. */
  readonly patternsOf: (route: AppRoute) => readonly Pattern[];
  readonly hostRoutes: (method: string) => readonly HostRoute[];
}

/** A request for a file without a route, and the route that it would have. */
interface Newcomer {
  readonly route: AppRoute;
  readonly url: string;
  readonly params: Record<string, string>;
  /** Which routes of the host would be asked before it: none, or only those that are for some requests. */
  readonly isBehind: "none" | "some" | "all";
}

/** A route that a file would have. */
interface Candidate {
  readonly route: AppRoute;
  readonly pattern: Pattern;
  /** The file that has a route of the same shape. While it is there, that one is asked. */
  readonly holder: AppRoute | undefined;
}

/**
 * Registers the wildcard; `outer` is where constraints are known to the whole app.
 *
 * @returns What is to be called when the files have changed.
 */
export function registerNewFiles(
  outer: FastifyInstance,
  scope: FastifyInstance,
  surroundings: Surroundings,
  handler: RouteHandlerMethod,
): () => void {
  const { app } = surroundings;
  const pages = `${app.config.pages}/**`;
  const starbridge = { file: pages, routePattern: "/[...path]" };
  const newcomers = new WeakMap<IncomingMessage, Newcomer>();
  const toJSON = (): string => pages;
  const methods = (scope.supportedMethods as HTTPMethods[]).filter(
    (method) => method !== "TRACE" && method !== "CONNECT",
  );
  const find = createFinder(surroundings);
  const claimed = claimedBy(outer, {
    owns(req) {
      // Who asks for a version gets a route that has one, and ours have none.
      const isVersioned = req.headers["accept-version"] !== undefined;
      if (isVersioned && outer.hasConstraintStrategy("version")) return false;
      const newcomer = find(req);
      if (newcomer !== undefined) newcomers.set(req, newcomer);
      return newcomer?.isBehind === "none";
    },
    toJSON,
  });
  // Where a route of the host with constraints would come first, it is asked whether they hold.
  const left = ownedBy(outer, { owns: (req) => newcomers.get(req)?.isBehind === "some", toJSON });
  for (const constraints of [claimed, left]) {
    for (const url of scope.prefix === "" ? ["/*"] : ["/", "/*"]) {
      scope.route({
        method: methods,
        url,
        handler,
        constraints,
        exposeHeadRoute: false,
        prefixTrailingSlash: "no-slash",
        config: { starbridge },
        // Nothing for the documentation of an API.
        schema: { hide: true } as object,
        onRequest(request, _reply, done) {
          request.params = newcomers.get(request.raw)?.params;
          done();
        },
      });
    }
  }
  tellHooks(scope, (request, config) => {
    return config?.starbridge === starbridge ? newcomers.get(request.raw) : undefined;
  });
  return createReview(surroundings);
}

function createFinder(surroundings: Surroundings): (req: IncomingMessage) => Newcomer | undefined {
  const { app, router, holdings, isFor, patternsOf, hostRoutes } = surroundings;
  const isPreferred = app.config.onConflict === "pages";
  let routes: App["routes"] | undefined;
  let byMethod = new Map<string, Candidate[]>();
  const candidatesFor = (method: string): Candidate[] => {
    if (routes !== app.routes) byMethod = new Map();
    routes = app.routes;
    const known = byMethod.get(method);
    if (known !== undefined) return known;
    const bySource = new Map(routes.map((route) => [route.source, route]));
    const candidates = routes.flatMap((route) =>
      patternsOf(route).map((pattern): Candidate => {
        const holder = bySource.get(holdings.holderOf(method, pattern.shape) ?? "");
        return { route, pattern, holder };
      }),
    );
    const unsettled = candidates.filter(
      ({ route, pattern }) => !holdings.isSettled(method, pattern, route.source),
    );
    byMethod.set(method, unsettled);
    return unsettled;
  };
  return (req) => {
    const { method = "GET", url = "" } = req;
    const candidates = candidatesFor(method);
    const path = candidates.length > 0 ? routedPath(url, router) : undefined;
    if (path === undefined) return undefined;
    const fits = (pattern: Pattern): boolean => paramsOf(pattern, path, router) !== undefined;
    const [own] = candidates
      .filter(({ pattern }) => fits(pattern))
      .filter(({ route, holder }) => isFor(req, route) && !(holder && isFor(req, holder)))
      .sort((a, b) => compareFitting(a.pattern, b.pattern));
    if (own === undefined) return undefined;
    const { route, pattern } = own;
    const ahead = hostRoutes(method).filter(
      (other) =>
        !other.isVersioned &&
        compareFitting(pattern, other) >= 0 &&
        !(isPreferred && pattern.shape === other.shape) &&
        fits(other),
    );
    const isOpen = ahead.every(({ isConstrained }) => isConstrained);
    const isBehind = ahead.length === 0 ? "none" : isOpen ? "some" : "all";
    return { route, url: pattern.url, params: paramsOf(pattern, path, router) ?? {}, isBehind };
  };
}

type RouteOptions = FastifyRequest["routeOptions"];

/** `request.routeOptions` as it is for a route of the file's own, from the first hook on. */
function tellHooks(
  scope: FastifyInstance,
  newcomerOf: (request: FastifyRequest, config: RouteOptions["config"]) => Newcomer | undefined,
): void {
  // Whatever stands there for the host's own requests: ours are of a class derived from theirs.
  function read(this: FastifyRequest): RouteOptions {
    let holder: object = this;
    while (!isOurs(holder)) holder = Object.getPrototypeOf(holder);
    const options: RouteOptions = Reflect.get(Object.getPrototypeOf(holder), "routeOptions", this);
    const newcomer = newcomerOf(this, options.config);
    if (newcomer === undefined) return options;
    const { route, url } = newcomer;
    const method = this.method as HTTPMethods;
    const starbridge = { file: fileOf(route), routePattern: route.pattern };
    const config = { ...options.config, url, method, starbridge };
    return { ...options, url, method, config, schema: undefined } as RouteOptions;
  }
  const isOurs = (holder: object): boolean =>
    Object.getOwnPropertyDescriptor(holder, "routeOptions")?.get === read;
  try {
    scope.decorateRequest("routeOptions" as "starbridge", { getter: read } as never);
  } catch {
    // A Fastify that guards its own names: hooks see the wildcard then.
  }
}

function fileOf({ target, source }: AppRoute): string {
  return target.kind === "page" ? target.source : source;
}

/** Tells of new files that do not answer because the host does: a start would say so. Once for each. */
function createReview(surroundings: Surroundings): () => void {
  const { app, holdings, methodsOf, patternsOf, hostRoutes } = surroundings;
  let told = new Set<string>();
  const conflictsOf = async (route: AppRoute): Promise<string[]> => {
    const methods = await methodsOf(route);
    const found = new Map<string, string[]>();
    for (const pattern of patternsOf(route)) {
      const isSame = (other: HostRoute): boolean =>
        other.shape === pattern.shape && !other.isConstrained;
      for (const method of methods) {
        if (holdings.isSettled(method, pattern, route.source)) continue;
        const other = hostRoutes(method).find(isSame);
        if (other !== undefined) found.set(other.url, [...(found.get(other.url) ?? []), method]);
      }
    }
    return [...found].map(([url, taken]) => describeConflict(app, fileOf(route), taken, url));
  };
  return async () => {
    const { routes } = app;
    if (app.config.onConflict === "pages") return;
    // What is broken fails where it is asked for.
    const lists = routes.map((route) => conflictsOf(route).catch(() => []));
    const lines = new Set((await Promise.all(lists)).flat());
    if (routes !== app.routes) return;
    for (const line of lines) if (!told.has(line)) app.logger.warn(line);
    told = lines;
  };
}

function describeConflict(app: App, file: string, methods: string[], url: string): string {
  const fact = `${file} does not answer ${methods.join(", ")} ${url}: a route of the host does`;
  return app.config.onConflict === "legacy"
    ? `${fact}, as onConflict: "legacy" says.`
    : `${fact}. The next start fails with STARBRIDGE_ROUTE_CONFLICT, unless one of the two goes or onConflict says who answers.`;
}
