// When the middleware chain runs.
import type { MiddlewareHandler } from "starbridge";
import { describe, expect, it } from "vitest";
import { says, testApp } from "./_app.ts";
import { expressWith } from "./_express.ts";

describe("when the chain runs", () => {
  const counter = () => {
    const patterns: string[] = [];
    const middleware: MiddlewareHandler = (context, next) => {
      patterns.push(context.routePattern);
      return next();
    };
    return { patterns, middleware };
  };

  // M-30 R-105
  it("is for matched routes, not for redirects of the configuration nor of the slash", async () => {
    const { patterns, middleware } = counter();
    const app = await testApp(
      { "a.ts": says("a") },
      { middleware, redirects: { "/old": "/a" }, trailingSlash: "never" },
    );
    expect(await app.status("/a")).toBe(200);
    expect(await app.status("/old", { redirect: "manual" })).toBe(301);
    expect(await app.status("/a/", { redirect: "manual" })).toBe(301);
    expect(patterns).toEqual(["/a"]);
  });

  // M-31
  it("is for unmatched paths too when there is no host, as the route /404", async () => {
    const { patterns, middleware } = counter();
    const app = await testApp({ "a.ts": says("a") }, { middleware });
    expect(await app.status("/none")).toBe(404);
    expect(patterns).toEqual(["/404"]);
    const answering = await testApp(
      { "a.ts": says("a") },
      { middleware: ({ url }) => new Response(`made up ${url.pathname}`) },
    );
    const response = await answering.fetch("/none");
    expect([response.status, await response.text()]).toEqual([200, "made up /none"]);
  });

  // M-32: the row of differences.md
  it("is not for paths and methods of the host", async () => {
    const { patterns, middleware } = counter();
    const host = await expressWith({ "a.ts": says("a") }, { middleware });
    expect((await host.fetch("/none")).status).toBe(299);
    expect((await host.fetch("/a", { method: "PATCH" })).status).toBe(299);
    expect(patterns).toEqual([]);
    expect((await host.fetch("/a")).status).toBe(200);
    expect(patterns).toEqual(["/a"]);
  });

  // M-34
  it("is twice for a missing method that is answered as in Astro", async () => {
    const { patterns, middleware } = counter();
    const app = await testApp({ "a.ts": says("a") }, { middleware, methodMismatch: "404" });
    expect(await app.status("/a", { method: "DELETE" })).toBe(404);
    expect(patterns).toEqual(["/a", "/404"]);
  });

  // M-36: the row of differences.md at P-02
  it("sees the path in normal form", async () => {
    const seen: string[] = [];
    const app = await testApp(
      { "api/[...rest].ts": says("api") },
      {
        middleware: (context, next) => {
          seen.push(context.url.pathname);
          return next();
        },
      },
    );
    await app.fetch("/api/%61dmin");
    await app.fetch("/api/a%20b/%e2%82%ac");
    await app.fetch("/api/%2561dmin");
    expect(seen).toEqual(["/api/admin", "/api/a%20b/%E2%82%AC", "/api/%2561dmin"]);
  });
});
