// Every option: its check and its default, nowhere else.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe } from "./describe.ts";
import { bridgeError } from "./errors.ts";
import type { Logger } from "./log.ts";
import { nearest } from "./nearest.ts";
import type { BridgeOptions, DomainPattern, I18nOptions, SecurityOptions } from "./types.ts";

/** Options with their defaults filled in. What is `undefined` is for the host to say. */
export interface Config {
  readonly root: string;
  readonly pages: string;
  readonly middleware: BridgeOptions["middleware"];
  readonly routes: BridgeOptions["routes"];
  readonly site: URL | undefined;
  /** The same as it was written. */
  readonly siteText: string | undefined;
  readonly trailingSlash: BridgeOptions["trailingSlash"];
  readonly i18n: I18nOptions | undefined;
  readonly redirects: NonNullable<BridgeOptions["redirects"]>;
  readonly locals: BridgeOptions["locals"];
  readonly methodMismatch: NonNullable<BridgeOptions["methodMismatch"]>;
  readonly checkOrigin: boolean | "astro";
  readonly bodySizeLimit: number | undefined;
  readonly allowedDomains: readonly DomainPattern[];
  readonly logger: Logger | undefined;
  readonly warmup: NonNullable<BridgeOptions["warmup"]>;
  readonly onConflict: NonNullable<BridgeOptions["onConflict"]>;
  readonly output: NonNullable<BridgeOptions["output"]>;
  /** `undefined`: the bridge decides. */
  readonly dev: boolean | undefined;
  readonly build: string | false;
  readonly shared: NonNullable<BridgeOptions["shared"]>;
  readonly precompressed: boolean;
  readonly lightResponse: boolean;
}

/**
 * Types a set of options; returns it unchanged.
 *
 * @example
 * export default defineConfig({ trailingSlash: "never" });
 */
export function defineConfig(options: BridgeOptions): BridgeOptions {
  return options;
}

type Check = (value: unknown, option: string) => void;

const REDIRECT_STATUSES = [300, 301, 302, 303, 304, 307, 308];

const CHECKS: { readonly [Key in keyof Required<BridgeOptions>]: Check } = {
  root: (value, option) => {
    if (value instanceof URL) {
      if (value.protocol !== "file:") throw invalid(option, "a path or a file: URL", value.href);
    } else assertText(value, option, "a path or a file: URL");
  },
  pages: (value, option) => assertText(value, option, "a path relative to root"),
  middleware: (value, option) => {
    if (value === false || typeof value === "function") return;
    assertText(value, option, "a path relative to root, a function, or false");
  },
  routes: (value, option) => assertObject(value, option, "a map of endpoint modules by file name"),
  site: (value, option) => {
    if (value instanceof URL) return;
    const url = typeof value === "string" ? parseUrl(value) : null;
    if (url === null || !/^https?:$/.test(url.protocol))
      throw invalid(option, "an http(s) URL", value);
  },
  trailingSlash: oneOf("always", "never", "ignore"),
  i18n: checkI18n,
  redirects: (value, option) => {
    assertObject(value, option, "a map of destinations by route pattern");
    for (const [from, to] of Object.entries(value as object))
      checkRedirect(to, `${option}["${from}"]`);
  },
  locals: assertFunction,
  methodMismatch: oneOf("fallthrough", "405", "404"),
  security: (value, option) => {
    assertObject(value, option, "an object");
    checkKeys(value as object, SECURITY_CHECKS, `${option}.`);
  },
  logger: (value, option) => {
    assertObject(value, option, "a logger with info, warn and error");
    for (const method of ["info", "warn", "error"]) {
      assertFunction((value as Record<string, unknown>)[method], `${option}.${method}`);
    }
  },
  output: oneOf("server", "static"),
  dev: oneOf(true, false),
  build: (value, option) => {
    if (value !== false) assertText(value, option, "a path relative to root, or false");
  },
  shared: checkShared,
  precompressed: oneOf(true, false),
  lightResponse: oneOf(true, false),
  warmup: oneOf("none", "idle", "eager"),
  onConflict: oneOf("error", "pages", "legacy"),
};

const SECURITY_CHECKS: { readonly [Key in keyof Required<SecurityOptions>]: Check } = {
  checkOrigin: oneOf(true, false, "astro"),
  bodySizeLimit: (value, option) => {
    if (typeof value !== "number" || !(value >= 0))
      throw invalid(option, "a number of bytes", value);
  },
  allowedDomains: (value, option) => {
    if (!Array.isArray(value)) throw invalid(option, "a list of patterns", value);
    for (const [index, pattern] of value.entries()) {
      assertObject(pattern, `${option}[${index}]`, "a pattern { hostname, protocol, port }");
      checkKeys(pattern, DOMAIN_CHECKS, `${option}[${index}].`);
    }
  },
};

const DOMAIN_CHECKS: { readonly [Key in keyof Required<DomainPattern>]: Check } = {
  hostname: (value, option) => assertText(value, option, "a host name, * and ** allowed"),
  protocol: (value, option) => assertText(value, option, "http or https"),
  port: (value, option) => assertText(value, option, "a port as text"),
};

/**
 * Checks all options and fills in the defaults.
 *
 * @throws BridgeError `STARBRIDGE_UNKNOWN_OPTION`, `STARBRIDGE_INVALID_OPTION`
 */
