import { describe, expect, it } from "vitest";
import { tellsError, testApp, untyped } from "./_app.ts";
import { expressWith } from "./_express.ts";

/** What a handler gives, through an app whose 500 file tells the error. */
async function answerTo(handler: unknown) {
  const app = await testApp({ "a.ts": { GET: untyped(handler) }, "500.ts": tellsError });
  return app.fetch("/a");
}

describe("the answer", () => {
  // E-25
  it("to HEAD keeps status, text and headers and loses the body", async () => {
    const app = await testApp({
      "a.ts": {
        GET: () =>
          new Response("body", {
            status: 203,
            statusText: "Sort Of",
            headers: { "content-length": "4", "x-a": "1" },
          }),
      },
    });
    const response = await app.fetch("/a", { method: "HEAD" });
    expect([response.status, response.statusText, response.body]).toEqual([203, "Sort Of", null]);
    expect(response.headers.get("content-length")).toBe("4");
    expect(response.headers.get("x-a")).toBe("1");
    expect(response.headers.get("content-type")).toBe("text/plain;charset=UTF-8");
  });

  // E-26
  it.each([404, 500])("%i of an endpoint is final, with a body and without", async (status) => {
    const app = await testApp({
      "empty.ts": { GET: () => new Response(null, { status }) },
      "full.ts": { GET: () => new Response("own", { status }) },
      "404.ts": { GET: () => new Response("page", { status: 404 }) },
      "500.ts": { GET: () => new Response("page", { status: 500 }) },
    });
    const empty = await app.fetch("/empty");
    expect([empty.status, await empty.text()]).toEqual([status, ""]);
    const full = await app.fetch("/full");
    expect([full.status, await full.text()]).toEqual([status, "own"]);
  });

  // E-27
  it("of a rewrite from an endpoint to a missing method is an empty 404", async () => {
    const app = await testApp({
      "form.ts": { POST: (context) => context.rewrite("/target") },
      "target.ts": { GET: () => new Response("get") },
      "404.ts": { ALL: () => new Response("page", { status: 404 }) },
    });
    const response = await app.fetch("/form", { method: "POST" });
    expect([response.status, await response.text()]).toEqual([404, ""]);
  });

  // E-28
  it.each([200, 201, 206, 299, 300, 400, 418, 451, 503, 599])(
    "may have the status %i and a text of its own",
    async (status) => {
      const app = await testApp({
        "a.ts": { GET: () => new Response("x", { status, statusText: "Own Words" }) },
      });
      const response = await app.fetch("/a");
      expect([response.status, response.statusText]).toEqual([status, "Own Words"]);
    },
  );

  // E-29
  it("with 204 or 304 has neither body nor framing, others without body have length zero", async () => {
    const host = await expressWith({
      "[status].ts": {
        GET: ({ params }) => new Response(null, { status: Number(params.status) }),
      },
    });
    for (const status of [204, 304]) {
      const response = await host.fetch(`/${status}`);
      expect(response.status).toBe(status);
      expect(response.headers.get("transfer-encoding")).toBeNull();
      expect(response.headers.get("content-length")).toBeNull();
    }
    for (const status of [200, 205, 302, 404]) {
      const response = await host.fetch(`/${status}`);
      expect([response.status, await response.text()]).toEqual([status, ""]);
      expect(response.headers.get("content-length")).toBe("0");
    }
  });

  // E-30
  it("Response.error() cannot be sent", async () => {
    const response = await answerTo(() => Response.error());
    expect(response.status).toBe(500);
  });

  // E-31: the row of differences.md
  it("with immutable headers takes cookies and headers of the middleware", async () => {
    const app = await testApp(
      { "a.ts": { GET: () => Response.redirect("http://localhost/b", 303) } },
      {
        middleware: async (context, next) => {
          context.cookies.set("seen", "1");
          const response = await next();
          response.headers.set("x-middleware", "1");
          return response;
        },
      },
    );
    const response = await app.fetch("/a", { redirect: "manual" });
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("http://localhost/b");
    expect(response.headers.get("x-middleware")).toBe("1");
    expect(response.headers.getSetCookie()).toEqual(["seen=1"]);
  });

  // E-31: without middleware in between
  it("with immutable headers takes the endpoint's own cookies", async () => {
    const app = await testApp({
      "a.ts": {
        GET: ({ cookies }) => {
          cookies.set("a", "1");
          return Response.redirect("http://localhost/b", 302);
        },
      },
    });
    const response = await app.fetch("/a", { redirect: "manual" });
    expect([response.status, response.headers.getSetCookie()]).toEqual([302, ["a=1"]]);
  });

  // E-32
  it("gets no header that the endpoint did not set", async () => {
    const app = await testApp({
      "text.ts": { GET: () => new Response("text") },
      "bytes.ts": { GET: () => new Response(new Uint8Array([1])) },
    });
    const text = await app.fetch("/text");
    expect([...text.headers].filter(([name]) => name !== "content-length")).toEqual([
      ["content-type", "text/plain;charset=UTF-8"],
    ]);
    const bytes = await app.fetch("/bytes");
    expect([...bytes.headers].filter(([name]) => name !== "content-length")).toEqual([]);
  });

  // E-33
  it("may stream, chunk by chunk", async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const encoder = new TextEncoder();
    const host = await expressWith({
      "a.ts": {
        GET: () =>
          new Response(
            new ReadableStream({
              async start(controller) {
                controller.enqueue(encoder.encode("first"));
                await gate;
                controller.enqueue(encoder.encode("second"));
                controller.close();
              },
            }),
          ),
      },
    });
    const response = await host.fetch("/a");
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe("first");
    release();
    expect((await reader?.read())?.value).toBe("second");
    expect((await reader?.read())?.done).toBe(true);
  });

  // E-34: the row of differences.md
  it("may carry X-Astro-Error, an ordinary header", async () => {
    const app = await testApp({
      "a.ts": {
        GET: () => new Response("own", { status: 404, headers: { "x-astro-error": "true" } }),
      },
      "404.ts": { GET: () => new Response("page", { status: 404 }) },
    });
    const response = await app.fetch("/a");
    expect([response.status, await response.text()]).toEqual([404, "own"]);
    expect(response.headers.get("x-astro-error")).toBe("true");
  });

  // E-35
  it("shows no header of the machinery", async () => {
    const app = await testApp(
      { "a.ts": { GET: () => new Response("a") }, "b.ts": { GET: (c) => c.rewrite("/a") } },
      { middleware: (_context, next) => next() },
    );
    for (const path of ["/a", "/b", "/none"]) {
      const response = await app.fetch(path);
      expect([...response.headers.keys()].filter((name) => name.startsWith("x-"))).toEqual([]);
    }
  });
});
