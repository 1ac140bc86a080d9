// next(payload): another route answers, without the chain running again.
import type { MiddlewareHandler } from "starbridge";
import { sequence } from "starbridge";
import { describe, expect, it } from "vitest";
import type { Options, Routes } from "./_app.ts";
import { says, shows, testApp } from "./_app.ts";

const facts = shows((context) => ({
  params: context.params,
  path: context.url.pathname + context.url.search,
  request: context.request.url,
  method: context.request.method,
  pattern: context.routePattern,
  origin: context.originPathname,
  header: context.request.headers.get("x-in"),
}));
const pages: Routes = { "source/[from].ts": says("source"), "target/[to].ts": facts };
const through = (...handlers: MiddlewareHandler[]): Options => ({
  middleware: sequence(...handlers),
});
const goes =
  (payload: string | URL | Request): MiddlewareHandler =>
  (_context, next) =>
    next(payload);

const atTarget = {
  params: { to: "2" },
  path: "/target/2?q=1",
  request: "http://localhost/target/2?q=1",
  method: "GET",
  pattern: "/target/[to]",
  origin: "/source/1",
  header: "sent",
};
const init = { headers: { "x-in": "sent" } };

describe("next(payload) of the last or only middleware", () => {
  // M-50 M-51: the row of differences.md, the target sees its own facts
  it.each([
    ["a string", "/target/2?q=1"],
    ["a URL", new URL("http://localhost/target/2?q=1")],
  ])("dispatches the target of %s with its own facts", async (_what, payload) => {
    const app = await testApp(pages, through(goes(payload)));
    expect(await app.json("/source/1?lost=1", init)).toEqual(atTarget);
  });

  // M-50 M-51 M-78
  it("dispatches a Request as it is: its method and headers, none of the old", async () => {
    const request = () =>
      new Request("http://localhost/target/3", { method: "PUT", headers: { "x-in": "new" } });
    const app = await testApp(pages, { middleware: (_context, next) => next(request()) });
    expect(await app.json("/source/1", init)).toMatchObject({
      params: { to: "3" },
      method: "PUT",
      header: "new",
    });
  });

  // M-50
  it("does not run the chain again", async () => {
    let runs = 0;
    const app = await testApp(
      pages,
      through(
        (_context, next) => {
          runs += 1;
          return next();
        },
        (_context, next) => {
          runs += 1;
          return next("/target/2");
        },
      ),
    );
    expect((await app.json("/source/1")).params).toEqual({ to: "2" });
    expect(runs).toBe(2);
  });

  // M-50 M-64
  it("keeps the cookies that were set on both sides", async () => {
    const app = await testApp(
      {
        "source.ts": says("source"),
        "target.ts": {
          GET: ({ cookies }) => {
            cookies.set("endpoint", "1");
            return new Response(cookies.get("chain")?.value);
          },
        },
      },
      {
        middleware: (context, next) => {
          context.cookies.set("chain", "1");
          return next("/target");
        },
      },
    );
    const response = await app.fetch("/source");
    expect(await response.text()).toBe("1");
    expect(response.headers.getSetCookie()).toEqual(["chain=1", "endpoint=1"]);
  });

  // M-53
  it("looks the handler up by the method of a request that the middleware put in", async () => {
    const app = await testApp(
      {
        "a.ts": {
          GET: () => new Response("GET"),
          POST: async ({ request }) => new Response(`POST ${await request.text()}`),
        },
      },
      {
        middleware: (context, next) => {
          context.request = new Request(context.request.url, { method: "POST", body: "new" });
          return next();
        },
      },
    );
    expect(await app.text("/a")).toBe("POST new");
  });

  // M-82: next(payload) is not counted by the loop guard
  it("may be called again and again", async () => {
    const app = await testApp(pages, {
      middleware: async (_context, next) => {
        for (let run = 0; run < 6; run += 1) await next("/target/2");
        return next("/target/7");
      },
    });
    expect((await app.json("/source/1")).params).toEqual({ to: "7" });
  });
});

describe("next(payload) of an earlier handler", () => {
  // M-43 M-46 M-52
  it("changes the shared context for the later handlers and the endpoint", async () => {
    const seen: unknown[] = [];
    const looks: MiddlewareHandler = (context, next) => {
      seen.push([
        context.url.pathname,
        context.routePattern,
        { ...context.params },
        new URL(context.request.url).pathname,
        context.originPathname,
      ]);
      return next();
    };
    const app = await testApp(pages, through(looks, goes("/target/2?q=1"), looks));
    expect(await app.json("/source/1", init)).toEqual(atTarget);
    expect(seen).toEqual([
      ["/source/1", "/source/[from]", { from: "1" }, "/source/1", "/source/1"],
      ["/target/2", "/target/[to]", { to: "2" }, "/target/2", "/source/1"],
    ]);
  });

  // M-43
  it("uses one and the same context object", async () => {
    const contexts = new Set<unknown>();
    const collects: MiddlewareHandler = (context, next) => {
      contexts.add(context);
      return next();
    };
    const app = await testApp(pages, through(collects, goes("/target/2"), collects));
    await app.fetch("/source/1");
    expect(contexts.size).toBe(1);
  });

  // M-44
  it("clones the request for a string, so that the body can be read on both sides", async () => {
    let before = "";
    const app = await testApp(
      {
        "source.ts": { POST: () => new Response("source") },
        "target.ts": { POST: async ({ request }) => new Response(await request.text()) },
      },
      through(
        async (context, next) => {
          const mine = context.request;
          const response = await next("/target");
          before = await mine.text();
          return response;
        },
        (_context, next) => next(),
      ),
    );
    const post = { method: "POST", body: "payload", headers: { "content-type": "x/y" } };
    expect(await app.text("/source", post)).toBe("payload");
    expect(before).toBe("payload");
  });

  // M-44
  it("uses a Request itself", async () => {
    const request = new Request("http://localhost/target/9", { headers: { "x-in": "own" } });
    let same = false;
    const app = await testApp(
      pages,
      through(goes(request), (context, next) => {
        same = context.request === request;
        return next();
      }),
    );
    expect(await app.json("/source/1")).toMatchObject({ params: { to: "9" }, header: "own" });
    expect(same).toBe(true);
  });

  // M-45
  it("is overruled by a later handler's payload", async () => {
    const app = await testApp(
      pages,
      through(goes("/target/1"), goes("/target/2"), goes("/target/3")),
    );
    expect((await app.json("/source/1")).params).toEqual({ to: "3" });
  });

  // M-43 M-77
  it("fails at once when the body has been read", async () => {
    const app = await testApp(
      { "source.ts": { POST: () => new Response() }, "target.ts": { POST: () => new Response() } },
      through(
        async (context, next) => {
          await context.request.text();
          try {
            return await next("/target");
          } catch (error) {
            return new Response((error as Error).name);
          }
        },
        (_context, next) => next(),
      ),
    );
    const post = { method: "POST", body: "x", headers: { "content-type": "x/y" } };
    expect(await app.text("/source", post)).toBe("RewriteWithBodyUsed");
  });

  // M-43 M-75
  it("to nowhere ends in the 404 file", async () => {
    const app = await testApp(
      {
        "source.ts": says("source"),
        "404.ts": { GET: () => new Response("page", { status: 404 }) },
      },
      through(goes("/none"), (_context, next) => next()),
    );
    const response = await app.fetch("/source");
    expect([response.status, await response.text()]).toEqual([404, "page"]);
  });
});
