// The locale getters, and what i18n leaves alone: endpoints get no locale magic.
import fc from "fast-check";
import type { I18nOptions } from "starbridge";
import { createContext } from "starbridge";
import { describe, expect, it } from "vitest";
import type { Routes } from "./_app.ts";
import { says, shows, testApp } from "./_app.ts";
import { expressWith } from "./_express.ts";

const current = shows(({ currentLocale }) => currentLocale);
const i18n: I18nOptions = { locales: ["en", "es", "pt-BR"], defaultLocale: "en" };
const withPaths: I18nOptions = {
  locales: ["en", { path: "spanish", codes: ["es", "es-AR"] }, { path: "br", codes: ["pt-BR"] }],
  defaultLocale: "en",
};

describe("routing", () => {
  // I-01
  it("adds and removes no locale for endpoints", async () => {
    const routes: Routes = {
      "index.ts": says("root"),
      "api.ts": says("api"),
      "es/api.ts": says("es"),
    };
    const app = await testApp(routes, { i18n });
    expect(await app.text("/")).toBe("root");
    expect(await app.text("/api")).toBe("api");
    expect(await app.text("/es/api")).toBe("es");
    expect(await app.status("/en/api")).toBe(404);
  });
});

describe("currentLocale", () => {
  const at = async (file: string, path: string, options: I18nOptions = i18n) =>
    (await testApp({ [file]: current }, { i18n: options })).json(path);

  // I-05
  it("is the first segment of a static route's path that is a locale, wherever it stands", async () => {
    expect(await at("es/a.ts", "/es/a")).toBe("es");
    expect(await at("x/pt-BR.ts", "/x/pt-BR")).toBe("pt-BR");
    expect(await at("x/y.ts", "/x/y")).toBe("en");
  });

  // I-05
  it("needs the exact spelling of a locale that is a string", async () => {
    expect(await at("pt-br.ts", "/pt-br")).toBe("en");
    expect(await at("pt_BR.ts", "/pt_BR")).toBe("en");
  });

  // I-05
  it("takes the path of an object locale exactly, and its codes in any case", async () => {
    expect(await at("spanish/a.ts", "/spanish/a", withPaths)).toBe("es");
    expect(await at("Spanish/a.ts", "/Spanish/a", withPaths)).toBe("en");
    expect(await at("es_ar/a.ts", "/es_ar/a", withPaths)).toBe("es-AR");
    expect(await at("PT-br.ts", "/PT-br", withPaths)).toBe("pt-BR");
  });

  // I-05
  it("reads the URL of a dynamic route, .html removed", async () => {
    expect(await at("[...path].ts", "/x/es/y")).toBe("es");
    expect(await at("[...path].ts", "/x/es.html")).toBe("es");
    expect(await at("[...path].ts", "/x/y")).toBe("en");
  });

  // I-05
  it("is overridden by a parameter that names a locale, in any case", async () => {
    expect(await at("es/[lang].ts", "/es/pt-br")).toBe("pt-BR");
    expect(await at("[lang]/x.ts", "/ES/x")).toBe("es");
    expect(await at("[lang]/x.ts", "/spanish/x", withPaths)).toBe("es");
    expect(await at("es/[lang].ts", "/es/nothing")).toBe("es");
  });

  // I-05
  it("is the default only when that is listed or is the path of an object locale", async () => {
    const unlisted = { locales: ["es"], defaultLocale: "en" };
    const byPath: I18nOptions = {
      locales: [{ path: "english", codes: ["en-GB", "en"] }],
      defaultLocale: "english",
    };
    expect(await at("a.ts", "/a", byPath)).toBe("en-GB");
    const context = (options: I18nOptions) =>
      createContext({
        request: new Request("http://x.test/a"),
        userDefinedLocales: options.locales as string[],
        defaultLocale: options.defaultLocale,
      });
    expect(context(unlisted).currentLocale).toBeUndefined();
  });

  // I-05
  it("is undefined without i18n, like its siblings", async () => {
    const all = shows((c) =>
      [c.currentLocale, c.preferredLocale, c.preferredLocaleList].map(
        (value) => value === undefined,
      ),
    );
    const app = await testApp({ "es/a.ts": all });
    const init = { headers: { "accept-language": "es" } };
    expect(await app.json("/es/a", init)).toEqual([true, true, true]);
  });

  // I-05
  it("is the target's after a rewrite", async () => {
    const app = await testApp(
      { "en/a.ts": { GET: (context) => context.rewrite("/es/a") }, "es/a.ts": current },
      { i18n },
    );
    expect(await app.json("/en/a")).toBe("es");
  });

  // I-05 I-10
  it("of an error file is read from the URL", async () => {
    const locale = shows(({ currentLocale }) => currentLocale);
    const app = await testApp({ "404.ts": locale }, { i18n });
    expect(await app.json("/es/none")).toBe("es");
  });

  // I-05 R-63: the host's mount path is not part of what is looked at
  it("is not found in the mount path", async () => {
    const host = await expressWith({ "a.ts": current, "d/[x].ts": current }, { i18n }, "/es");
    expect(await (await host.fetch("/es/a")).json()).toBe("en");
    expect(await (await host.fetch("/es/d/1")).json()).toBe("en");
  });
});

