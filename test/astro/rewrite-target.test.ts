// Where a rewrite leads: targets, their requests, and originPathname.
import type { APIContext, MiddlewareHandler } from "starbridge";
import { describe, expect, it } from "vitest";
import type { Routes } from "./_app.ts";
import { says, shows, tellsError, testApp, jsonOf } from "./_app.ts";
import { expressWith } from "./_express.ts";

const post = (body: string) => ({ method: "POST", body, headers: { "content-type": "x/y" } });
/** An endpoint file that rewrites every method to a target. */
const rewrites = (target: string | URL | (() => Request)) => ({
  ALL: (context: APIContext) => context.rewrite(typeof target === "function" ? target() : target),
});
const where = shows(({ url }) => url.href);

describe("the target of a rewrite", () => {
  // M-70
  it.each([
    ["/b", "http://localhost/b"],
    ["b", "http://localhost/b"],
    ["/b?x=1#y", "http://localhost/b?x=1#y"],
    ["", "http://localhost/"],
    ["/deep//b", "http://localhost/deep/b"],
  ])("of %j is resolved against the origin, without the old query", async (payload, href) => {
    const app = await testApp({
      "a/from.ts": rewrites(payload),
      "b.ts": where,
      "deep/b.ts": where,
      "index.ts": where,
    });
    expect(await app.json("/a/from?lost=1")).toBe(href);
  });

  // M-70 D-33
  it("as a URL of another host is routed here, as such a string is 404", async () => {
    const app = await testApp({
      "url.ts": rewrites(new URL("http://other.test/b?x=1")),
      "string.ts": rewrites("http://other.test/b"),
      "slashes.ts": rewrites("//other.test/b"),
      "b.ts": where,
    });
    expect(await app.json("/url")).toBe("http://other.test/b?x=1");
    expect(await app.status("/string")).toBe(404);
    expect(await app.status("/slashes")).toBe(404);
  });

  // M-71 R-63
  it("may have the mount path or not, its URL always does", async () => {
    const host = await expressWith(
      {
        "with.ts": rewrites("/mnt/b"),
        "without.ts": rewrites("/b"),
        "b.ts": shows(({ url, request, routePattern }) => [
          url.pathname,
          new URL(request.url).pathname,
          routePattern,
        ]),
      },
      {},
      "/mnt",
    );
    for (const path of ["/mnt/with", "/mnt/without"]) {
      expect(await (await host.fetch(path)).json()).toEqual(["/mnt/b", "/mnt/b", "/b"]);
    }
  });

  // M-72
  it("must have the slash that the configuration asks for", async () => {
    const app = await testApp(
      { "a.ts": rewrites("/b"), "c.ts": rewrites("/b/"), "b.ts": says("b") },
      { trailingSlash: "always" },
    );
    expect(await app.status("/a/")).toBe(404);
    expect(await app.text("/c/")).toBe("b");
  });

  // M-73 D-33: the row of differences.md at P-02, decoded once
  it("is never reached through a second decoding", async () => {
    const app = await testApp({
      "twice.ts": rewrites("/%2561dmin"),
      "tenfold.ts": rewrites(`/${"%25".repeat(11)}61dmin`),
      "dots.ts": rewrites("/x/%2e%2e/admin%2f..%2f"),
      "bad.ts": rewrites("/%zz"),
      "admin.ts": says("admin"),
      "500.ts": tellsError,
    });
    for (const path of ["/twice", "/tenfold", "/dots", "/bad"]) {
      expect(await app.text(path)).not.toBe("admin");
      expect(await app.status(path)).toBe(404);
    }
  });

  // M-74
  it("may be an error file, whose own status then counts", async () => {
    const app = await testApp({
      "a.ts": rewrites("/404"),
      "b.ts": rewrites("/500"),
      "404.ts": { ALL: () => new Response("four") },
      "500.ts": { ALL: () => new Response("five", { status: 503 }) },
      "[any].ts": says("any"),
    });
    const four = await app.fetch("/a");
    expect([four.status, await four.text()]).toEqual([200, "four"]);
    const five = await app.fetch("/b");
    expect([five.status, await five.text()]).toEqual([503, "five"]);
  });

  // M-75
  it("that no route matches is the 404 file, or a 404, and never the host", async () => {
    const routes: Routes = { "a.ts": rewrites("/legacy") };
    const plain = await expressWith(routes);
    const response = await plain.fetch("/a");
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain("legacy GET");
    const withPage = await expressWith({
      ...routes,
      "404.ts": { ALL: () => new Response("page", { status: 404 }) },
    });
    const paged = await withPage.fetch("/a");
    expect([paged.status, await paged.text()]).toEqual([404, "page"]);
  });

  // M-76
  it("gets the method, the headers, the body and the signal of the request", async () => {
    const app = await testApp({
      "a.ts": rewrites("/b"),
      "b.ts": {
        POST: async ({ request }) =>
          Response.json([
            request.method,
            request.headers.get("content-type"),
            await request.text(),
            request.signal instanceof AbortSignal,
          ]),
      },
    });
    expect(await app.json("/a", post("payload"))).toEqual(["POST", "x/y", "payload", true]);
  });

  // M-76 N-52
  it("hears from the same signal when the client goes away", async () => {
    let aborted: () => void = () => {};
    const gone = new Promise<void>((resolve) => {
      aborted = resolve;
    });
    const leave = new AbortController();
    const host = await expressWith({
      "a.ts": rewrites("/b"),
      "b.ts": {
        GET: async ({ request }) => {
          request.signal.addEventListener("abort", () => aborted());
          leave.abort();
          await gone;
          return new Response();
        },
      },
    });
    await expect(host.fetch("/a", { signal: leave.signal })).rejects.toThrow();
    await gone;
  });

  // M-77
  it("cannot be reached after the body was read, unless from a clone", async () => {
    const app = await testApp({
      "read.ts": {
        POST: async (context) => {
          await context.request.text();
          return context.rewrite("/b");
        },
      },
      "clone.ts": {
        POST: async (context) => {
          await context.request.clone().text();
          return context.rewrite("/b");
        },
      },
      "request.ts": {
        POST: async (context) => {
          const body = await context.request.text();
          return context.rewrite(new Request(new URL("/b", context.url), post(`again ${body}`)));
        },
      },
      "b.ts": { POST: async ({ request }) => new Response(await request.text()) },
      "500.ts": tellsError,
    });
    const failed = await app.fetch("/read", post("x"));
    expect(failed.status).toBe(500);
    expect(await jsonOf(failed)).toMatchObject({
      name: "RewriteWithBodyUsed",
      code: "STARBRIDGE_REWRITE_WITH_BODY_USED",
    });
    expect(await app.text("/clone", post("x"))).toBe("x");
    expect(await app.text("/request", post("x"))).toBe("again x");
  });

  // M-76 M-77: on a real socket, where the body is read from the host's request
  it("gets a body that nobody read, or that was read from a clone only, beside a host too", async () => {
    const host = await expressWith({
      "whole.ts": rewrites("/b"),
      "clone.ts": {
        POST: async (context) => {
          await context.request.clone().text();
          return context.rewrite("/b");
        },
      },
      "b.ts": { POST: async ({ request }) => new Response(await request.text()) },
    });
    for (const path of ["/whole", "/clone"]) {
      const response = await host.fetch(path, post("payload"));
      expect([path, response.status, await response.text()]).toEqual([path, 200, "payload"]);
    }
  });

  // M-78
  it("as a Request comes as it is, and inherits nothing", async () => {
    const app = await testApp({
      "a.ts": rewrites(() => new Request("http://localhost/b", { headers: { "x-own": "1" } })),
      "b.ts": shows(({ request, cookies }) => [
        request.method,
        request.headers.get("x-own"),
        request.headers.get("x-in"),
        cookies.has("in"),
      ]),
    });
    const init = {
      method: "DELETE",
      headers: { "x-in": "1", cookie: "in=1", origin: "http://localhost" },
    };
    expect(await app.json("/a", init)).toEqual(["GET", "1", null, false]);
  });

  // M-80 R-107
  it("as a redirect of the configuration is a 404", async () => {
    const app = await testApp(
      { "a.ts": rewrites("/old"), "b.ts": says("b") },
      { redirects: { "/old": "/b" } },
    );
    const response = await app.fetch("/a", { redirect: "manual" });
    expect([response.status, response.headers.get("location")]).toEqual([404, null]);
  });
});

