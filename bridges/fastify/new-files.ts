// Development: files and methods that appear while the host runs. Fastify takes no routes once it has started, so one
// wildcard route stands in for all that may come. It claims a request when our own matcher gives it to a file that has no
// route yet, and find-my-way would ask the route of this file before each of the host's that fit: what the host answers
// then is what it answers after a restart. Hooks are told of the file, and not of the wildcard.
import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyRequest, HTTPMethods, RouteHandlerMethod } from "fastify";
import type { App } from "../../lib/app.ts";
import type { Soon } from "../../lib/soon.ts";
import { claimedBy, ownedBy } from "./constraints.ts";
import type { HostRoute } from "./host-routes.ts";
import type { RouterOptions } from "./host.ts";
import { compareFitting, paramsOf, parsePattern, routedPath } from "./patterns.ts";

type AppRoute = App["routes"][number];

/** Methods and files that have routes of their own: `"GET src/pages/a.ts"`. */
export type Registered = ReadonlySet<string>;

/** The key of a method and a file. */
export function registeredKey(method: string, source: string): string {
  return `${method} ${source}`;
}

/** What has to be known of files and of the host. */
export interface Surroundings {
  readonly app: App;
  readonly router: RouterOptions;
  readonly registered: Registered;
  /** Which of our routes a request is for. */
  readonly routeOf: (req: IncomingMessage) => AppRoute | undefined;
  /** The methods that a file answers in Fastify. */
  readonly methodsOf: (route: AppRoute) => Soon<readonly HTTPMethods[]>;
  /** The URLs that it has in Fastify, with the prefix. */
  readonly urlsOf: (route: AppRoute) => readonly string[];
  readonly hostRoutes: (method: string) => readonly HostRoute[];
}

/** A request for a file without a route, and the route that it would have. */
interface Newcomer {
  readonly route: AppRoute;
  readonly url: string;
  readonly params: Record<string, string>;
  /** Whether no route of the host would be asked before it. */
  readonly isFirst: boolean;
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
  const claimed = claimedBy(outer, {
    owns(req) {
      const newcomer = findNewcomer(req, surroundings);
      if (newcomer !== undefined) newcomers.set(req, newcomer);
      return newcomer?.isFirst === true;
    },
    toJSON,
  });
  // Where a route of the host with constraints would come first, it is asked whether they hold.
  const left = ownedBy(outer, { owns: (req) => newcomers.has(req), toJSON });
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

function findNewcomer(
  req: IncomingMessage,
  { app, router, registered, routeOf, urlsOf, hostRoutes }: Surroundings,
): Newcomer | undefined {
  const { method = "GET", url = "" } = req;
  const route = routeOf(req);
  if (route === undefined || registered.has(registeredKey(method, route.source))) return undefined;
  const path = routedPath(url, router);
  if (path === undefined) return undefined;
  const [own] = urlsOf(route)
    .map((own) => parsePattern(own, router))
    .filter((pattern) => paramsOf(pattern, path, router) !== undefined)
    .sort(compareFitting);
  if (own === undefined) return undefined;
  const isBefore = (other: HostRoute): boolean =>
    compareFitting(own, other) < 0 ||
    (app.config.onConflict === "pages" && own.shape === other.shape) ||
    paramsOf(other, path, router) === undefined;
  const params = paramsOf(own, path, router) ?? {};
  return { route, url: own.url, params, isFirst: hostRoutes(method).every(isBefore) };
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
  const { app, router, registered, methodsOf, urlsOf, hostRoutes } = surroundings;
  let told = new Set<string>();
  const conflictsOf = async (route: AppRoute): Promise<string[]> => {
    const isNew = (method: string): boolean => !registered.has(registeredKey(method, route.source));
    const methods = (await methodsOf(route)).filter(isNew);
    const found = new Map<string, string[]>();
    for (const url of methods.length === 0 ? [] : urlsOf(route)) {
      const { shape } = parsePattern(url, router);
      const isSame = (other: HostRoute): boolean => other.shape === shape && !other.isConstrained;
      for (const method of methods) {
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
