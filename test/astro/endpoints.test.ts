// How the handler of a request is found, called, and what may go wrong with it.
import { describe, expect, it } from "vitest";
import type { APIRoute } from "starbridge";
import type { Handlers } from "./_app.ts";
import { captureLog, says, statuses, tellsError, testApp, untyped, jsonOf } from "./_app.ts";
import { expressWith } from "./_express.ts";

const names = (handlers: string[]): Handlers =>
  Object.fromEntries(
    handlers.map((name) => [name, () => new Response(null, { headers: { by: name } })]),
  );

async function by(handlers: Handlers, method: string): Promise<string | number> {
  const app = await testApp({ "a.ts": handlers });
  const response = await app.fetch("/a", { method });
  return response.headers.get("by") ?? response.status;
}

describe("handler look-up", () => {
  // E-01
  it("takes the export of the method's name, else ALL, and for HEAD at last GET", async () => {
    expect(await by(names(["GET", "POST", "ALL"]), "POST")).toBe("POST");
    expect(await by(names(["GET", "ALL"]), "PUT")).toBe("ALL");
    expect(await by(names(["GET"]), "HEAD")).toBe("GET");
    expect(await by(names(["POST"]), "HEAD")).toBe(404);
  });

  // E-01
  it("counts an export of null or undefined as missing", async () => {
    const nothing = { ...names(["ALL"]), GET: untyped(null), POST: untyped(undefined) };
    expect(await by(nothing, "GET")).toBe("ALL");
    expect(await by(nothing, "POST")).toBe("ALL");
    expect(await by({ ...names(["PUT"]), GET: untyped(null) }, "GET")).toBe(404);
  });

  // E-02
  it("gives HEAD to ALL before GET, and to HEAD before both", async () => {
    expect(await by(names(["GET", "ALL"]), "HEAD")).toBe("ALL");
    expect(await by(names(["GET", "ALL", "HEAD"]), "HEAD")).toBe("HEAD");
  });

  // E-03
  it("answers OPTIONS only where the file does, without inventing Allow", async () => {
    expect(await by(names(["OPTIONS"]), "OPTIONS")).toBe("OPTIONS");
    expect(await by(names(["ALL"]), "OPTIONS")).toBe("ALL");
    const app = await testApp({ "a.ts": names(["GET", "POST"]) });
    const response = await app.fetch("/a", { method: "OPTIONS" });
    expect(response.status).toBe(404);
    expect(response.headers.get("allow")).toBeNull();
  });

  // E-03 E-05: the row of differences.md
  it("leaves a method that the file lacks to the host, and OPTIONS with it", async () => {
    const host = await expressWith({ "a.ts": names(["GET"]) });
    for (const method of ["POST", "OPTIONS", "DELETE"]) {
      const response = await host.fetch("/a", { method, headers: { origin: host.origin } });
      expect([response.status, await response.text()]).toEqual([299, `legacy ${method} /a`]);
    }
    expect((await host.fetch("/a")).headers.get("by")).toBe("GET");
  });

  // E-03: methodMismatch
  it('answers 405 with Allow under methodMismatch: "405"', async () => {
    const app = await testApp({ "a.ts": names(["GET", "PUT"]) }, { methodMismatch: "405" });
    const response = await app.fetch("/a", { method: "DELETE" });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")?.split(/, */).sort()).toEqual(["GET", "HEAD", "PUT"]);
  });

  // E-04
  it("takes any method token", async () => {
    expect(await by(names(["PROPFIND"]), "PROPFIND")).toBe("PROPFIND");
    expect(await by(names(["GET"]), "PROPFIND")).toBe(404);
    const host = await expressWith({ "a.ts": names(["PROPFIND"]) });
    expect((await host.fetch("/a", { method: "PROPFIND" })).headers.get("by")).toBe("PROPFIND");
  });

  // E-05
  it("without a host answers a missing method with the 404 page", async () => {
    const app = await testApp({
      "a.ts": names(["GET"]),
      "404.ts": { ALL: ({ url }) => new Response(`no ${url.pathname}`, { status: 404 }) },
    });
    const response = await app.fetch("/a", { method: "POST" });
    expect([response.status, await response.text()]).toEqual([404, "no /a"]);
  });

  // E-05
  it('answers a missing method with the 404 page under methodMismatch: "404", beside a host too', async () => {
    const host = await expressWith(
      { "a.ts": names(["GET"]), "404.ts": { ALL: () => new Response("ours", { status: 404 }) } },
      { methodMismatch: "404" },
    );
    const response = await host.fetch("/a", { method: "DELETE" });
    expect([response.status, await response.text()]).toEqual([404, "ours"]);
  });

  // E-06
  it("logs a missing method with the path and what the file exports", async () => {
    const log = captureLog();
    const module = { ...names(["GET"]), all: untyped(() => {}), prerender: untyped(false) };
    const app = await testApp({ "m/a.ts": module }, { methodMismatch: "404", logger: log.logger });
    await app.fetch("/m/a", { method: "POST" });
    const warned = log.lines.filter((line) => line.level === "warn").map((line) => line.text);
    expect(warned.join("\n")).toMatch(/POST/);
    expect(warned.join("\n")).toMatch(/\/m\/a/);
    expect(warned.join("\n")).toMatch(/"GET"/);
    expect(warned.join("\n")).toMatch(/"prerender"/);
    expect(warned.join("\n")).toMatch(/\bALL\b/);
  });

  // E-07
  it("answers 500 when the export is not a function, and names it in the log", async () => {
    const log = captureLog();
    const app = await testApp(
      { "a.ts": async () => ({ GET: untyped(42) }) },
      { logger: log.logger },
    );
    const response = await app.fetch("/a");
    expect([response.status, await response.text()]).toEqual([500, ""]);
    const logged = log.lines.filter((line) => line.level === "error").map((line) => line.text);
    expect(logged.join("\n")).toMatch(/GET.*a\.ts.*number/);
  });

  // E-08
  it("calls the handler as a method of its module, with the context alone", async () => {
    const module: Handlers & { label?: unknown } = {
      GET: untyped(function (this: { label: string }, ...args: unknown[]) {
        return Response.json([this.label, this === (module as unknown), args.length]);
      }),
    };
    Object.assign(module, { label: "module" });
    const app = await testApp({ "a.ts": module });
    expect(await app.json("/a")).toEqual(["module", true, 1]);
  });

  // E-09
  it("never uses the default export", async () => {
    const app = await testApp({ "a.ts": { default: says("x").GET as APIRoute } });
    expect(await app.status("/a")).toBe(404);
  });

  // E-09: nor what a module object inherits
  it("does not find handlers by names that objects inherit", async () => {
    const app = await testApp({ "a.ts": says("a") });
    expect(await app.status("/a", { method: "constructor" })).toBe(404);
    expect(await app.status("/a", { method: "__proto__" })).toBe(404);
    expect(await app.status("/a", { method: "toString" })).toBe(404);
  });

  // E-10
  it("loads a module once, on the first request that needs it", async () => {
    let loads = 0;
    const app = await testApp(
      {
        "a.ts": async () => {
          loads += 1;
          return says("a");
        },
        "b.ts": says("b"),
      },
      { warmup: "none" },
    );
    await app.text("/b");
    expect(loads).toBe(0);
    expect(await Promise.all([app.text("/a"), app.text("/a")])).toEqual(["a", "a"]);
    await app.text("/a");
    expect(loads).toBe(1);
  });

  // E-10
  it("answers 500 when the module throws while it loads, and nothing else suffers", async () => {
    const app = await testApp({
      "a.ts": async () => {
        throw new Error("no database");
      },
      "b.ts": says("b"),
      "500.ts": tellsError,
    });
    const response = await app.fetch("/a");
    expect(response.status).toBe(500);
    expect((await jsonOf(response)).code).toBe("STARBRIDGE_MODULE_FAILED");
    expect(await statuses(app, ["/b"])).toEqual({ "/b": 200 });
  });
});