describe("originPathname", () => {
  const origin = shows(({ originPathname }) => originPathname);
  const toB: MiddlewareHandler = (context, next) =>
    context.routePattern === "/chain" ? next("/b") : next();

  // M-81: the row of differences.md, the pathname as it was
  it("is the pathname as it came, without a rewrite and after one", async () => {
    const app = await testApp(
      {
        "m/get.ts": origin,
        "data.json.ts": origin,
        "x/[...rest].ts": origin,
        "a.ts": rewrites("/b"),
        "chain.ts": says("chain"),
        "b.ts": origin,
      },
      { middleware: toB },
    );
    expect(await app.json("/m/get")).toBe("/m/get");
    expect(await app.json("/m/get/")).toBe("/m/get/");
    expect(await app.json("/data.json?x=1")).toBe("/data.json");
    expect(await app.json("/x/a%20b")).toBe("/x/a b");
    expect(await app.json("/a")).toBe("/a");
    expect(await app.json("/chain")).toBe("/chain");
  });

  // M-81
  it("is the pathname before the last rewrite", async () => {
    const app = await testApp({ "a.ts": rewrites("/b"), "b.ts": rewrites("/c"), "c.ts": origin });
    expect(await app.json("/a")).toBe("/b");
  });

  // M-81 R-63
  it("has no mount path", async () => {
    const host = await expressWith({ "a.ts": rewrites("/b"), "b.ts": origin }, {}, "/mnt");
    expect(await (await host.fetch("/mnt/a")).json()).toBe("/a");
  });
});