export function resolveConfig(options: BridgeOptions = {}): Config {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw invalid("options", "an object", options);
  }
  checkKeys(options, CHECKS, "");
  const { root, site, security = {} } = options;
  return {
    root: root instanceof URL ? fileURLToPath(root) : toPath(root ?? process.cwd()),
    pages: options.pages ?? "src/pages",
    middleware: options.middleware,
    routes: options.routes,
    site: site === undefined ? undefined : new URL(site),
    siteText: site === undefined ? undefined : String(site),
    trailingSlash: options.trailingSlash,
    i18n: options.i18n,
    redirects: options.redirects ?? {},
    locals: options.locals,
    methodMismatch: options.methodMismatch ?? "fallthrough",
    checkOrigin: security.checkOrigin ?? true,
    bodySizeLimit: security.bodySizeLimit,
    allowedDomains: security.allowedDomains ?? [],
    logger: options.logger,
    warmup: options.warmup ?? "none",
    onConflict: options.onConflict ?? "error",
    output: options.output ?? "server",
    dev: options.dev,
    build: options.build ?? "dist/starbridge",
    shared: options.shared ?? [],
    precompressed: options.precompressed ?? false,
    lightResponse: options.lightResponse ?? true,
  };
}

/** Whether somebody has written out an object: a Map or a Date has no options to read. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  // Of another realm, too.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function toPath(root: string): string {
  return root.startsWith("file:") ? fileURLToPath(root) : resolve(root);
}

function checkKeys(value: object, checks: Record<string, Check>, prefix: string): void {
  const known = Object.keys(checks);
  for (const [key, option] of Object.entries(value)) {
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (check === undefined) {
      const guess = nearest(key, known);
      throw bridgeError("UNKNOWN_OPTION", {
        option: prefix + key,
        known: known.join(", "),
        ...(guess === undefined ? {} : { nearest: prefix + guess }),
      });
    }
    if (option !== undefined) check(option, prefix + key);
  }
}

function checkI18n(value: unknown, option: string): void {
  assertObject(value, option, "{ locales, defaultLocale }");
  const { locales, defaultLocale, ...others } = value as Record<string, unknown>;
  // Astro's other keys (routing, fallback, domains) act on pages only: accepted, without effect here.
  checkKeys(others, { routing: () => {}, fallback: () => {}, domains: () => {} }, `${option}.`);
  if (!Array.isArray(locales) || locales.length === 0) {
    throw invalid(`${option}.locales`, "a list of locales", locales);
  }
  for (const [index, locale] of locales.entries()) {
    if (typeof locale === "string") continue;
    const { path, codes } = (locale ?? {}) as { path?: unknown; codes?: unknown };
    const isList =
      Array.isArray(codes) && codes.length > 0 && codes.every((code) => typeof code === "string");
    if (typeof path !== "string" || !isList) {
      throw invalid(`${option}.locales[${index}]`, "a locale or { path, codes }", locale);
    }
  }
  const names = locales.map((locale) => (typeof locale === "string" ? locale : locale.path));
  if (!names.includes(defaultLocale)) {
    throw invalid(`${option}.defaultLocale`, `one of ${names.join(", ")}`, defaultLocale);
  }
}

function checkShared(value: unknown, option: string): void {
  if (Array.isArray(value)) {
    for (const [index, glob] of value.entries()) assertText(glob, `${option}[${index}]`, "a glob");
    return;
  }
  assertObject(value, option, "a list of globs, or a map of the host's files by source file");
  for (const [source, file] of Object.entries(value)) {
    const entry = `${option}["${source}"]`;
    if (source.includes("*"))
      throw invalid(entry, "the path of one file, globs stand in a list", file);
    assertText(file, entry, "the file that the host loads, relative to root");
  }
}

function checkRedirect(value: unknown, option: string): void {
  if (typeof value === "string") return;
  assertObject(value, option, "a path, a URL, or { destination, status }");
  const { destination, status } = value as { destination?: unknown; status?: unknown };
  if (typeof destination !== "string") {
    throw invalid(`${option}.destination`, "a path or a URL", destination);
  }
  if (!REDIRECT_STATUSES.includes(status as number)) {
    throw invalid(`${option}.status`, `one of ${REDIRECT_STATUSES.join(", ")}`, status);
  }
}

function oneOf(...values: (string | boolean)[]): Check {
  return (value, option) => {
    if (values.includes(value as string)) return;
    throw invalid(option, values.map((known) => JSON.stringify(known)).join(" or "), value);
  };
}

function assertText(value: unknown, option: string, expected: string): void {
  if (typeof value !== "string" || value === "") throw invalid(option, expected, value);
}

function assertObject(value: unknown, option: string, expected: string): asserts value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(option, expected, value);
  }
}

function assertFunction(value: unknown, option: string): void {
  if (typeof value !== "function") throw invalid(option, "a function", value);
}

function parseUrl(value: string): URL | null {
  return URL.canParse(value) ? new URL(value) : null;
}

function invalid(option: string, expected: string, value: unknown): Error {
  const actual = typeof value === "string" ? JSON.stringify(value) : describe(value);
  return bridgeError("INVALID_OPTION", { option, expected, actual });
}
