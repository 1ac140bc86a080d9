// From a route to its answer: context → origin check → middleware → endpoint, again for each rewrite and for the
// error route. One renderer belongs to one route table, and is replaced with it.
import { loopDetected, mergeErrorResponse, notFoundPage, withCookies } from "./answers.ts";
import { checkOrigin } from "./check-origin.ts";
import type { ContextPowers } from "./context.ts";
import { RequestContext } from "./context.ts";
import { allowedMethods, callEndpoint, withoutBody } from "./endpoint.ts";
import { BridgeError } from "./errors.ts";
import { toError } from "./thrown.ts";
import type { View } from "./exchange.ts";
import { Exchange } from "./exchange.ts";
import { findRoute, settleRoute } from "./find.ts";
import type { PrerenderedAnswer } from "./loader/pages.ts";
import { hasPayload, runMiddleware } from "./middleware.ts";
import { ownAnswer } from "./owners.ts";
import type { Page } from "./page.ts";
import { isPass } from "./pass.ts";
import { copyResponse, hasBody } from "./response.ts";
import { MAX_RUNS, resolvePayload } from "./rewrite.ts";
import type { RouteMatch } from "./routes/match.ts";
import type { RouteTable } from "./routes/table.ts";
import type { Soon } from "./soon.ts";
import { whenSoon } from "./soon.ts";
import type { EndpointModule, Incoming, MiddlewareHandler, RewritePayload } from "./types.ts";
import type { ErrorFiles, ErrorStatus, RenderView, Target } from "./view.ts";
import { errorView, notFoundView, viewOf } from "./view.ts";

/** What a renderer is made of. */
export interface RendererParts extends ErrorFiles {
  readonly middleware: MiddlewareHandler | undefined;
  readonly checkOrigin: boolean | "astro";
}

export class Renderer implements ContextPowers {
  readonly addressError = "CLIENT_ADDRESS_NOT_AVAILABLE";
  readonly #parts: RendererParts;

  constructor(parts: RendererParts) {
    this.#parts = parts;
  }

  get table(): RouteTable<Target> {
    return this.#parts.table;
  }

  /** Where routes are looked for. */
  get sources(): ErrorFiles {
    return this.#parts;
  }

  /** What a build has made of a route. */
  prerenderedAt(page: Page | undefined, path: string): PrerenderedAnswer | undefined {
    const made = page?.isPrerendered ? this.#parts.prerendered?.get(path) : undefined;
    return made?.route === page?.file ? made : undefined;
  }

  /**
   * Answers a request whose route is a file.
   *
   * @param match The route; without one, the request gets what nothing answers to.
   * @throws What an endpoint or a middleware threw, when there is no `500` file: it is for the host.
   */
  render(
    incoming: Incoming,
    match: RouteMatch<Target> | undefined,
    locals: unknown,
  ): Soon<Response> {
    const exchange = new Exchange(this.#parts.surroundings, incoming, locals);
    const view = match ? viewOf(this.#parts, incoming, match) : notFoundView(this.#parts, incoming);
    let response: Soon<Response>;
    try {
      response = this.#run(exchange, view);
    } catch (thrown) {
      return this.#recover(exchange, thrown);
    }
    if (!(response instanceof Promise)) return this.#finish(exchange, view, response);
    return response.then(
      (answer) => this.#finish(exchange, view, answer),
      (thrown) => this.#recover(exchange, thrown),
    );
  }

  /** What is done to an answer after the whole chain. */
  #finish(exchange: Exchange, view: RenderView, response: Response): Soon<Response> {
    if (isPass(response) || this.#parts.isBuilding) return response;
    const isLeftOpen = !exchange.isExplicit && isEmptyError(response);
    if (!isLeftOpen) return this.#addCookies(exchange, view, response);
    return this.#reroute(exchange, response).then((answer) => {
      return this.#addCookies(exchange, view, answer);
    });
  }

