// The context of endpoints and middleware: getters over the host's facts, so that what nobody asks for costs
// nothing, and a genuine Request once somebody does.
import { innerOfContext, showContext } from "./context-shape.ts";
import type { AstroCookies } from "./cookies.ts";
import { bridgeError } from "./errors.ts";
import type { Exchange, View } from "./exchange.ts";
import { currentLocale, preferredLocale, preferredLocaleList } from "./i18n.ts";
import { createPass } from "./pass.ts";
import { normalPath } from "./routes/path.ts";
import type { Soon } from "./soon.ts";
import { whenSoon } from "./soon.ts";
import type {
  APIContext,
  CacheLike,
  ContextLogger,
  HostContext,
  Incoming,
  Params,
  Props,
  RewritePayload,
  ValidRedirectStatus,
} from "./types.ts";

/** What a context needs from above. */
export interface ContextPowers {
  /** `context.rewrite()`. */
  rewrite(inner: RequestContext, payload: RewritePayload): Promise<Response>;
  /** Finds where `next(payload)` leads, which `getStaticPaths` may have to say; absent where there are no routes. */
  resolve?(inner: RequestContext, payload: RewritePayload): Soon<View>;
  /** The error for an absent client address. */
  addressError: "CLIENT_ADDRESS_NOT_AVAILABLE" | "STATIC_CLIENT_ADDRESS_NOT_AVAILABLE";
}

/** The context behind the object that users hold; moved on by `next(payload)`. */
export class RequestContext {
  readonly #exchange: Exchange;
  readonly #powers: ContextPowers;
  #view: View;
  #request: Request | undefined;
  #url: URL | undefined;
  #params: Params | undefined;
  #locale: { current?: string | undefined } | undefined;
  #rewrite: APIContext["rewrite"] | undefined;
  #context: APIContext | undefined;
  #hasWarned = false;

  /** @param request The Request, when it was built before. */
  constructor(exchange: Exchange, view: View, powers: ContextPowers, request?: Request) {
    this.#exchange = exchange;
    this.#view = view;
    this.#powers = powers;
    this.#request = request;
  }

  get exchange(): Exchange {
    return this.#exchange;
  }

  /** The object that users get. */
  get context(): APIContext {
    this.#context ??= showContext(this);
    return this.#context;
  }

  /** The current look at the request. */
  get view(): View {
    return this.#view;
  }

  /** The Request, if anybody asked for it. */
  get builtRequest(): Request | undefined {
    return this.#request;
  }

  /** The method that decides about the handler: that of a replaced Request, too. */
  get method(): string {
    return this.#request?.method ?? this.#view.incoming.method;
  }

  header(name: string): string | undefined {
    if (this.#request === undefined) return this.#view.incoming.header(name);
    return this.#request.headers.get(name) ?? undefined;
  }

  /** Whether there are routes to move to. */
  get canMove(): boolean {
    return this.#powers.resolve !== undefined;
  }

  /** Shows another route, as soon as it is known: `next(payload)`. */
  moveTo(payload: RewritePayload): Soon<void> {
    const view = this.#powers.resolve?.(this, payload);
    if (view === undefined) return;
    return whenSoon(view, (target) => this.#show(target));
  }

  #show(view: View): void {
    this.#exchange.leave(this.#view.incoming);
    this.#view = view;
    this.#request = undefined;
    this.#url = undefined;
    this.#params = undefined;
    this.#locale = undefined;
  }

  get request(): Request {
    this.#request ??= this.#view.incoming.toRequest(hrefOf(this.#view.incoming));
    return this.#request;
  }

  set request(request: Request) {
    this.#request = request;
  }

  get url(): URL {
    this.#url ??= new URL(hrefOf(this.#view.incoming));
    return this.#url;
  }

  set url(url: URL) {
    this.#url = url;
  }

  get params(): Params {
    return this.#params ?? this.#view.params;
  }

  set params(params: Params) {
    this.#params = params;
  }

  get props(): Props {
    return this.#view.props;
  }

  get site(): URL | undefined {
    return this.#exchange.surroundings.site;
  }

  get generator(): string {
    return this.#exchange.surroundings.generator;
  }

  get routePattern(): string {
    return this.#view.routePattern;
  }

  get isPrerendered(): boolean {
    return this.#view.isPrerendered;
  }

  get clientAddress(): string {
    if (this.isPrerendered) throw bridgeError("PRERENDER_CLIENT_ADDRESS_NOT_AVAILABLE");
    const address = this.#view.incoming.clientAddress;
    if (!address) throw bridgeError(this.#powers.addressError);
    return address;
  }

  get locals(): App.Locals {
    return this.#exchange.locals;
  }

  set locals(_locals: App.Locals) {
    throw bridgeError("LOCALS_REASSIGNED");
  }

  get cookies(): AstroCookies {
    return this.#exchange.cookies;
  }

  get currentLocale(): string | undefined {
    const { i18n } = this.#exchange.surroundings;
    if (i18n === undefined) return undefined;
    if (this.#locale === undefined) {
      const { isDynamic, routePattern, incoming } = this.#view;
      const pathname = isDynamic ? normalPath(incoming.pathname) : routePattern;
      this.#locale = { current: currentLocale(pathname, this.params, i18n) };
    }
    return this.#locale.current;
  }

  get preferredLocale(): string | undefined {
    const { i18n } = this.#exchange.surroundings;
    return i18n && preferredLocale(this.header("accept-language"), i18n);
  }

  get preferredLocaleList(): string[] | undefined {
    const { i18n } = this.#exchange.surroundings;
    return i18n && preferredLocaleList(this.header("accept-language"), i18n);
  }

  get originPathname(): string {
    return this.#exchange.originPathname;
  }

  get session(): undefined {
    if (!this.#hasWarned)
      this.logger.warn("context.session is undefined: no session is configured.");
    this.#hasWarned = true;
    return undefined;
  }

  get csp(): undefined {
    return undefined;
  }

  get cache(): CacheLike {
    return this.#exchange.surroundings.cache;
  }

  get logger(): ContextLogger {
    return this.#exchange.surroundings.logger;
  }

  get host(): HostContext {
    return this.#view.incoming.host;
  }

  get redirect(): APIContext["redirect"] {
    return redirect;
  }

  get rewrite(): APIContext["rewrite"] {
    this.#rewrite ??= (payload) => this.#powers.rewrite(this, payload);
    return this.#rewrite;
  }

  get getActionResult(): () => undefined {
    return () => undefined;
  }

  get callAction(): APIContext["callAction"] {
    return async (action, input) => (action as typeof action).call(this.context, input);
  }

  get pass(): () => Response {
    return () => {
      const { incoming } = this.#view;
      if (this.isBodyTaken) {
        throw bridgeError("PASS_AFTER_BODY_READ", {
          method: incoming.method,
          path: incoming.pathname,
        });
      }
      return createPass();
    };
  }

  get isBodyTaken(): boolean {
    return this.#request?.bodyUsed || this.#view.incoming.bodyTaken;
  }
}

/** What is behind a context of ours; `undefined` for anything else. */
export function innerOf(context: unknown): RequestContext | undefined {
  const inner = innerOfContext(context);
  return inner instanceof RequestContext ? inner : undefined;
}

/** The URL of a request: authority from the host, path from the request target and nowhere else. */
export function hrefOf(incoming: Incoming): string {
  const path = normalPath(incoming.pathname) || (incoming.mount === "" ? "/" : "");
  return incoming.origin + incoming.mount + path + incoming.search;
}

function redirect(path: string, status: ValidRedirectStatus = 302): Response {
  return new Response(null, { status: status || 302, headers: { location: path } });
}
