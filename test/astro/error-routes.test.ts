// The 404 and 500 files: when they answer, and what they are given.
import { describe, expect, it } from "vitest";
import type { Handlers } from "./_app.ts";
import { says, shows, testApp, jsonOf } from "./_app.ts";
import { expressWith } from "./_express.ts";

const throws = (value: unknown): Handlers => ({
  ALL: () => {
    throw value;
  },
});
const page = (status: number, text = `page ${status}`): Handlers => ({
  ALL: () => new Response(text, { status }),
});

/** A middleware that replaces the answer of one path by an empty one. */
const empties =
  (path: string, status: number, headers: Record<string, string> = {}) =>
  async (
    context: { url: URL; routePattern: string },
    next: () => Promise<Response>,
  ): Promise<Response> =>
    context.url.pathname === path && !/^\/(404|500)$/.test(context.routePattern)
      ? new Response(null, { status, statusText: "Emptied", headers })
      : next();

describe("which file answers", () => {
  // E-40
  it("is 404.ts for an unmatched path and 500.ts for a thrown error", async () => {
    const app = await testApp({
      "a.ts": throws(new Error("x")),
      "404.ts": page(404),
      "500.ts": page(500),
    });
    const missing = await app.fetch("/none");
    expect([missing.status, await missing.text()]).toEqual([404, "page 404"]);
    const failed = await app.fetch("/a");
    expect([failed.status, await failed.text()]).toEqual([500, "page 500"]);
  });

  // E-40 I-10
  it("is the locale's own 404 for a matched route, the plain one for an unmatched path", async () => {
    const app = await testApp(
      {
        "es/gone.ts": says("gone"),
        "es/404.ts": page(404, "no existe"),
        "fr/gone.ts": says("gone"),
        "404.ts": page(404, "not there"),
      },
      {
        i18n: { locales: ["en", "es", "fr"], defaultLocale: "en" },
        middleware: async (context, next) =>
          context.url.pathname.endsWith("/gone") && !context.routePattern.endsWith("404")
            ? new Response(null, { status: 404 })
            : next(),
      },
    );
    expect(await app.text("/es/gone")).toBe("no existe");
    expect(await app.text("/fr/gone")).toBe("not there");
    expect(await app.text("/es/none")).toBe("not there");
  });

  // E-41
  it("is none of ours without such a file: a plain 404, an empty 500", async () => {
    const app = await testApp({ "a/b.ts": throws(new Error("x")) });
    expect(await app.status("/none")).toBe(404);
    const failed = await app.fetch("/a/b");
    expect([failed.status, await failed.text()]).toEqual([500, ""]);
  });

  // E-55: the row of differences.md
  it("is never a dynamic route", async () => {
    let runs = 0;
    const app = await testApp({
      "a/b.ts": throws(new Error("x")),
      "[...path].ts": {
        GET: ({ url }) => {
          runs += 1;
          if (url.pathname === "/broken") throw new Error("y");
          return new Response("catch-all");
        },
      },
    });
    const other = await app.fetch("/a/b");
    expect([other.status, await other.text(), runs]).toEqual([500, "", 0]);
    const own = await app.fetch("/broken");
    expect([own.status, await own.text(), runs]).toEqual([500, "", 1]);
  });

  // E-50
  it.each([404, 500])("answers for an empty %i of the middleware", async (status) => {
    const app = await testApp(
      { "a.ts": says("a"), "404.ts": page(404), "500.ts": page(500) },
      { middleware: empties("/a", status) },
    );
    const response = await app.fetch("/a");
    expect([response.status, await response.text()]).toEqual([status, `page ${status}`]);
  });

  // E-51
  it("does not answer for a 404 whose body is the empty string", async () => {
    const app = await testApp(
      { "a.ts": says("a"), "404.ts": page(404) },
      {
        middleware: async ({ url }, next) =>
          url.pathname === "/a" ? new Response("", { status: 404 }) : next(),
      },
    );
    expect(await app.text("/a")).toBe("");
  });

  // E-53
  it("answers direct requests for /404 and /500 with its own status", async () => {
    const app = await testApp({ "404.ts": page(200, "four"), "500.ts": page(202, "five") });
    const four = await app.fetch("/404");
    expect([four.status, await four.text()]).toEqual([200, "four"]);
    const five = await app.fetch("/500");
    expect([five.status, await five.text()]).toEqual([202, "five"]);
  });

  // E-53
  it("is an ordinary miss for /500 when there is none", async () => {
    const app = await testApp({ "404.ts": page(404) });
    const response = await app.fetch("/500");
    expect([response.status, await response.text()]).toEqual([404, "page 404"]);
  });

  // M-32 E-40: beside a host the 404 file is not for the host's paths
  it("leaves unmatched paths to the host although there is a 404 file", async () => {
    const host = await expressWith({ "404.ts": page(404), "a.ts": says("a") });
    const response = await host.fetch("/none");
    expect([response.status, await response.text()]).toEqual([299, "legacy GET /none"]);
  });
});

