// The host-neutral core: match → context → middleware → endpoint → Response. A bridge asks `match` first and touches
// nothing when it says no.
import type { Config } from "./config.ts";
import { BridgeError, bridgeError } from "./errors.ts";
import { toError } from "./thrown.ts";
import type { FetchFacts } from "./incoming.ts";
import { assertHost, fromRequest } from "./incoming.ts";
import { findRoute, FOREIGN_METHODS, settleRoute } from "./find.ts";
import { Generations } from "./generations.ts";
import type { Loader, Pages } from "./loader/pages.ts";
import type { Logger } from "./log.ts";
import { answerMoved } from "./moved.ts";
import { News } from "./news.ts";
import { createPass, isPass } from "./pass.ts";
import type { Target } from "./view.ts";
import type { Renderer } from "./renderer.ts";
import type { IsCandidate, RouteMatch, SlashRule } from "./routes/match.ts";
import type { Route } from "./routes/route.ts";
import type { HostDefaults, Settings } from "./settings.ts";
import { createFallback, createSettings, readSettings } from "./settings.ts";
import type { Soon } from "./soon.ts";
import { whenSoon, toSoon } from "./soon.ts";
import { createLoader, createRenderer } from "./start.ts";
import { answerSlashRedirect, slashRedirect } from "./trailing-slash.ts";
import type { BridgeOptions, Incoming } from "./types.ts";
import { loadAll, loadSoon } from "./warm-up.ts";

