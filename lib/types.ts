// What users write against, and what a bridge has to supply. Nothing here runs.
import type { AstroCookies } from "./cookies.ts";
import type { Logger } from "./log.ts";

declare global {
  namespace App {
    /** The type of `context.locals`; extend it by declaration merging. */
    interface Locals {}
  }
}

/** Values of the dynamic parts of a route; a rest parameter without text is present and `undefined`. */
export type Params = Record<string, string | undefined>;

/** Extra values of a render: `{}` for an endpoint, `{ error }` for a `404` or `500` file. */
// biome-ignore lint/suspicious/noExplicitAny: Astro's own type; `unknown` would break files that come from an Astro project.
export type Props = Record<string, any>;

type Simplify<T> = { [K in keyof T]: T[K] };

/**
 * The params of a route, read from its pattern: `ParamsOf<"/users/[id]/[...rest]">` is
 * `{ id: string; rest: string | undefined }`.
 */
export type ParamsOf<Pattern extends string> = string extends Pattern
  ? Params
  : Simplify<ParamsIn<Pattern>>;

type ParamsIn<Pattern extends string> = Pattern extends `${string}[${infer Name}]${infer Rest}`
  ? (Name extends `...${infer RestName}`
      ? { [K in RestName]: string | undefined }
      : { [K in Name]: string }) &
      ParamsIn<Rest>
  : // biome-ignore lint/complexity/noBannedTypes: the empty object is the unit of the intersection.
    {};

/** The statuses that `context.redirect()` is typed for (Astro's list). */
export type ValidRedirectStatus = 300 | 301 | 302 | 303 | 304 | 307 | 308;

/** Where a rewrite goes: a path, a URL of which path and query count, or a whole request. */
export type RewritePayload = string | URL | Request;

/** `context.cache`, as Astro shapes it when no cache is configured. */
export interface CacheLike {
  readonly enabled: boolean;
  readonly options: Record<string, unknown>;
  readonly tags: string[];
  set(options: unknown): void;
  invalidate(options: unknown): Promise<void>;
}

/** `context.logger`: exactly three methods, as Astro 7. */
export interface ContextLogger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/**
 * What an endpoint and a middleware receive. Every key of Astro's `APIContext`, and two of ours: `pass()`
 * and `host`.
 */
export interface APIContext<
  ContextProps extends Props = Props,
  ContextParams extends Params = Params,
> {
  /** The genuine Web `Request`; built on first touch, its body readable once. */
  request: Request;
  /** URL of the request in RFC 3986 normal form, mount path included. Mutable, an object of its own. */
  url: URL;
  /** Values of the route's parameters. */
  params: ContextParams;
  /** `{}` for endpoints, `{ error }` in a `404` or `500` file. */
  props: ContextProps;
  /** The `site` option as a URL. */
  readonly site: URL | undefined;
  /** Name and version of what generates the answer. */
  readonly generator: string;
  /** Pattern of the route that answers: `/users/[id]`, `/` for the root index. */
  readonly routePattern: string;
  /** Whether the route is rendered at build time. */
  readonly isPrerendered: boolean;
  /**
   * Address of the client, as the host knows it (its own proxy trust decides).
   *
   * @throws BridgeError `STARBRIDGE_CLIENT_ADDRESS_NOT_AVAILABLE` when the host has none.
   */
  readonly clientAddress: string;
  /** Values for this request, shared by the chain, the endpoint and, with the `locals` option, the host. */
  locals: App.Locals;
  /** Reads and writes cookies. */
  readonly cookies: AstroCookies;
  /** Locale of the URL; `undefined` without `i18n`. */
  readonly currentLocale: string | undefined;
  /** The configured locale that the client likes best. */
  readonly preferredLocale: string | undefined;
  /** The configured locales that the client accepts, best first. */
  readonly preferredLocaleList: string[] | undefined;
  /** Pathname before the last rewrite, decoded, without the mount path. */
  readonly originPathname: string;
  /** `undefined`: sessions are not configured. */
  readonly session: undefined;
  /** A disabled cache: `set()` does nothing, `invalidate()` rejects. */
  readonly cache: CacheLike;
  /** `undefined`: content security policies are for pages. */
  readonly csp: undefined;
  /** Writes to the host's log. */
  readonly logger: ContextLogger;
  /**
   * An answer that sends the client elsewhere.
   *
   * @param path The `Location`, sent exactly as given.
   * @param status The status (302).
   */
  redirect(path: string, status?: ValidRedirectStatus): Response;
  /**
   * Answers with another route; the middleware chain runs again for it.
   *
   * @param payload The target.
   * @returns The final answer, to be returned.
   */
  rewrite(payload: RewritePayload): Promise<Response>;
  /** `undefined`: no action runs before an endpoint. */
  getActionResult(action: unknown): undefined;
  /** Calls a function as Astro calls an action: with the context as `this`. */
  callAction(action: (input: unknown) => unknown, input?: unknown): Promise<unknown>;
  /**
   * Steps aside: return it, and the host's next handler answers, with the body still readable.
   *
   * @throws BridgeError `STARBRIDGE_PASS_AFTER_BODY_READ` when the body was already read.
   */
  pass(): Response;
  /** The host's own objects, told apart by `kind`. */
  readonly host: HostContext;
}

