import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../lib/config.ts";
import type { BridgeOptions } from "../../lib/types.ts";

/** What is said of options that no type lets pass. */
function refusalOf(options: object): string {
  try {
    resolveConfig(options as BridgeOptions);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("They were taken.");
}

describe("the option shared", () => {
  it("may be globs, or a map of the host's files by source", () => {
    expect(resolveConfig().shared).toEqual([]);
    expect(resolveConfig({ shared: ["src/db.ts", "!src/*.ts"] }).shared).toHaveLength(2);
    const map = { "src/db.ts": "dist/db.js" };
    expect(resolveConfig({ shared: map }).shared).toEqual(map);
  });

  it.each([
    [
      { shared: "src/db.ts" },
      'The option "shared" must be a list of globs, or a map of the host\'s files by source file, but it is "src/db.ts".',
    ],
    [
      { shared: ["src/db.ts", 1] },
      'The option "shared[1]" must be a glob, but it is the number 1.',
    ],
    [
      { shared: { "src/db.ts": true } },
      'The option "shared["src/db.ts"]" must be the file that the host loads, relative to root, but it is the boolean true.',
    ],
    [
      { shared: { "src/*.ts": "dist/*.js" } },
      'The option "shared["src/*.ts"]" must be the path of one file, globs stand in a list, but it is "dist/*.js".',
    ],
  ])("is refused as %j", (options, message) => {
    expect(refusalOf(options)).toBe(message);
  });

  it("is guessed from a name that is almost right", () => {
    expect(refusalOf({ share: [] })).toContain(
      'There is no option "share"; did you mean "shared"?',
    );
  });
});

describe("a key that is no option", () => {
  const redirects = (entry: object): object => ({ redirects: { "/a": entry } });
  const i18n = (entries: object): object => ({
    i18n: { locales: ["en"], defaultLocale: "en", ...entries },
  });
  const locale = (entry: object): object => ({ i18n: { locales: [entry], defaultLocale: "en" } });
  const domain = (entry: object): object => ({ security: { allowedDomains: [entry] } });

  it.each([
    [{ page: "a" }, "page", "pages"],
    [{ Site: "a" }, "Site", "site"],
    [{ checkOrigin: true }, "checkOrigin", "security.checkOrigin"],
    [{ checkorigin: true }, "checkorigin", "security.checkOrigin"],
    [{ bodySizeLimit: 1 }, "bodySizeLimit", "security.bodySizeLimit"],
    [{ bodyLimit: 1 }, "bodyLimit", "security.bodySizeLimit"],
    [{ allowedDomains: [] }, "allowedDomains", "security.allowedDomains"],
    [{ locales: [] }, "locales", "i18n.locales"],
    [{ locale: "en" }, "locale", "i18n.locales"],
    [{ defaultLocale: "en" }, "defaultLocale", "i18n.defaultLocale"],
    [{ security: { checkOrigins: true } }, "security.checkOrigins", "security.checkOrigin"],
    [{ security: { site: "a" } }, "security.site", "site"],
    [i18n({ locale: "en" }), "i18n.locale", "i18n.locales"],
    [i18n({ defaultLocal: "en" }), "i18n.defaultLocal", "i18n.defaultLocale"],
    [i18n({ trailingSlash: "never" }), "i18n.trailingSlash", "trailingSlash"],
    [locale({ path: "en", code: [] }), "i18n.locales[0].code", "i18n.locales[0].codes"],
    [locale({ paths: "en", codes: [] }), "i18n.locales[0].paths", "i18n.locales[0].path"],
    [redirects({ stauts: 301 }), 'redirects["/a"].stauts', 'redirects["/a"].status'],
    [redirects({ destnation: "/" }), 'redirects["/a"].destnation', 'redirects["/a"].destination'],
    [redirects({ dest: "/" }), 'redirects["/a"].dest', 'redirects["/a"].destination'],
    [
      domain({ host: "a.test" }),
      "security.allowedDomains[0].host",
      "security.allowedDomains[0].hostname",
    ],
  ])("%j is refused with the nearest right one", (options, key, nearest) => {
    expect(refusalOf(options)).toContain(
      `There is no option "${key}"; did you mean "${nearest}"? Known options: `,
    );
  });

  it.each([
    [{ foo: 1 }, "foo", "root, pages, middleware"],
    [i18n({ foo: 1 }), "i18n.foo", "locales, defaultLocale, routing, fallback, domains."],
    [locale({ path: "en", codes: ["en"], foo: 1 }), "i18n.locales[0].foo", "path, codes."],
    [
      redirects({ destination: "/", status: 301, foo: 1 }),
      'redirects["/a"].foo',
      "destination, status.",
    ],
    [domain({ foo: 1 }), "security.allowedDomains[0].foo", "hostname, protocol, port."],
    [{ security: { foo: 1 } }, "security.foo", "checkOrigin, bodySizeLimit, allowedDomains."],
  ])("%j is refused with the known ones", (options, key, known) => {
    expect(refusalOf(options)).toContain(`There is no option "${key}". Known options: ${known}`);
  });

  it("is named also where its place is then empty", () => {
    expect(refusalOf({ i18n: { locale: ["en"] } })).toContain('"i18n.locale"; did you mean');
  });
});

describe("a value that is none", () => {
  it.each([
    [{ redirects: { "/x": "" } }, 'The option "redirects["/x"]" must be a path or a URL, but'],
    [
      { redirects: { "/x": { destination: "", status: 301 } } },
      'The option "redirects["/x"].destination" must be a path or a URL, but it is "".',
    ],
    [
      { redirects: { "/x": { destination: "/" } } },
      'The option "redirects["/x"].status" must be one of 300, 301, 302, 303, 304, 307, 308, but it is undefined.',
    ],
    [{ i18n: {} }, 'The option "i18n.locales" must be a list of locales, but it is undefined.'],
    [{ i18n: { locales: ["en"] } }, 'The option "i18n.defaultLocale" must be one of en, but'],
    [
      { i18n: { locales: [{ path: "en" }], defaultLocale: "en" } },
      'The option "i18n.locales[0]" must be a locale or { path, codes }, but it is an object.',
    ],
    [
      { i18n: { locales: [{ path: "en", codes: [] }], defaultLocale: "en" } },
      'The option "i18n.locales[0].codes" must be a list of language codes, but it is an empty array.',
    ],
    [
      { i18n: { locales: [], defaultLocale: "en" } },
      'The option "i18n.locales" must be a list of locales, but it is an empty array.',
    ],
    [
      { security: { allowedDomains: [{ protocol: "https:" }] } },
      'The option "security.allowedDomains[0].protocol" must be "http" or "https", but it is "https:".',
    ],
    [
      { security: { allowedDomains: [{ port: "80a" }] } },
      'The option "security.allowedDomains[0].port" must be a port as text, "8443" for instance, but it is "80a".',
    ],
    [
      { security: { allowedDomains: [{ port: 80 }] } },
      'a port as text, "8443" for instance, but it is the number 80.',
    ],
    [{ redirects: new Map() }, "must be a map of destinations by route pattern, but it is an inst"],
    [{ security: new Map() }, 'The option "security" must be an object, but it is an instance of'],
    [new Map(), 'The option "options" must be an object, but it is an instance of Map.'],
  ])("is refused: %j", (options, message) => {
    expect(refusalOf(options)).toContain(message);
  });

  it("is none of those that are right", () => {
    const options: BridgeOptions = {
      i18n: { locales: ["en", { path: "fr", codes: ["fr-FR"] }], defaultLocale: "fr" },
      redirects: { "/a": "/b", "/c": { destination: "/d", status: 302 } },
      security: { allowedDomains: [{ hostname: "*.a.test", protocol: "https", port: "8443" }] },
      logger: new (class {
        info(): void {}
        warn(): void {}
        error(): void {}
      })(),
    };
    expect(resolveConfig(options)).toMatchObject({ i18n: options.i18n });
  });
});
