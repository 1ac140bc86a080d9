// Public entry ".".
export type { App, HostTraits } from "./app.ts";
export { createApp } from "./app.ts";
export { defineConfig } from "./config.ts";
export type {
  AstroCookie,
  AstroCookieDeleteOptions,
  AstroCookieGetOptions,
  AstroCookieSetOptions,
  AstroCookies,
} from "./cookies.ts";
export type { CreateContext } from "./create-context.ts";
export { createContext } from "./create-context.ts";
export type { BridgeErrorCode } from "./errors.ts";
export { BridgeError } from "./errors.ts";
export type { FetchFacts } from "./incoming.ts";
export type { Logger } from "./log.ts";
export { defineMiddleware, sequence } from "./middleware.ts";
export { isLocalsSerializable, trySerializeLocals } from "./serialize-locals.ts";
export type {
  GetStaticPaths,
  GetStaticPathsItem,
  GetStaticPathsOptions,
  Page,
  PaginateFunction,
  PaginateOptions,
} from "./static-types.ts";
export type {
  APIContext,
  APIRoute,
  BridgeOptions,
  CacheLike,
  ContextLogger,
  DomainPattern,
  EndpointModule,
  HostContext,
  Hosts,
  I18nOptions,
  MiddlewareHandler,
  MiddlewareNext,
  Params,
  ParamsOf,
  Props,
  RedirectConfig,
  RewritePayload,
  RouteModule,
  SecurityOptions,
  ValidRedirectStatus,
} from "./types.ts";
