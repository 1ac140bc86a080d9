// Which locale a URL or a client means, for context.currentLocale and its siblings (Astro's rules).
import type { I18nOptions, Params } from "./types.ts";

/**
 * Locale of a path: the first segment that names one, unless a route parameter does.
 *
 * @param pathname The route's own path when it is static, else the URL's, without the mount path.
 */
export function currentLocale(
  pathname: string,
  params: Params,
  { locales, defaultLocale }: I18nOptions,
): string | undefined {
  return localeOfParams(params, locales) ?? localeOfPath(pathname, locales) ?? fallback();

  function fallback(): string | undefined {
    for (const locale of locales) {
      if (typeof locale === "string" ? locale === defaultLocale : locale.path === defaultLocale) {
        return typeof locale === "string" ? locale : locale.codes[0];
      }
    }
    return undefined;
  }
}

function localeOfPath(pathname: string, locales: I18nOptions["locales"]): string | undefined {
  for (const part of pathname.split("/")) {
    const segment = part.replace(/\.html$/, "");
    if (segment === "") continue;
    for (const locale of locales) {
      if (typeof locale === "string") {
        if (segment === locale) return locale;
      } else {
        if (segment === locale.path) return locale.codes[0];
        const code = locale.codes.find((code) => normalise(code) === normalise(segment));
        if (code !== undefined) return code;
      }
    }
  }
  return undefined;
}

function localeOfParams(params: Params, locales: I18nOptions["locales"]): string | undefined {
  for (const value of Object.values(params)) {
    if (value === undefined) continue;
    for (const locale of locales) {
      if (typeof locale === "string") {
        if (normalise(value) === normalise(locale)) return locale;
      } else {
        if (value === locale.path) return locale.codes[0];
        const code = locale.codes.find((code) => normalise(code) === normalise(value));
        if (code !== undefined) return code;
      }
    }
  }
  return undefined;
}

/** The configured locale that the client likes best; `*` first means no preference. */
export function preferredLocale(
  acceptLanguage: string | undefined,
  { locales }: I18nOptions,
): string | undefined {
  const first = supported(acceptLanguage, locales)[0];
  if (first === undefined || first.name === "*") return undefined;
  for (const locale of locales) {
    for (const code of typeof locale === "string" ? [locale] : locale.codes) {
      if (normalise(code) === normalise(first.name)) return code;
    }
  }
  return undefined;
}

/** All configured locales that the client accepts, best first; `[]` without the header. */
export function preferredLocaleList(
  acceptLanguage: string | undefined,
  { locales }: I18nOptions,
): string[] {
  const wanted = supported(acceptLanguage, locales);
  if (wanted.length === 1 && wanted[0]?.name === "*") {
    return locales.flatMap((locale) => (typeof locale === "string" ? [locale] : locale.codes));
  }
  const list: string[] = [];
  for (const { name } of wanted) {
    for (const locale of locales) {
      if (typeof locale === "string") {
        if (normalise(locale) === normalise(name)) list.push(locale);
      } else {
        // Astro compares these codes with their case in the list, and without it for the best one.
        for (const code of locale.codes) if (code === name) list.push(code);
      }
    }
  }
  return list;
}

interface Wish {
  readonly name: string;
  readonly quality: number;
}

function supported(header: string | undefined, locales: I18nOptions["locales"]): Wish[] {
  if (header === undefined) return [];
  const codes = locales.flatMap((locale) => (typeof locale === "string" ? [locale] : locale.codes));
  const known = new Set(codes.map(normalise));
  return parseAcceptLanguage(header)
    .filter(({ name }) => name === "*" || known.has(normalise(name)))
    .sort((a, b) => b.quality - a.quality);
}

/** A missing or impossible quality counts as 1, a bare `*` as 0 (RFC 9110 section 12.5.4 gives 1 to both). */
function parseAcceptLanguage(header: string): Wish[] {
  const wishes: Wish[] = [];
  for (const item of header.split(",")) {
    const [name = "", ...parameters] = item.split(";").map((part) => part.trim());
    if (name === "") continue;
    let quality = name === "*" ? 0 : 1;
    for (const parameter of parameters) {
      const value = /^q=(.+)$/i.exec(parameter)?.[1];
      const number = value === undefined ? Number.NaN : Number.parseFloat(value);
      if (number >= 0 && number <= 1) quality = number;
    }
    wishes.push({ name, quality });
  }
  return wishes;
}

/** `pt_BR` and `pt-br` are the same. */
function normalise(locale: string): string {
  return locale.replaceAll("_", "-").toLowerCase();
}
