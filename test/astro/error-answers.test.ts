// Status, headers and cookies of an answer that a 404 or 500 file gave.
import { describe, expect, it } from "vitest";
import type { Handlers } from "./_app.ts";
import { says, statuses, tellsError, testApp, jsonOf } from "./_app.ts";
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

describe("status and headers", () => {
  // E-44
  it("keep the status and its text of the answer that was replaced", async () => {
    const app = await testApp(
      { "a.ts": says("a"), "404.ts": page(410) },
      { middleware: empties("/a", 404) },
    );
    const response = await app.fetch("/a");
    expect([response.status, response.statusText]).toEqual([404, "Emptied"]);
  });

  // E-44
  it("take the file's own status when nothing was replaced", async () => {
    const app = await testApp({
      "a.ts": throws(new Error("x")),
      "404.ts": page(410),
      "500.ts": page(503),
    });
    expect(await statuses(app, ["/none", "/a"])).toEqual({ "/none": 410, "/a": 503 });
  });

  // E-44: the row of differences.md
  it("never become 200", async () => {
    const app = await testApp({
      "a.ts": throws(new Error("x")),
      "404.ts": page(200, "four"),
      "500.ts": page(200, "five"),
    });
    const missing = await app.fetch("/none");
    expect([missing.status, await missing.text()]).toEqual([404, "four"]);
    const failed = await app.fetch("/a");
    expect([failed.status, await failed.text()]).toEqual([500, "five"]);
  });

  // E-45
  it("merge, the replaced answer's first and its framing dropped", async () => {
    const middleware = empties("/a", 404, {
      "x-both": "chain",
      "x-chain": "1",
      "set-cookie": "chain=1",
      "content-type": "text/html",
      "content-length": "0",
    });
    const app = await testApp(
      {
        "a.ts": says("a"),
        "404.ts": {
          GET: ({ cookies }) => {
            cookies.set("jar", "1");
            return new Response("page", {
              status: 404,
              headers: { "x-both": "page", "x-page": "1", "set-cookie": "page=1" },
            });
          },
        },
      },
      { middleware },
    );
    const response = await app.fetch("/a");
    expect(await response.text()).toBe("page");
    expect(response.headers.get("x-both")).toBe("chain");
    expect([response.headers.get("x-chain"), response.headers.get("x-page")]).toEqual(["1", "1"]);
    expect(response.headers.get("content-type")).toBe("text/plain;charset=UTF-8");
    expect(response.headers.getSetCookie()).toEqual(["chain=1", "page=1", "jar=1"]);
  });

  // E-46 M-93
  it("lose the cookies of the failed run, and keep its locals", async () => {
    const app = await testApp({
      "a.ts": {
        GET: ({ cookies, locals }) => {
          cookies.set("lost", "1");
          Object.assign(locals, { kept: true });
          throw new Error("x");
        },
      },
      "500.ts": { GET: ({ locals }) => Response.json(locals, { status: 500 }) },
    });
    const response = await app.fetch("/a");
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await jsonOf(response)).toEqual({ kept: true });
  });

  // E-42 N-errors: a host's own error handler is not called when a 500 file answers
  it("come from the 500 file beside a host too", async () => {
    const host = await expressWith({ "a.ts": throws(new Error("mine")), "500.ts": tellsError });
    const response = await host.fetch("/a");
    expect(response.status).toBe(500);
    expect((await jsonOf(response)).message).toBe("mine");
  });
});
