// The host-neutral core: match → context → middleware → endpoint → Response. A bridge asks `match` first and touches
// nothing when it says no.
import { createDisabledCache } from "./cache.ts";
import type { Config } from "./config.ts";
import { resolveConfig } from "./config.ts";
import { BridgeError, bridgeError } from "./errors.ts";
import { toError } from "./thrown.ts";
import type { Surroundings } from "./exchange.ts";
import { fromRequest } from "./incoming.ts";
import type { Loader } from "./loader/pages.ts";
import type { Logger } from "./log.ts";
import { consoleLogger } from "./log.ts";
import { isPass, markAsPass } from "./pass.ts";
import { answerRedirect } from "./redirects.ts";
import type { Target } from "./view.ts";
import { Renderer } from "./renderer.ts";
import type { RouteMatch, SlashRule } from "./routes/match.ts";
import { matchRoute } from "./routes/match.ts";
import type { Route } from "./routes/route.ts";
import { createLoader, createTable } from "./start.ts";
import { answerSlashRedirect, slashRedirect } from "./trailing-slash.ts";
import type { BridgeOptions, ContextLogger, HostContext, Incoming } from "./types.ts";
import { version } from "./version.ts";

/** What a bridge tells of its host. */
export interface HostTraits {
  /** The host's logger, for when the options bring none. */
  readonly logger?: Logger;
  /** The host's own limit for request bodies, in bytes. */
  readonly bodySizeLimit?: number | undefined;
}

/** Values for one `app.fetch()`. */
export interface FetchFacts {
  /** `context.locals`: this very object. Default: what the `locals` option gives. */
  locals?: App.Locals;
  /** `context.clientAddress`. */
  clientAddress?: string;
}

const DEFAULT_BODY_LIMIT = 10 * 1024 * 1024;
// `new Request()` refuses them (Fetch section 2.2.1): whatever they mean, it is the host's business.
const FOREIGN_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

/**
 * Makes an app: loading starts at once, `ready()` tells how it went.
 *
 * @param options The same for every bridge.
 * @param traits What the bridge knows of its host.
 */
export function createApp(options: BridgeOptions = {}, traits: HostTraits = {}): App {
  return new App(options, traits);
}

export class App {
  /** The options with their defaults; of an app that could not start, the defaults. */
  readonly config: Config;
  readonly logger: Logger;
  /** Most bytes of a request body. */
  readonly bodySizeLimit: number;
  readonly #ready: Promise<void>;
  readonly #surroundings: Surroundings;
  #loader: Loader | undefined;
  #renderer: Renderer | undefined;
  #failure: Error | undefined;
  #isClosed = false;

