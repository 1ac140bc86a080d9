// createContext(): a context outside of any app, for trying a middleware on its own.
import { createDisabledCache } from "./cache.ts";
import { RequestContext } from "./context.ts";
import { Exchange } from "./exchange.ts";
import { describe } from "./describe.ts";
import { bridgeError } from "./errors.ts";
import { fromRequest } from "./incoming.ts";
import type { APIContext, ContextLogger, Params } from "./types.ts";

/** What `createContext()` takes. */
export interface CreateContext {
  /** The request; `context.request` is this very object. */
  request: Request;
  /** Route parameters (`{}`). */
  params?: Params;
  /** Locales for the locale getters (`[]`). */
  userDefinedLocales?: string[];
  /** The default locale (`""`). */
  defaultLocale?: string;
  /** `context.locals` (`{}`). */
  locals?: App.Locals;
  /** `context.clientAddress`; without it, reading that throws. */
  clientAddress?: string;
}

const silent: ContextLogger = { info() {}, warn() {}, error() {} };

/**
 * Makes a context without an app. Its `rewrite()` gives an empty response.
 *
 * @throws BridgeError `STARBRIDGE_LOCALS_NOT_AN_OBJECT`
 */
export function createContext({
  request,
  params = {},
  userDefinedLocales = [],
  defaultLocale = "",
  locals = {},
  clientAddress,
}: CreateContext): APIContext {
  if (typeof locals !== "object" || locals === null) {
    throw bridgeError("LOCALS_NOT_AN_OBJECT", { actual: describe(locals) });
  }
  const incoming = fromRequest(request, { clientAddress });
  const surroundings = {
    site: undefined,
    generator: "",
    i18n: { locales: userDefinedLocales, defaultLocale },
    logger: silent,
    cache: createDisabledCache(silent),
  };
  const exchange = new Exchange(surroundings, incoming, locals);
  exchange.originPathname = new URL(request.url).pathname;
  const view = {
    incoming,
    routePattern: "",
    isDynamic: true,
    isPrerendered: false,
    params,
    props: {},
  };
  const powers = {
    addressError: "STATIC_CLIENT_ADDRESS_NOT_AVAILABLE" as const,
    rewrite: async () => new Response(null),
  };
  const inner = new RequestContext(exchange, view, powers, request);
  inner.url = new URL(request.url);
  exchange.latest = inner;
  return inner.context;
}