describe("the run of an error file", () => {
  // E-42
  it("goes through the whole chain, with the same request, URL and locals", async () => {
    const seen: unknown[][] = [];
    const requests = new Set<Request>();
    const locals = new Set<unknown>();
    const thrown = new Error("boom");
    const app = await testApp(
      {
        "u/[id].ts": throws(thrown),
        "500.ts": {
          GET: (context) => {
            seen.push(["endpoint", context.routePattern, { ...context.params }, context.url.href]);
            return Response.json([context.props.error === thrown, context.locals], { status: 500 });
          },
        },
      },
      {
        middleware: (context, next) => {
          requests.add(context.request);
          locals.add(context.locals);
          Object.assign(context.locals, { runs: requests.size + seen.length });
          seen.push(["chain", context.routePattern, { ...context.params }, context.url.href]);
          return next();
        },
      },
    );
    expect(await app.json("/u/1?x=2")).toEqual([true, { runs: 2 }]);
    const url = "http://localhost/u/1?x=2";
    expect(seen).toEqual([
      ["chain", "/u/[id]", { id: "1" }, url],
      ["chain", "/500", {}, url],
      ["endpoint", "/500", {}, url],
    ]);
    expect([requests.size, locals.size]).toEqual([1, 1]);
  });

  // E-42
  it("is given the error: undefined for 404, null for an empty 500", async () => {
    const kind: Handlers = shows(({ props }) => [
      "error" in props,
      props.error === undefined ? "undefined" : String(props.error),
    ]);
    const app = await testApp(
      { "a.ts": says("a"), "404.ts": kind, "500.ts": kind },
      { middleware: empties("/a", 500) },
    );
    expect((await app.json("/none"))[1]).toBe("undefined");
    expect(await app.json("/a")).toEqual([true, "null"]);
  });

  // E-42
  it("starts with cookies of its own", async () => {
    const app = await testApp(
      {
        "a.ts": {
          GET: ({ cookies }) => {
            cookies.set("doomed", "1");
            throw new Error("x");
          },
        },
        "500.ts": {
          GET: ({ cookies }) => {
            const has = cookies.has("doomed");
            cookies.set("page", "1");
            return Response.json({ has }, { status: 500 });
          },
        },
      },
      {},
    );
    const response = await app.fetch("/a");
    expect(await jsonOf(response)).toEqual({ has: false });
    expect(response.headers.getSetCookie()).toEqual(["page=1"]);
  });

  // E-43
  it("uses the original method, so a file without it leaves an empty 404", async () => {
    const app = await testApp({ "404.ts": { GET: () => new Response("page", { status: 404 }) } });
    const response = await app.fetch("/none", { method: "PUT" });
    expect([response.status, await response.text()]).toEqual([404, ""]);
    expect(await app.text("/none")).toBe("page");
  });

  // E-47
  it("is repeated without middleware when it throws", async () => {
    let runs = 0;
    const app = await testApp(
      { "a.ts": says("a"), "500.ts": page(500) },
      {
        middleware: () => {
          runs += 1;
          throw new Error("chain");
        },
      },
    );
    const response = await app.fetch("/a");
    expect([response.status, await response.text(), runs]).toEqual([500, "page 500", 2]);
  });

  // E-47
  it("ends in an empty answer when the file itself throws", async () => {
    const app = await testApp({ "a.ts": throws(new Error("a")), "500.ts": throws(new Error("b")) });
    const response = await app.fetch("/a");
    expect([response.status, await response.text()]).toEqual([500, ""]);
  });

  // E-47
  it("ends in 500 when the 404 file throws after a rewrite to nowhere", async () => {
    const app = await testApp({
      "a.ts": { GET: (context) => context.rewrite("/none") },
      "404.ts": throws(new Error("404 is broken")),
    });
    expect(await app.status("/a")).toBe(500);
  });

  // E-48
  it("does not loop when the middleware empties every answer", async () => {
    let runs = 0;
    const app = await testApp(
      { "a.ts": says("a"), "404.ts": page(404) },
      {
        middleware: () => {
          runs += 1;
          return new Response(null, { status: 404, headers: { "x-run": String(runs) } });
        },
      },
    );
    const response = await app.fetch("/a");
    expect([response.status, await response.text()]).toEqual([404, ""]);
    expect(response.headers.get("x-run")).toBe("1");
    expect(runs).toBe(2);
  });

  // E-49
  it("is repeated without middleware when a rewrite empties it again", async () => {
    const app = await testApp(
      { "a.ts": says("a"), "b.ts": says("b"), "404.ts": page(404) },
      {
        middleware: async (context, next) => {
          if (context.routePattern === "/404") return context.rewrite("/b");
          await next();
          return new Response(null, { status: 404 });
        },
      },
    );
    const response = await app.fetch("/a");
    expect([response.status, await response.text()]).toEqual([404, "page 404"]);
  });
});