  #addCookies(exchange: Exchange, view: RenderView, response: Response): Response {
    // A prerendered answer is everybody's.
    if (view.isPrerendered) return response;
    return withCookies(response, exchange.openedCookies);
  }

  /** `context.rewrite()`: the whole chain again, for the target. */
  async rewrite(inner: RequestContext, payload: RewritePayload): Promise<Response> {
    const { exchange, view } = inner;
    const soon = this.#resolve(inner, payload, false);
    const target = soon instanceof Promise ? await soon : soon;
    exchange.leave(view.incoming);
    const before = exchange.openedCookies;
    exchange.latest = undefined;
    exchange.renewCookies(before);
    return this.#run(exchange, target);
  }

  /** `next(payload)`: the same context looks at the target. */
  resolve(inner: RequestContext, payload: RewritePayload): Soon<View> {
    return this.#resolve(inner, payload, true);
  }

  #resolve(inner: RequestContext, payload: RewritePayload, keep: boolean): Soon<RenderView> {
    const parts = this.#parts;
    const source = inner.view.incoming;
    const incoming = resolvePayload(payload, source, inner.builtRequest, keep);
    if (incoming === undefined) return notFoundView(parts, source);
    const found = findRoute(parts, incoming, parts.slashRule);
    return whenSoon(found && settleRoute(parts, found, incoming), (match) => {
      const isFile = match !== undefined && match.route.target.kind !== "redirect";
      return isFile ? viewOf(parts, incoming, match) : notFoundView(parts, incoming);
    });
  }

  #run(exchange: Exchange, view: RenderView): Soon<Response> {
    exchange.runs++;
    if (exchange.runs > MAX_RUNS) return loopDetected();
    return this.#chain(exchange, view, undefined, this.#parts.middleware);
  }

  #chain(
    exchange: Exchange,
    view: RenderView,
    request: Request | undefined,
    middleware: MiddlewareHandler | undefined,
  ): Soon<Response> {
    const inner = new RequestContext(exchange, view, this, request);
    exchange.latest = inner;
    if (this.#parts.checkOrigin !== false && !view.isPrerendered) {
      const refusal = checkOrigin(this.#parts.checkOrigin, inner);
      if (refusal !== undefined) return refusal;
    }
    // What a build has made went through the chain there.
    const isMade = this.prerenderedAt(view.page, view.path) !== undefined;
    if (middleware === undefined || isMade) return this.#respond(inner);
    return runMiddleware(middleware, inner.context, (payload) => {
      if (!hasPayload(payload)) return this.#respond(inner);
      return whenSoon(inner.moveTo(payload), () => this.#respond(inner));
    });
  }

  #respond(inner: RequestContext): Soon<Response> {
    const { exchange, method } = inner;
    const view = inner.view as RenderView;
    const { page, errorStatus } = view;
    exchange.isExplicit = false;
    const made = this.prerenderedAt(page, view.path);
    if (page !== undefined && made !== undefined) {
      const isRefused = errorStatus === undefined && page.answers(method) === false;
      return isRefused ? this.#mismatch(inner, page, false) : answerMade(made, errorStatus, method);
    }
    if (page === undefined) {
      const response = notFoundPage(inner.view.incoming.pathname);
      return method === "HEAD" ? withoutBody(response) : response;
    }
    const loading = page.load();
    if (!(loading instanceof Promise)) return this.#call(inner, page, loading);
    return loading.then((module) => this.#call(inner, page, module));
  }

  #call(inner: RequestContext, page: Page, module: EndpointModule): Soon<Response> {
    const { exchange, method } = inner;
    const { errorStatus } = inner.view as RenderView;
    const name = page.handlerFor(method);
    if (name === undefined) return this.#mismatch(inner, page, errorStatus !== undefined);
    const answer = callEndpoint(module, name, inner.context, method, page.source);
    if (!(answer instanceof Promise)) return this.#accept(answer, exchange, errorStatus);
    return answer.then((response) => this.#accept(response, exchange, errorStatus));
  }

  /** What an endpoint gave, as the middleware around it gets it. */
  #accept(response: Response, exchange: Exchange, errorStatus: ErrorStatus | undefined): Response {
    if (isPass(response)) return response;
    let answer = response;
    if (errorStatus !== undefined && response.status === 200) {
      answer = copyResponse(response, { body: response.body, status: errorStatus });
    } else if (this.#parts.middleware !== undefined) {
      answer = ownAnswer(response, exchange);
    }
    const { status } = answer;
    // Only now: what cannot be sent is no answer.
    exchange.isExplicit = status === 404 || status === 500;
    return answer;
  }

  #mismatch(inner: RequestContext, page: Page, isErrorRoute: boolean): Response {
    const methods = allowedMethods(page.exports ?? []);
    if (!isErrorRoute && this.#parts.mismatch === "405") {
      return new Response(null, { status: 405, headers: { allow: methods.join(", ") } });
    }
    if (!isErrorRoute) {
      this.#parts.logger.warn(describeMismatch(page, inner.method, inner.view.incoming.pathname));
    }
    return new Response(null, { status: 404 });
  }

  /** Something threw: the `500` file answers, or the host's error handler. */
  async #recover(exchange: Exchange, thrown: unknown): Promise<Response> {
    if (this.#parts.isBuilding) throw toError(thrown);
    // A refusal of the request itself (413, 400) is no failure of the server.
    if (thrown instanceof BridgeError && thrown.statusCode < 500) throw thrown;
    const incoming = exchange.latest?.view.incoming;
    const view = incoming && errorView(this.#parts, incoming, 500, thrown);
    if (view?.page === undefined) throw toError(thrown);
    try {
      await view.page.load();
      if (
        view.page.answers(exchange.latest?.builtRequest?.method ?? incoming?.method ?? "") === false
      ) {
        throw toError(thrown);
      }
      this.#parts.logger.error(
        { err: toError(thrown) },
        `Error in ${exchange.latest?.view.routePattern}`,
      );
      exchange.renewCookies();
      const response = await this.#renderError(exchange, view);
      return withCookies(response, exchange.openedCookies);
    } catch (error) {
      if (error !== thrown)
        this.#parts.logger.error({ err: toError(error) }, "The 500 file failed, too.");
      throw toError(thrown);
    }
  }

  /** A middleware left a 404 or 500 without a body, or nothing answered the method: the error file fills it. */
  async #reroute(exchange: Exchange, original: Response): Promise<Response> {
    const status = original.status as ErrorStatus;
    const { view: latest } = exchange.latest as RequestContext;
    const view = errorView(this.#parts, latest.incoming, status, status === 500 ? null : undefined);
    if (view.page === undefined && status === 500) return original;
    const before = exchange.openedCookies;
    exchange.renewCookies();
    let response: Response;
    try {
      response = await this.#renderError(exchange, view);
    } catch (error) {
      this.#parts.logger.error({ err: toError(error) }, `The ${status} file failed.`);
      response = new Response(null, { status });
    }
    exchange.renewCookies(before, exchange.openedCookies);
    return mergeErrorResponse(original, response);
  }

  /** Runs the chain for an error route; once more without middleware when that fails. */
  async #renderError(exchange: Exchange, view: RenderView): Promise<Response> {
    const { middleware } = this.#parts;
    const rewrites = exchange.rewrites;
    const request = exchange.latest?.builtRequest;
    if (middleware !== undefined) {
      try {
        const response = await this.#chain(exchange, view, request, middleware);
        const isLost = isEmptyError(response) && exchange.rewrites !== rewrites;
        if (!isLost) return isPass(response) ? new Response(null, { status: 404 }) : response;
      } catch (error) {
        this.#parts.logger.error({ err: toError(error) }, `Error in ${view.routePattern}`);
      }
    }
    return this.#chain(exchange, view, request, undefined);
  }
}

/** What a build has made, where a rewrite or a failure leads to it. */
async function answerMade(
  made: PrerenderedAnswer,
  status: ErrorStatus | undefined,
  method: string,
): Promise<Response> {
  const whole = await made.whole();
  const response = status ? copyResponse(whole, { body: whole.body, status }) : whole;
  return method === "HEAD" ? withoutBody(response) : response;
}

function describeMismatch(page: Page, method: string, pathname: string): string {
  const names = [...(page.exports ?? [])];
  const list = names.map((name) => JSON.stringify(name)).join(", ") || "nothing";
  const hint = names.includes("all") ? ' Rename "all" to "ALL" to answer every method.' : "";
  return `${page.source} has no export for ${method} ${pathname}; it exports ${list}.${hint}`;
}

function isEmptyError(response: Response): boolean {
  const { status } = response;
  return (status === 404 || status === 500) && !hasBody(response);
}