  constructor(options: BridgeOptions, traits: HostTraits) {
    let config: Config;
    let refusal: Error | undefined;
    try {
      config = resolveConfig(options);
    } catch (error) {
      config = resolveConfig(loggerOf(options));
      refusal = error as Error;
    }
    this.config = config;
    this.logger = config.logger ?? traits.logger ?? consoleLogger;
    this.bodySizeLimit =
      (config.bodySizeLimit ?? traits.bodySizeLimit ?? DEFAULT_BODY_LIMIT) ||
      Number.POSITIVE_INFINITY;
    const logger = contextLogger(this.logger);
    this.#surroundings = {
      site: config.site,
      generator: `Astro v7.2 (Starbridge v${version})`,
      i18n: config.i18n,
      logger,
      cache: createDisabledCache(logger),
    };
    this.#ready = refusal === undefined ? this.#start() : Promise.reject(refusal);
    this.#ready.catch((error: unknown) => {
      this.#failure = toError(error);
      this.logger.error({ err: error }, "The bridge could not start.");
    });
  }

  /** Resolves when routes and middleware are loaded. @throws BridgeError why they are not. */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** Whether `match` can be asked. A bridge waits for `ready()` while it cannot. */
  get isReady(): boolean {
    return this.#renderer !== undefined;
  }

  /** The routes, in the order in which they are asked. */
  get routes(): readonly Route<Target>[] {
    return this.#renderer?.table.routes ?? [];
  }

  /**
   * Whether a request is ours. Looks a path up, and does nothing else.
   *
   * @param pathname As it came in the request target, without mount path and query.
   * @param rule The host's strictness, for when `trailingSlash` is not set.
   */
  match(
    method: string,
    pathname: string,
    rule: SlashRule = "ignore",
  ): RouteMatch<Target> | undefined {
    if (this.#renderer === undefined || FOREIGN_METHODS.has(method)) return undefined;
    const match = matchRoute(this.#renderer.table, pathname, this.config.trailingSlash ?? rule);
    if (match === undefined) return undefined;
    const { target } = match.route;
    const isLeft =
      target.kind === "page" &&
      this.config.methodMismatch === "fallthrough" &&
      target.answers(method) === false;
    return isLeft ? undefined : match;
  }

  /**
   * Answers a request that `match` said yes to.
   *
   * @returns The answer; `isPass` tells when the host shall give it instead.
   * @throws What endpoints and middleware throw, for the host's error handler.
   */
  async handle(incoming: Incoming, match: RouteMatch<Target>): Promise<Response> {
    const renderer = this.#renderer;
    if (renderer === undefined || this.#isClosed) throw this.#failure ?? bridgeError("CLOSED");
    assertHost(incoming);
    const redirect = this.#redirect(incoming, match);
    if (redirect !== undefined) return redirect;
    const { target } = match.route;
    if (target.kind === "page" && this.config.methodMismatch === "fallthrough") {
      await this.#load(target);
      if (target.answers(incoming.method) === false) {
        return markAsPass(new Response(null, { status: 404 }));
      }
    }
    const locals = await this.#locals(incoming.host);
    const response = await renderer.render(incoming, match, locals);
    if (isPass(response) && incoming.bodyTaken) {
      const { method, pathname: path } = incoming;
      throw bridgeError("PASS_AFTER_BODY_READ", { method, path });
    }
    return response;
  }

  /**
   * Answers any request, where there is no host to leave it to: slash redirects and the `404` file included.
   *
   * @param locals What `context.locals` begins as; without it, the `locals` option is asked.
   */
  async answer(incoming: Incoming, locals?: unknown): Promise<Response> {
    await this.#ready;
    const renderer = this.#renderer;
    if (renderer === undefined || this.#isClosed) throw bridgeError("CLOSED");
    assertHost(incoming);
    const { method, pathname } = incoming;
    const rule = this.config.trailingSlash ?? "ignore";
    const location = slashRedirect(pathname, rule);
    if (location !== undefined) {
      return answerSlashRedirect(incoming.mount + location + incoming.search, method);
    }
    const match = FOREIGN_METHODS.has(method)
      ? undefined
      : matchRoute(renderer.table, pathname, rule);
    const redirect = match && this.#redirect(incoming, match);
    if (redirect !== undefined) return redirect;
    const seed = locals === undefined ? await this.#locals(incoming.host) : locals;
    const response = await renderer.render(incoming, match, seed);
    if (!isPass(response)) return response;
    return renderer.render(incoming, undefined, seed);
  }

  /**
   * Answers a Web Request without any host: for tests and scripts.
   *
   * Never rejects because of what an endpoint does: a failure is logged and gives an empty 500.
   */
  async fetch(request: Request, { locals, clientAddress }: FetchFacts = {}): Promise<Response> {
    await this.#ready;
    try {
      const bodySizeLimit = this.bodySizeLimit;
      return await this.answer(fromRequest(request, { clientAddress, bodySizeLimit }), locals);
    } catch (thrown) {
      return this.answerError(thrown);
    }
  }

  /** The answer to a failure where no host handles errors. */
  answerError(thrown: unknown): Response {
    if (thrown instanceof BridgeError && thrown.expose) {
      return new Response(thrown.message, { status: thrown.statusCode });
    }
    this.logger.error({ err: toError(thrown) }, "The request failed.");
    return new Response(null, { status: 500 });
  }

  /** Takes no more requests. Open answers are the bridge's to end. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#loader?.close();
  }

  async #start(): Promise<void> {
    const loader = createLoader(this.config);
    this.#loader = loader;
    const pages = await loader.load();
    const table = createTable(pages, this.config, this.logger);
    if (this.config.warmup === "eager") await loadAll(table.routes);
    const { checkOrigin, methodMismatch, trailingSlash } = this.config;
    this.#renderer = new Renderer({
      table,
      middleware: pages.middleware,
      checkOrigin,
      mismatch: methodMismatch === "405" ? "405" : "404",
      slashRule: trailingSlash ?? "ignore",
      surroundings: this.#surroundings,
      logger: this.logger,
    });
    if (this.config.warmup === "idle") this.#warmUp(table.routes);
  }

  #warmUp(routes: readonly Route<Target>[]): void {
    setImmediate(() => {
      loadAll(routes).catch((error: unknown) => {
        this.logger.warn({ err: error }, "A page could not be loaded ahead of its first request.");
      });
    }).unref();
  }

  #redirect(incoming: Incoming, match: RouteMatch<Target>): Response | undefined {
    const { method, mount, pathname, search } = incoming;
    const { target } = match.route;
    if (target.kind === "redirect") return answerRedirect(target, method, match.rawParams, mount);
    // The mount path itself is the one root that can be spelled with and without a slash.
    const isBareMount = mount !== "" && pathname === "";
    if (isBareMount && this.config.trailingSlash === "always") {
      return answerSlashRedirect(`${mount}/${search}`, method);
    }
    const isMountWithSlash = mount !== "" && pathname === "/";
    const isSurplus = isMountWithSlash && this.config.trailingSlash === "never";
    if (!match.hasSurplusSlash && !isSurplus) return undefined;
    return answerSlashRedirect(mount + pathname.slice(0, -1) + search, method);
  }

  #load(target: { load(): unknown }): unknown {
    // A failure is met again where the route is rendered, and goes the way of all errors from there.
    const loading = target.load();
    return loading instanceof Promise ? loading.catch(() => {}) : loading;
  }

  #locals(host: HostContext): unknown {
    return this.config.locals?.(host);
  }
}

/** A bad Host is refused on every path of ours, and not only where somebody looks at the URL. */
function assertHost(incoming: Incoming): string {
  return incoming.origin;
}

/** What of refused options can still be used: somebody has to be told. */
function loggerOf(options: BridgeOptions): BridgeOptions {
  const logger = options?.logger;
  return typeof logger?.error === "function" && typeof logger.warn === "function" ? { logger } : {};
}

async function loadAll(routes: readonly Route<Target>[]): Promise<void> {
  for (const { target } of routes) if (target.kind === "page") await target.load();
}

function contextLogger(logger: Logger): ContextLogger {
  return {
    info: (message) => logger.info(message),
    warn: (message) => logger.warn(message),
    error: (message) => logger.error(message),
  };
}
