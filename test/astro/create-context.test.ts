// createContext(): a context without an app, for calling middleware by hand.
import { createContext, sequence } from "starbridge";
import { describe, expect, it } from "vitest";
import { contextKeys } from "./_items.ts";

const request = (path = "/a", init?: RequestInit) => new Request(`http://x.test${path}`, init);

describe("createContext", () => {
  // M-100
  it("needs a request and fills in the rest", () => {
    const context = createContext({ request: request(), defaultLocale: "en" });
    expect(context.request.url).toBe("http://x.test/a");
    expect(context.params).toEqual({});
    expect(context.locals).toEqual({});
    expect(context.preferredLocaleList).toEqual([]);
  });

  // M-100
  it("takes params, locals, locales and the client's address", () => {
    const locals = { user: 7 } as App.Locals;
    const context = createContext({
      request: request("/fr/a", { headers: { "accept-language": "de, fr;q=0.5" } }),
      params: { id: "1" },
      locals,
      clientAddress: "192.0.2.1",
      userDefinedLocales: ["en", "fr", "de"],
      defaultLocale: "en",
    });
    expect(context.params).toEqual({ id: "1" });
    expect(context.locals).toBe(locals);
    expect(context.clientAddress).toBe("192.0.2.1");
    expect(context.preferredLocale).toBe("de");
  });

  // M-101
  it("has every key of a context, with the values of nothing configured", async () => {
    const context = createContext({ request: request(), defaultLocale: "", clientAddress: "::1" });
    for (const key of contextKeys) expect(key in context, key).toBe(true);
    expect(context.site).toBeUndefined();
    expect(context.props).toEqual({});
    expect(context.routePattern).toBe("");
    expect(context.isPrerendered).toBe(false);
    expect(context.session).toBeUndefined();
    expect(context.csp).toBeUndefined();
    expect(context.cache.enabled).toBe(false);
    expect(Object.keys(context.logger).sort()).toEqual(["error", "info", "warn"]);
    expect(context.logger.info("silent")).toBeUndefined();
  });

  // M-102
  it("rewrites to an empty answer", async () => {
    const context = createContext({ request: request(), defaultLocale: "" });
    const response = await context.rewrite("/b");
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  // M-102
  it("redirects with 302 unless told otherwise", () => {
    const context = createContext({ request: request(), defaultLocale: "" });
    expect(context.redirect("/b").status).toBe(302);
    expect(context.redirect("/b", 0 as 302).status).toBe(302);
    expect(context.redirect("/b", 308).status).toBe(308);
    expect(context.redirect("/b").headers.get("location")).toBe("/b");
  });

  // M-103
  it.each([undefined, ""])(
    "has no client address when given %o, whatever the headers say",
    (clientAddress) => {
      const context = createContext({
        request: request("/a", { headers: { "x-forwarded-for": "192.0.2.1" } }),
        defaultLocale: "",
        clientAddress,
      });
      expect(() => context.clientAddress).toThrow(
        expect.objectContaining({
          name: "StaticClientAddressNotAvailable",
          code: "STARBRIDGE_STATIC_CLIENT_ADDRESS_NOT_AVAILABLE",
        }),
      );
    },
  );

  // M-104
  it("refuses locals that are no object, and their replacement", () => {
    expect(() =>
      createContext({
        request: request(),
        defaultLocale: "",
        locals: "x" as unknown as App.Locals,
      }),
    ).toThrow(expect.objectContaining({ name: "LocalsNotAnObject" }));
    const context = createContext({ request: request(), defaultLocale: "" });
    expect(() => {
      context.locals = {} as App.Locals;
    }).toThrow(expect.objectContaining({ name: "LocalsReassigned" }));
  });

  // M-105
  it("takes the URL as it is written", () => {
    const context = createContext({ request: request("/%61%20b?x=1"), defaultLocale: "" });
    expect(context.url.href).toBe("http://x.test/%61%20b?x=1");
    expect(context.originPathname).toBe("/%61%20b");
  });

  // M-106
  it("finds the locale in the URL", () => {
    const options = { userDefinedLocales: ["en", "pt-BR"], defaultLocale: "en" };
    expect(createContext({ request: request("/pt-BR/x"), ...options }).currentLocale).toBe("pt-BR");
    expect(createContext({ request: request("/x"), ...options }).currentLocale).toBe("en");
  });

  // M-107
  it("has a cache that does nothing, and actions that are there", async () => {
    const context = createContext({ request: request(), defaultLocale: "" });
    expect(context.cache.set({ maxAge: 1 })).toBeUndefined();
    await expect(context.cache.invalidate({ tags: ["a"] })).rejects.toMatchObject({
      name: "CacheNotEnabled",
    });
    expect(typeof context.callAction).toBe("function");
    expect(context.getActionResult("x")).toBeUndefined();
  });

  // M-100 M-10
  it("runs middleware by hand", async () => {
    const context = createContext({ request: request(), defaultLocale: "" });
    const middleware = sequence(
      (inner, next) => {
        Object.assign(inner.locals, { user: 7 });
        return next();
      },
      async (_inner, next) => {
        const response = await next();
        response.headers.set("x-seen", "1");
        return response;
      },
    );
    const response = await middleware(context, async () => new Response("end"));
    expect(response?.headers.get("x-seen")).toBe("1");
    expect(await response?.text()).toBe("end");
    expect(context.locals).toEqual({ user: 7 });
  });

  // M-47
  it("has no routes to pass a payload to, but from the last handler hands it on", async () => {
    const context = createContext({ request: request(), defaultLocale: "" });
    const early = sequence(
      (_context, next) => next("/b"),
      (_context, next) => next(),
    );
    await expect(
      Promise.resolve().then(() => early(context, async () => new Response())),
    ).rejects.toBeInstanceOf(Error);
    let given: unknown;
    const last = sequence((_context, next) => next("/b"));
    await last(context, async (payload) => {
      given = payload;
      return new Response();
    });
    expect(given).toBe("/b");
  });
});