/** The preferred locale and the list of them for an Accept-Language header. */
function preferred(header: string | undefined, { locales, defaultLocale }: I18nOptions = i18n) {
  const context = createContext({
    request: new Request(
      "http://x.test/",
      header === undefined ? {} : { headers: { "accept-language": header } },
    ),
    userDefinedLocales: locales as string[],
    defaultLocale,
  });
  return [context.preferredLocale, context.preferredLocaleList];
}

describe("preferredLocale and preferredLocaleList", () => {
  // I-06 I-08
  it("are the supported locales, best first, in the configured spelling", () => {
    expect(preferred("es")).toEqual(["es", ["es"]]);
    expect(preferred("fr, PT_br;q=0.5, en;q=0.8")).toEqual(["en", ["en", "pt-BR"]]);
    expect(preferred("fr")).toEqual([undefined, []]);
  });

  // I-06
  it("treat an impossible quality as absent", () => {
    expect(preferred("es;q=0.5, en;q=7")).toEqual(["en", ["en", "es"]]);
    expect(preferred("es;q=0.5, en;q=high")).toEqual(["en", ["en", "es"]]);
  });

  // I-06 I-07
  it("have no preference when * comes first", () => {
    expect(preferred("*;q=0.9, es;q=0.5")[0]).toBeUndefined();
    expect(preferred("*, es;q=0.5")).toEqual(["es", ["es"]]);
  });

  // I-07
  it("sort by quality: none counts as 1, and 0 comes last but stays", () => {
    expect(preferred("en;q=0, es;q=0.1, pt-BR")).toEqual(["pt-BR", ["pt-BR", "es", "en"]]);
    expect(preferred("en;q=0")).toEqual(["en", ["en"]]);
  });

  // I-08
  it("are all configured locales for *, and none without the header", () => {
    expect(preferred("*")).toEqual([undefined, ["en", "es", "pt-BR"]]);
    expect(preferred("*", withPaths)[1]).toEqual(["en", "es", "es-AR", "pt-BR"]);
    expect(preferred(undefined)).toEqual([undefined, []]);
  });

  // I-08
  it("compare the codes of object locales with their case in the list only", () => {
    expect(preferred("ES-AR", withPaths)).toEqual(["es-AR", []]);
    expect(preferred("es-AR", withPaths)).toEqual(["es-AR", ["es-AR"]]);
  });

  // I-06 I-08
  it("come from the request's header in an app", async () => {
    const app = await testApp(
      { "a.ts": shows((c) => [c.preferredLocale, c.preferredLocaleList]) },
      { i18n },
    );
    const init = { headers: { "accept-language": "es;q=0.5, en" } };
    expect(await app.json("/a", init)).toEqual(["en", ["en", "es"]]);
    expect(await app.json("/a")).toEqual([null, []]);
  });

  // I-06 I-07 I-08
  it("agree with a plain reading of the header, for any header", () => {
    const quality = fc.option(fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10));
    const name = fc.constantFrom("en", "es", "pt-BR", "PT-br", "fr", "de");
    fc.assert(
      fc.property(fc.array(fc.tuple(name, quality), { minLength: 1, maxLength: 6 }), (wishes) => {
        const header = wishes
          .map(([locale, q]) => (q === null ? locale : `${locale};q=${q}`))
          .join(", ");
        const list = wishes
          .map(([locale, q]) => ({ locale: spelling(locale), q: q ?? 1 }))
          .filter(({ locale }) => locale !== undefined)
          .sort((a, b) => b.q - a.q)
          .map(({ locale }) => locale);
        expect(preferred(header)).toEqual([list[0], list]);
      }),
    );
  });
});

function spelling(locale: string): string | undefined {
  return (i18n.locales as string[]).find((known) => known.toLowerCase() === locale.toLowerCase());
}
