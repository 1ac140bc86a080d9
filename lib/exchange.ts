// One request of the host, whatever it is rewritten to: what outlives a rewrite.
import { AstroCookies } from "./cookies.ts";
import { describe } from "./describe.ts";
import { bridgeError } from "./errors.ts";
import { decodePath, normalPath } from "./routes/path.ts";
import type { CacheLike, ContextLogger, I18nOptions, Incoming, Params, Props } from "./types.ts";

/** What is the same for all requests of an app. */
export interface Surroundings {
  readonly site: URL | undefined;
  readonly generator: string;
  readonly i18n: I18nOptions | undefined;
  readonly logger: ContextLogger;
  readonly cache: CacheLike;
}

/** One look at the request: the route that it leads to, and what the context shows of it. */
export interface View {
  readonly incoming: Incoming;
  readonly routePattern: string;
  /** Whether the route has parameters, or is an error route: its locale is read from the URL. */
  readonly isDynamic: boolean;
  /** Whether the route is rendered ahead of requests. */
  readonly isPrerendered: boolean;
  readonly params: Params;
  readonly props: Props;
}

/** The context of the latest run, as far as an exchange looks at it. */
export interface LatestRun {
  readonly view: View;
  readonly builtRequest: Request | undefined;
  header(name: string): string | undefined;
}

export class Exchange {
  readonly surroundings: Surroundings;
  /** The latest run of the chain. */
  latest: LatestRun | undefined;
  /** Runs of the middleware chain so far. */
  runs = 0;
  /** Rewrites so far, `next(payload)` included. */
  rewrites = 0;
  /** The endpoint itself answered 404 or 500: that answer is final. */
  isExplicit = false;
  #incoming: Incoming;
  #locals: App.Locals | undefined;
  #originPathname: string | undefined;
  #cookies: AstroCookies | undefined;

  /**
   * @param locals The object to start with (an empty one without prototype).
   * @throws BridgeError `STARBRIDGE_LOCALS_NOT_AN_OBJECT`
   */
  constructor(surroundings: Surroundings, incoming: Incoming, locals?: unknown) {
    if (locals && typeof locals !== "object" && typeof locals !== "function") {
      throw bridgeError("LOCALS_NOT_AN_OBJECT", { actual: describe(locals) });
    }
    this.surroundings = surroundings;
    this.#incoming = incoming;
    if (locals) this.#locals = locals as App.Locals;
  }

  get locals(): App.Locals {
    this.#locals ??= Object.create(null) as App.Locals;
    return this.#locals;
  }

  /** Each rewrite has a jar of its own, which begins with what was pending in the one before. */
  get cookies(): AstroCookies {
    this.#cookies ??= new AstroCookies(
      () => (this.latest ?? this.#incoming).header("cookie"),
      (message) => this.surroundings.logger.warn(message),
    );
    return this.#cookies;
  }

  /** The jar, if anybody opened it. */
  get openedCookies(): AstroCookies | undefined {
    return this.#cookies;
  }

  /** Begins another jar, with what is pending in the given ones. */
  renewCookies(...jars: (AstroCookies | undefined)[]): void {
    this.#cookies = undefined;
    for (const jar of jars) if (jar !== undefined) this.cookies.merge(jar);
  }

  /** Pathname before the last rewrite, decoded, without the mount path. */
  get originPathname(): string {
    this.#originPathname ??= decodePath(normalPath(this.#incoming.pathname || "/"));
    return this.#originPathname;
  }

  set originPathname(pathname: string) {
    this.#originPathname = pathname;
  }

  /** Notes a rewrite that begins at the given request. */
  leave(incoming: Incoming): void {
    this.rewrites++;
    this.#incoming = incoming;
    this.#originPathname = undefined;
  }
}
