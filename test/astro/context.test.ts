// The context's keys: what each is without and with its feature, and that the object is an ordinary one.
import type { APIContext } from "starbridge";
import { describe, expect, it } from "vitest";
import { contextKeys } from "./_items.ts";
import type { Options } from "./_app.ts";
import { says, shows, tellsError, testApp, untyped, jsonOf } from "./_app.ts";
import { bridge, expressHost, expressWith } from "./_express.ts";

/** What a request of `/u/7?x=1` shows of its context. */
async function seen(pick: (context: APIContext) => unknown, options: Options = {}, init = {}) {
  const app = await testApp({ "u/[id].ts": shows(pick), "500.ts": tellsError }, options);
  return app.json("/u/7?x=1", init, { clientAddress: "192.0.2.7" });
}

describe("the context", () => {
  // C-01
  it("has Astro's keys as own enumerable properties", async () => {
    const found = await seen((context) => Object.keys(context));
    expect(found).toEqual(expect.arrayContaining([...contextKeys]));
    expect(found).not.toContain("response");
  });

  // C-01
  it("can be taken apart and spread", async () => {
    const found = await seen(async (context) => {
      const { params, redirect, cookies, ...rest } = context;
      const copy = { ...context };
      cookies.set("a", "1");
      return [
        params,
        redirect("/x").status,
        rest.url.pathname,
        rest.clientAddress,
        copy.routePattern,
        copy.cookies.get("a")?.value,
      ];
    });
    expect(found).toEqual([{ id: "7" }, 302, "/u/7", "192.0.2.7", "/u/[id]", "1"]);
  });

  // C-01
  it("is not frozen", async () => {
    const app = await testApp(
      { "a.ts": shows((context) => (context as APIContext & { extra?: unknown }).extra) },
      {
        middleware: (context, next) => {
          Object.assign(context, { extra: "mine" });
          return next();
        },
      },
    );
    expect(await app.json("/a")).toBe("mine");
  });

  // C-01 R1
  it("has a genuine Request", async () => {
    const found = await seen(async ({ request }) => [
      request instanceof Request,
      request.constructor === Request,
      new Request(request).url,
      request.clone().method,
    ]);
    expect(found).toEqual([true, true, "http://localhost/u/7?x=1", "GET"]);
  });

  // C-01
  it("has a URL of its own, which may be changed", async () => {
    const found = await seen(({ url, request }) => {
      const before = url.href;
      url.searchParams.set("y", "2");
      return [url instanceof URL, before, url.search, request.url];
    });
    const href = "http://localhost/u/7?x=1";
    expect(found).toEqual([true, href, "?x=1&y=2", href]);
  });

  // C-01
  it("has the route's pattern, / for the root", async () => {
    expect(await seen(({ routePattern }) => routePattern)).toBe("/u/[id]");
    const pattern = shows(({ routePattern }) => routePattern);
    const app = await testApp({
      "index.ts": pattern,
      "dir/index.ts": pattern,
      "x/[...rest].json.ts": pattern,
    });
    expect(await app.json("/")).toBe("/");
    expect(await app.json("/dir")).toBe("/dir");
    expect(await app.json("/x/a.json")).toBe("/x/[...rest].json");
  });

  // C-01
  it("has the configured site as a URL, its path included, or undefined", async () => {
    const site = ({ site }: APIContext) => [site instanceof URL, site?.href ?? "none"];
    expect(await seen(site)).toEqual([false, "none"]);
    expect(await seen(site, { site: "https://x.test/docs" })).toEqual([
      true,
      "https://x.test/docs",
    ]);
  });

  // C-01
  it("names its generator, and is not prerendered", async () => {
    const found = await seen(({ generator, isPrerendered, props }) => [
      generator,
      isPrerendered,
      props,
    ]);
    expect(found).toEqual([expect.stringMatching(/^\w+.* v\d+\.\d+/), false, {}]);
  });

  // C-01
  it("has no session, no policy and a disabled cache when none is configured", async () => {
    const found = await seen(async (context) => {
      const failure = await context.cache.invalidate({ tags: ["a"] }).catch((error) => error);
      context.cache.set({ maxAge: 1 });
      return [
        context.session === undefined,
        context.csp === undefined,
        context.cache.enabled,
        failure.name,
        failure.code,
      ];
    });
    const code = "STARBRIDGE_CACHE_NOT_ENABLED";
    expect(found).toEqual([true, true, false, "CacheNotEnabled", code]);
  });

  // C-01 V-40
  it("has a logger of exactly three methods, which writes to the host's log", async () => {
    const lines: unknown[][] = [];
    const at =
      (level: string) =>
      (...args: unknown[]) => {
        lines.push([level, ...args]);
      };
    const logger = { info: at("info"), warn: at("warn"), error: at("error") };
    const found = await seen(
      ({ logger }) => {
        logger.info("one");
        logger.warn("two");
        logger.error("three");
        return Object.keys(logger).sort();
      },
      { logger },
    );
    expect(found).toEqual(["error", "info", "warn"]);
    const text = lines.map((line) => JSON.stringify(line)).join("\n");
    expect(text).toMatch(/"info".*one[\s\S]*"warn".*two[\s\S]*"error".*three/);
  });

  // C-01
  it("has the functions of actions, which have nothing to act on", async () => {
    const found = await seen((context) => [
      typeof context.callAction,
      context.getActionResult(() => {}) === undefined,
    ]);
    expect(found).toEqual(["function", true]);
  });

  // C-02
  it("has no csp to insert directives with", async () => {
    expect(await seen(({ csp }) => String(csp))).toBe("undefined");
  });
});