/** What a bridge tells of its host. */
export interface HostTraits extends HostDefaults {
  /** Where a build takes the pages from, instead of what the options say. */
  readonly building?: Loader;
  /** The build that the options name must be there. */
  readonly needsBuild?: boolean;
  /** Development: hears when the files were read anew. */
  readonly onReload?: () => void;
}

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
  readonly #ready: Promise<void>;
  readonly #building: Loader | undefined;
  #settings: Settings;
  #loader: Promise<Loader> | undefined;
  #latestLoad: Promise<void> | undefined;
  readonly #renderers = new Generations();
  readonly #news = new News();
  #failure: Error | undefined;
  #isClosed = false;

  constructor(options: BridgeOptions, traits: HostTraits) {
    this.#building = traits.building;
    let refusal: Error | undefined;
    try {
      this.#settings = createSettings(options, traits);
    } catch (error) {
      this.#settings = createFallback(options, traits);
      refusal = error as Error;
    }
    this.#ready = refusal === undefined ? this.#start(options, traits) : Promise.reject(refusal);
    this.#ready.catch((error: unknown) => {
      this.#failure = toError(error);
      if (!this.#isClosed) this.logger.error({ err: error }, "The bridge could not start.");
    });
  }

  /** The options with their defaults, those of the config file once ready; of an app that could not start, the defaults. */
  get config(): Config {
    return this.#settings.config;
  }

  get logger(): Logger {
    return this.#settings.logger;
  }

  /** Most bytes of a request body. */
  get bodySizeLimit(): number {
    return this.#settings.bodySizeLimit;
  }

  /** Resolves when routes and middleware are loaded. @throws BridgeError why they are not. */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** Whether `match` can be asked. A bridge waits for `ready()` while it cannot. */
  get isReady(): boolean {
    return this.#renderers.current !== undefined;
  }

  /** The routes, in the order in which they are asked. */
  get routes(): readonly Route<Target>[] {
    return this.#renderers.current?.table.routes ?? [];
  }

  /**
   * Whether a request is ours. Looks a path up, and does nothing else.
   *
   * @param pathname As it came in the request target, without mount path and query.
   * @param rule The host's strictness, for when `trailingSlash` is not set.
   * @param isCandidate Which routes may answer (all of them).
   */
  match(
    method: string,
    pathname: string,
    rule: SlashRule = "ignore",
    isCandidate?: IsCandidate<Target>,
  ): RouteMatch<Target> | undefined {
    const renderer = this.#renderers.current;
    if (renderer === undefined || FOREIGN_METHODS.has(method)) return undefined;
    const slash = this.config.trailingSlash ?? rule;
    const match = findRoute(renderer.sources, { method, pathname }, slash, isCandidate);
    if (match === undefined) return undefined;
    const { target } = match.route;
    const isLeft =
      target.kind === "page" &&
      this.config.methodMismatch === "fallthrough" &&
      target.answers(method) === false;
    return isLeft ? undefined : match;
  }

  /** The same when `getStaticPaths` had its say: for who renders ahead. */
  async settle(method: string, pathname: string): Promise<RouteMatch<Target> | undefined> {
    const match = this.match(method, pathname);
    const renderer = this.#renderers.current;
    return renderer && match && settleRoute(renderer.sources, match, { method, pathname });
  }

  /**
   * Answers a request that `match` said yes to.
   *
   * @returns The answer; `isPass` tells when the host shall give it instead, and `assertPassable` whether it still can.
   * @throws What endpoints and middleware throw, for the host's error handler.
   */
  handle(incoming: Incoming, match: RouteMatch<Target>): Soon<Response> {
    const renderer = this.#renderers.of(match);
    if (renderer === undefined || this.#isClosed) throw this.#failure ?? bridgeError("CLOSED");
    assertHost(incoming);
    const redirect = answerMoved(incoming, match, this.config.trailingSlash);
    if (redirect !== undefined) return redirect;
    const settling = settleRoute(renderer.sources, match, incoming);
    // Not whenSoon() here and below: a function for each step costs more than the step.
    if (!(settling instanceof Promise)) return this.#handleSettled(renderer, incoming, settling);
    return settling.then((settled) => this.#handleSettled(renderer, incoming, settled));
  }

  #handleSettled(
    renderer: Renderer,
    incoming: Incoming,
    match: RouteMatch<Target> | undefined,
  ): Soon<Response> {
    if (match === undefined) return createPass();
    const isLeft = this.#isLeft(renderer, incoming, match);
    if (isLeft === false) return this.#render(renderer, incoming, match);
    return whenSoon(isLeft, (left) => {
      return left ? createPass() : this.#render(renderer, incoming, match);
    });
  }

  /** Whether the file has no answer to the method, now that it can be loaded. */
  #isLeft(renderer: Renderer, incoming: Incoming, match: RouteMatch<Target>): Soon<boolean> {
    const { target } = match.route;
    if (target.kind !== "page" || this.config.methodMismatch !== "fallthrough") return false;
    const isMade = renderer.prerenderedAt(target, match.path) !== undefined;
    const loading = isMade ? undefined : this.#load(target);
    if (!(loading instanceof Promise)) return target.answers(incoming.method) === false;
    return loading.then(() => target.answers(incoming.method) === false);
  }

  /**
   * Answers any request, where there is no host to leave it to: slash redirects and the `404` file included.
   *
   * @param locals What `context.locals` begins as; without it, the `locals` option is asked.
   */
  answer(incoming: Incoming, locals?: unknown): Soon<Response> {
    const renderer = this.#renderers.current;
    if (renderer === undefined) return this.#ready.then(() => this.answer(incoming, locals));
    this.#assertOpen();
    assertHost(incoming);
    const { method, pathname } = incoming;
    // No Request can say them: the chain would fail where it looks at its own.
    if (FOREIGN_METHODS.has(method)) return new Response(null, { status: 404 });
    const rule = this.config.trailingSlash ?? "ignore";
    const location = slashRedirect(pathname, rule);
    if (location !== undefined) {
      return answerSlashRedirect(incoming.mount + location + incoming.search, method);
    }
    const found = findRoute(renderer.sources, incoming, rule);
    const redirect = found && answerMoved(incoming, found, this.config.trailingSlash);
    if (redirect !== undefined) return redirect;
    const settling = found && settleRoute(renderer.sources, found, incoming);
    return whenSoon(settling, (match) => {
      return whenSoon(this.#render(renderer, incoming, match, locals), (response) => {
        return isPass(response) ? this.#render(renderer, incoming, undefined, locals) : response;
      });
    });
  }

  /**
   * Answers a Web Request without any host: for tests and scripts.
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
    const loader = await this.#loader?.catch(() => undefined);
    await loader?.close();
  }

  async #start(options: BridgeOptions, traits: HostTraits): Promise<void> {
    // A build has read the file already.
    if (this.#building === undefined) {
      this.#settings = (await readSettings(options, traits, this.config.root)) ?? this.#settings;
    }
    this.#assertOpen();
    this.#loader = this.#building
      ? Promise.resolve(this.#building)
      : createLoader(this.config, this.#settings.dev, this.logger, traits);
    const loader = await this.#loader;
    this.#assertOpen();
    const renderer = this.#createRenderer(await loader.load());
    this.#assertOpen();
    if (this.config.warmup === "eager") await loadAll(renderer.sources);
    this.#renderers.replace(renderer);
    if (this.config.warmup === "idle") loadSoon(renderer.sources, this.logger);
    loader.onChange?.(() => this.#reload(loader, traits.onReload));
  }

  #assertOpen(): void {
    if (this.#isClosed) throw bridgeError("CLOSED");
  }

  #createRenderer(pages: Pages): Renderer {
    const isBuilding = this.#building !== undefined;
    return createRenderer(pages, { settings: this.#settings, news: this.#news, isBuilding });
  }

  /** New files: one assignment, and requests in flight keep what they began with. */
  #reload(loader: Loader, onReload?: () => void): void {
    const latest = loader.load().then((pages) => {
      if (this.#latestLoad !== latest) return;
      this.#renderers.replace(this.#createRenderer(pages));
      onReload?.();
    });
    this.#latestLoad = latest;
    latest.catch((error: unknown) => {
      this.logger.error({ err: toError(error) }, "The pages could not be reloaded.");
    });
  }

  #render(
    renderer: Renderer,
    incoming: Incoming,
    match: RouteMatch<Target> | undefined,
    given?: unknown,
  ): Soon<Response> {
    const target = match?.route.target;
    const page = target?.kind === "page" ? target : undefined;
    const made = match && renderer.prerenderedAt(page, match.path);
    if (made !== undefined) return made.answer(incoming);
    // A prerendered endpoint knows no host, in development as in a build.
    const isAsked = given === undefined && !page?.isPrerendered;
    const locals = isAsked ? toSoon<unknown>(this.config.locals?.(incoming.host)) : given;
    if (!(locals instanceof Promise)) return renderer.render(incoming, match, locals);
    return locals.then((seed) => renderer.render(incoming, match, seed));
  }

  #load(target: { load(): unknown }): unknown {
    // A failure is met again where the route is rendered, and goes the way of all errors from there.
    const loading = target.load();
    return loading instanceof Promise ? loading.catch(() => {}) : loading;
  }
}
