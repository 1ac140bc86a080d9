// Every option: its check and its default, nowhere else.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Check, Checks } from "./checks.ts";
import { assertFunction, assertObject, assertText, checkKeys, invalid, oneOf } from "./checks.ts";
import type { Logger } from "./log.ts";
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
    for (const [from, to] of Object.entries(value)) checkRedirect(to, `${option}["${from}"]`);
  },
  locals: assertFunction,
  methodMismatch: oneOf("fallthrough", "405", "404"),
  security: (value, option) => {
    assertObject(value, option, "an object");
    checkKeys(value, SECURITY_CHECKS, `${option}.`, ELSEWHERE);
  },
  logger: (value, option) => {
    // Loggers are instances of something.
    if (typeof value !== "object" || value === null) {
      throw invalid(option, "a logger with info, warn and error", value);
    }
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
  protocol: oneOf("http", "https"),
  port: (value, option) => {
    const isPort = typeof value === "string" && /^\d{1,5}$/.test(value);
    if (!isPort) throw invalid(option, 'a port as text, "8443" for instance', value);
  },
};

const I18N_CHECKS: Checks = {
  locales: checkLocales,
  defaultLocale: () => {},
  // Astro's other keys act on pages only: accepted, without effect here.
  routing: () => {},
  fallback: () => {},
  domains: () => {},
};

const LOCALE_CHECKS: Checks = {
  path: (value, option) => assertText(value, option, "the path of a locale"),
  codes: (value, option) => {
    if (!Array.isArray(value) || value.length === 0) {
      throw invalid(option, "a list of language codes", value);
    }
    for (const [index, code] of value.entries()) {
      assertText(code, `${option}[${index}]`, "a language code");
    }
  },
};

const REDIRECT_CHECKS: Checks = {
  destination: (value, option) => assertText(value, option, "a path or a URL"),
  status: oneOf(300, 301, 302, 303, 304, 307, 308),
};

/** Where the options of one level are that somebody looks for on another. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ...Object.keys(CHECKS).map((key) => [key, key] as const),
  ...Object.keys(SECURITY_CHECKS).map((key) => [key, `security.${key}`] as const),
  ...Object.keys(I18N_CHECKS).map((key) => [key, `i18n.${key}`] as const),
  // Nearer to `locals` by its letters.
  ["locale", "i18n.locales"],
]);

/**
 * Checks all options and fills in the defaults.
 *
 * @throws BridgeError `STARBRIDGE_UNKNOWN_OPTION`, `STARBRIDGE_INVALID_OPTION`
 */
export function resolveConfig(options: BridgeOptions = {}): Config {
  assertObject(options, "options", "an object");
  checkKeys(options, CHECKS, "", ELSEWHERE);
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
    build: folderOf(options.build ?? "dist/starbridge"),
    shared: options.shared ?? [],
    precompressed: options.precompressed ?? false,
    lightResponse: options.lightResponse ?? true,
  };
}

function toPath(root: string): string {
  return root.startsWith("file:") ? fileURLToPath(root) : resolve(root);
}

function folderOf<Build extends string | false>(build: Build): Build | string {
  return build !== false && build.startsWith("file:") ? fileURLToPath(build) : build;
}

function checkI18n(value: unknown, option: string): void {
  assertObject(value, option, "{ locales, defaultLocale }");
  checkKeys(value, I18N_CHECKS, `${option}.`, ELSEWHERE);
  const { locales, defaultLocale } = value as Partial<I18nOptions>;
  // Of a key that is missing nothing was said yet.
  checkLocales(locales, `${option}.locales`);
  const names = (locales ?? []).map((one) => (typeof one === "string" ? one : one.path));
  if (!names.includes(defaultLocale as string)) {
    throw invalid(`${option}.defaultLocale`, `one of ${names.join(", ")}`, defaultLocale);
  }
}

function checkLocales(value: unknown, option: string): void {
  if (!Array.isArray(value) || value.length === 0)
    throw invalid(option, "a list of locales", value);
  for (const [index, locale] of value.entries()) {
    const entry = `${option}[${index}]`;
    if (typeof locale === "string" && locale !== "") continue;
    assertObject(locale, entry, "a locale or { path, codes }");
    checkKeys(locale, LOCALE_CHECKS, `${entry}.`);
    const { path, codes } = locale as { path?: unknown; codes?: unknown };
    if (path === undefined || codes === undefined) {
      throw invalid(entry, "a locale or { path, codes }", locale);
    }
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
  if (typeof value === "string") {
    assertText(value, option, "a path or a URL");
    return;
  }
  assertObject(value, option, "a path, a URL, or { destination, status }");
  checkKeys(value, REDIRECT_CHECKS, `${option}.`);
  for (const [key, check] of Object.entries(REDIRECT_CHECKS)) {
    check((value as Record<string, unknown>)[key], `${option}.${key}`);
  }
}

function parseUrl(value: string): URL | null {
  return URL.canParse(value) ? new URL(value) : null;
}