/** An endpoint: takes the context, gives a `Response`. `APIRoute<"/users/[id]">` types the params. */
export type APIRoute<
  PropsOrPattern extends Props | string = Props,
  RouteParams extends Params = Params,
> = (
  context: PropsOrPattern extends string
    ? ParamsOf<PropsOrPattern> extends infer Found extends Params
      ? APIContext<Props, Found>
      : never
    : APIContext<PropsOrPattern & Props, RouteParams>,
) => Response | Promise<Response>;

/** Goes on to the next middleware, or the endpoint; with a payload, to another route. */
export type MiddlewareNext = (payload?: RewritePayload) => Promise<Response>;

/** One middleware: returns a `Response`, or calls `next()` and returns its answer or nothing. */
export type MiddlewareHandler = (
  context: APIContext,
  next: MiddlewareNext,
) => Promise<Response> | Response | Promise<void> | void;

/** An endpoint file once it runs: functions by method name, `ALL`, and what else it exports. */
export type EndpointModule = Record<string, unknown>;

/** Locales of the site: names, or paths with the codes they stand for. */
export interface I18nOptions {
  locales: (string | { path: string; codes: [string, ...string[]] })[];
  defaultLocale: string;
}

/** Where a redirect goes; `status` counts when the destination is a route of the project. */
export type RedirectConfig = string | { destination: string; status: ValidRedirectStatus };

/** A pattern for `security.allowedDomains`: `*.x` stands for one label, `**.x` for any number. */
export interface DomainPattern {
  hostname?: string;
  protocol?: string;
  port?: string;
}

/** How requests are guarded. */
export interface SecurityOptions {
  /**
   * Refuses cross-site writes a browser sends without asking (`true`: what a browser says is cross-origin;
   * `"astro"`: Astro's exact rule; `false`: no check). Default `true`.
   */
  checkOrigin?: boolean | "astro";
  /**
   * Most bytes of a body an endpoint may read, counted while they stream; `0` or `Infinity` for no limit.
   * Default: the host's own limit where it has one, else 10 MiB.
   */
  bodySizeLimit?: number;
  /** Hosts whose forwarded headers are believed; for connect and plain http only. Default `[]`. */
  allowedDomains?: DomainPattern[];
}

/**
 * A value of the `routes` option: a module, or a function that imports it. `unknown`, because that is all that
 * `import.meta.glob` tells of a module; what is neither is refused at start.
 */
export type RouteModule = unknown;