describe("clientAddress", () => {
  // C-10
  it("is the address that the host knows", async () => {
    const address = shows(({ clientAddress }) => clientAddress);
    const host = await expressWith({ "a.ts": address });
    const forged = { headers: { "x-forwarded-for": "6.6.6.6" } };
    expect(await (await host.fetch("/a", forged)).json()).toMatch(/^(::ffff:)?127\.0\.0\.1$/);
  });

  // C-10 X-30: the row of differences.md, trust is the host's
  it("is the forwarded one where the host trusts it", async () => {
    const host = await expressHost((app) => {
      app.set("trust proxy", true);
      app.use(bridge({ "a.ts": shows(({ clientAddress }) => clientAddress) }));
    });
    const init = { headers: { "x-forwarded-for": "192.0.2.9" } };
    expect(await (await host.fetch("/a", init)).json()).toBe("192.0.2.9");
  });

  // C-11 C-12
  it("throws where there is none, on access and not before", async () => {
    const app = await testApp({
      "untouched.ts": says("fine"),
      "read.ts": { GET: (context) => new Response(context.clientAddress) },
      "parameter.ts": { GET: ({ clientAddress }) => new Response(clientAddress) },
      "500.ts": tellsError,
    });
    expect(await app.text("/untouched")).toBe("fine");
    for (const path of ["/read", "/parameter"]) {
      const response = await app.fetch(path);
      expect(response.status).toBe(500);
      expect(await jsonOf(response)).toMatchObject({
        name: "ClientAddressNotAvailable",
        code: "STARBRIDGE_CLIENT_ADDRESS_NOT_AVAILABLE",
      });
    }
  });
});

describe("redirect", () => {
  const redirects = async (path: string, status?: number) => {
    const app = await testApp({
      "a.ts": { GET: untyped((context: APIContext) => context.redirect(path, status as 302)) },
    });
    return app.fetch("/a", { redirect: "manual" });
  };

  // C-20
  it.each([
    "/b",
    "b?x=1#y",
    "../up",
    "https://x.test/é".replace("é", "%C3%A9"),
    "//other.test/",
    "",
  ])("sends %j as it is, with 302 and no body", async (path) => {
    const response = await redirects(path);
    expect([response.status, response.headers.get("location"), response.body]).toEqual([
      302,
      path,
      null,
    ]);
  });

  // C-20
  it("sends Latin-1 as it is, and cannot send what is beyond", async () => {
    expect((await redirects("/ü")).headers.get("location")).toBe("/ü");
    expect((await redirects("/日本")).status).toBe(500);
  });

  // C-20
  it("knows nothing of the mount path", async () => {
    const host = await expressWith({ "a.ts": { GET: (c) => c.redirect("/b") } }, {}, "/mnt");
    expect((await host.fetch("/mnt/a")).headers.get("location")).toBe("/b");
  });

  // C-21
  it("takes any status that Response takes", async () => {
    for (const status of [200, 301, 303, 307, 308]) {
      const response = await redirects("/b", status);
      expect([response.status, response.headers.get("location")]).toEqual([status, "/b"]);
    }
    expect((await redirects("/b", 199)).status).toBe(500);
  });

  // C-22
  it("gives an answer that can carry cookies and headers", async () => {
    const app = await testApp(
      {
        "a.ts": {
          GET: (context) => {
            context.cookies.set("a", "1");
            const response = context.redirect("/b");
            response.headers.set("x-endpoint", "1");
            return response;
          },
        },
      },
      {
        middleware: async (_context, next) => {
          const response = await next();
          response.headers.set("x-middleware", "1");
          return response;
        },
      },
    );
    const response = await app.fetch("/a", { redirect: "manual" });
    expect([response.status, response.headers.getSetCookie()]).toEqual([302, ["a=1"]]);
    expect(response.headers.get("x-endpoint")).toBe("1");
    expect(response.headers.get("x-middleware")).toBe("1");
  });

  // C-23
  it("has a sibling, rewrite, that takes a string, a URL or a Request", async () => {
    const app = await testApp({
      "string.ts": { GET: (c) => c.rewrite("/b") },
      "url.ts": { GET: (c) => c.rewrite(new URL("/b", c.url)) },
      "request.ts": { GET: (c) => c.rewrite(new Request(new URL("/b", c.url))) },
      "b.ts": says("b"),
    });
    for (const path of ["/string", "/url", "/request"]) expect(await app.text(path)).toBe("b");
  });
});
