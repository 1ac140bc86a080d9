// sequence(): several middleware as one.
import type { MiddlewareHandler } from "starbridge";
import { defineMiddleware, sequence } from "starbridge";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Routes } from "./_app.ts";
import { says, shows, testApp, untypedMiddleware, jsonOf } from "./_app.ts";

/** A middleware that writes down when it is entered and left. */
const traces =
  (trail: string[], name: string): MiddlewareHandler =>
  async (_context, next) => {
    trail.push(`${name} in`);
    const response = await next();
    trail.push(`${name} out`);
    return response;
  };

const pages: Routes = { "a.ts": says("endpoint") };

describe("sequence", () => {
  // M-40
  it("runs its handlers in order, around each other", async () => {
    const trail: string[] = [];
    const app = await testApp(pages, {
      middleware: sequence(traces(trail, "one"), traces(trail, "two"), traces(trail, "three")),
    });
    expect(await app.text("/a")).toBe("endpoint");
    expect(trail).toEqual(["one in", "two in", "three in", "three out", "two out", "one out"]);
  });

  // M-40
  it("skips what is not there, and passes through when it is empty", async () => {
    const trail: string[] = [];
    const nothing = untypedMiddleware(undefined);
    const some = await testApp(pages, {
      middleware: sequence(nothing, traces(trail, "one"), untypedMiddleware(false), nothing),
    });
    expect(await some.text("/a")).toBe("endpoint");
    expect(trail).toEqual(["one in", "one out"]);
    expect(await (await testApp(pages, { middleware: sequence() })).text("/a")).toBe("endpoint");
    expect(await (await testApp(pages, { middleware: sequence(nothing) })).text("/a")).toBe(
      "endpoint",
    );
  });

  // M-41 C-01
  it("gives every handler and the endpoint the same context object", async () => {
    const contexts = new Set<unknown>();
    const collects: MiddlewareHandler = (context, next) => {
      contexts.add(context);
      return next();
    };
    const app = await testApp(
      {
        "a.ts": {
          GET: (context) => {
            contexts.add(context);
            return Response.json(context.locals);
          },
        },
      },
      {
        middleware: sequence(
          collects,
          (context, next) => {
            Object.assign(context.locals, { user: 7 });
            context.cookies.set("a", "1");
            return next();
          },
          (context, next) => {
            context.cookies.set("b", "2");
            return collects(context, next);
          },
        ),
      },
    );
    const response = await app.fetch("/a");
    expect(await jsonOf(response)).toEqual({ user: 7 });
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(contexts.size).toBe(1);
  });

  // M-41
  it("stops at the first handler that answers", async () => {
    const trail: string[] = [];
    const app = await testApp(pages, {
      middleware: sequence(traces(trail, "one"), () => new Response("early"), traces(trail, "two")),
    });
    expect(await app.text("/a")).toBe("early");
    expect(trail).toEqual(["one in", "one out"]);
  });

  // M-42
  it("may stand inside another", async () => {
    const trail: string[] = [];
    const inner = sequence(traces(trail, "b"), sequence(traces(trail, "c")));
    const app = await testApp(pages, {
      middleware: sequence(traces(trail, "a"), inner, traces(trail, "d")),
    });
    expect(await app.text("/a")).toBe("endpoint");
    expect(trail.slice(0, 4)).toEqual(["a in", "b in", "c in", "d in"]);
  });

  // M-42
  it("returns what its first handler returns", async () => {
    const app = await testApp(pages, {
      middleware: sequence(
        async (_context, next) => new Response(`1${await (await next()).text()}`),
        async (_context, next) => new Response(`2${await (await next()).text()}`),
      ),
    });
    expect(await app.text("/a")).toBe("12endpoint");
  });

  // M-13 M-40
  it("runs everything below again for every next", async () => {
    const trail: string[] = [];
    const app = await testApp(pages, {
      middleware: sequence(
        async (_context, next) => {
          await next();
          return next();
        },
        traces(trail, "below"),
      ),
    });
    expect(await app.text("/a")).toBe("endpoint");
    expect(trail).toEqual(["below in", "below out", "below in", "below out"]);
  });

  // M-15
  it("hands an outer handler undefined when an inner one returns nothing", async () => {
    let seen: unknown = "unset";
    const app = await testApp(pages, {
      middleware: sequence(
        async (_context, next) => {
          seen = await next();
        },
        async (_context, next) => {
          await next();
        },
      ),
    });
    const response = await app.fetch("/a");
    expect([response.status, await response.text(), seen]).toEqual([200, "endpoint", undefined]);
  });

  // M-15 M-16
  it("fails when the outer handler touches the answer that is not there", async () => {
    const app = await testApp(pages, {
      middleware: sequence(
        async (_context, next) => {
          const response = await next();
          response.headers.set("x-outer", "1");
          return response;
        },
        async (_context, next) => {
          await next();
        },
      ),
    });
    expect(await app.status("/a")).toBe(500);
  });

  // M-07 M-40
  it("takes what defineMiddleware returned", async () => {
    const app = await testApp(
      { "a.ts": shows(({ locals }) => locals) },
      {
        middleware: sequence(
          defineMiddleware((context, next) => {
            Object.assign(context.locals, { defined: true });
            return next();
          }),
        ),
      },
    );
    expect(await app.json("/a")).toEqual({ defined: true });
  });

  // M-13 M-40
  it("ends in no unhandled rejection where a handler ignores next(), and a later one fails", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => {
      unhandled.push(reason);
    };
    process.on("unhandledRejection", note);
    onTestFinished(() => {
      process.off("unhandledRejection", note);
    });
    const ignores: MiddlewareHandler = (_context, next) => {
      void next();
      return new Response("early");
    };
    const passes: MiddlewareHandler = (_context, next) => next();
    const fails: MiddlewareHandler = async () => {
      throw new Error("late");
    };
    const failing: Routes = { "a.ts": { GET: fails as never } };
    for (const [routes, middleware] of [
      [pages, sequence(ignores, fails)],
      [pages, sequence(ignores, passes, fails)],
      [pages, sequence(passes, sequence(ignores, passes), fails)],
      [failing, sequence(ignores, passes, passes)],
    ] as const) {
      const app = await testApp(routes, { middleware });
      expect(await app.text("/a")).toBe("early");
    }
    // A caller of his own, whose next() fails.
    const own = sequence(ignores, passes)({} as never, () => Promise.reject(new Error("own")));
    expect(await ((await own) as Response).text()).toBe("early");
    // Node tells of them at the end of a turn.
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });
});