/** The same options for every bridge; `Host` is what its `locals` is given. */
export interface BridgeOptions<Host extends HostContext = HostContext> {
  /** Folder that holds `src/`: a path or a `file:` URL (the working directory). */
  root?: string | URL;
  /** Folder of the endpoint files, relative to `root` (`src/pages`). */
  pages?: string;
  /**
   * The middleware module, relative to `root` and without its extension (`src/middleware`), a middleware
   * function, or `false` for none.
   */
  middleware?: string | false | MiddlewareHandler;
  /** Endpoint modules by file name, instead of a folder: what `import.meta.glob` gives. */
  routes?: Record<string, RouteModule>;
  /** Public address of the site, `context.site`. */
  site?: string | URL;
  /** What becomes of `/` at the end of a path (the host's own strictness). */
  trailingSlash?: "always" | "never" | "ignore";
  /** Locales for `context.currentLocale` and its siblings. */
  i18n?: I18nOptions;
  /** Redirects by route pattern. */
  redirects?: Record<string, RedirectConfig>;
  /** Seeds `context.locals` for a request, from the host's own objects. */
  locals?(host: Host): App.Locals | undefined | Promise<App.Locals | undefined>;
  /**
   * What a method gets that the file does not export: left to the host (`"fallthrough"`), `"405"` with
   * `Allow`, or `"404"` as in Astro. Default `"fallthrough"`.
   */
  methodMismatch?: "fallthrough" | "405" | "404";
  /** Guards. */
  security?: SecurityOptions;
  /** Whether endpoints are prerendered by default; `export const prerender` decides per file (`"server"`). */
  output?: "server" | "static";
  /** Hot reload of pages and middleware (`NODE_ENV !== "production"`; without a host `false`). */
  dev?: boolean;
  /** Where `starbridge build` writes to, relative to `root`; `false`: never use a build (`dist/starbridge`, `false` in tests). */
  build?: string | false;
  /**
   * Modules of which pages get the host's own instance, relative to `root`: globs, with `!` for those that pages get
   * for themselves; or by source the file that the host loads, `{ "src/db.ts": "dist/db.js" }` (`[]`).
   */
  shared?: string[] | Record<string, string>;
  /** Serve `.br` and `.gz` files that stand beside a prerendered one (`false`). */
  precompressed?: boolean;
  /**
   * Bind the name `Response` in pages, middleware and their own modules to the light one of `starbridge/web`, in
   * development and in the build (`true`). `globalThis.Response` is never touched.
   */
  lightResponse?: boolean;
  /** Where to log; shaped like pino's logger (the host's, else the console from `warn` up). */
  logger?: Logger;
  /** When endpoint modules are loaded: on first use, after start, or before it (`"none"`). */
  warmup?: "none" | "idle" | "eager";
  /** Fastify only: what happens when the host declares the URL and method of a file (`"error"`). */
  onConflict?: "error" | "pages" | "legacy";
}

/** The host's objects by kind. Each bridge adds its own by declaration merging. */
export interface Hosts {
  /** No host: `app.fetch()`, tests, prerendering. */
  fetch: { readonly kind: "fetch" };
}

/** What `context.host` is. */
export type HostContext = Hosts[keyof Hosts];

/**
 * A request as the core reads it. A bridge supplies it; nothing of it costs before it is asked for.
 */
export interface Incoming {
  /** The method as it came; case matters (RFC 9110 section 9.1). */
  readonly method: string;
  /** Path of the request target as it came, without the mount path and the query. */
  readonly pathname: string;
  /** Path the bridge is mounted at, in canonical spelling: empty, or `/mnt`. */
  readonly mount: string;
  /** Query of the request target with its `?`, as it came; empty when there is none. */
  readonly search: string;
  /**
   * Scheme and authority, `https://example.com`.
   *
   * @throws BridgeError `STARBRIDGE_BAD_HOST` when the authority is not one (RFC 3986 section 3.2).
   */
  readonly origin: string;
  /** Address of the client, as the host knows it. */
  readonly clientAddress: string | undefined;
  /** The host's own objects. */
  readonly host: HostContext;
  /** Whether a byte of the body was taken, so that nobody else can read it whole. */
  readonly bodyTaken: boolean;
  /** A header's value, name in lower case; repeated ones joined as Fetch does. */
  header(name: string): string | undefined;
  /**
   * The genuine `Request`. Called at most once.
   *
   * @param url The absolute URL it shall have.
   */
  toRequest(url: string): Request;
}
