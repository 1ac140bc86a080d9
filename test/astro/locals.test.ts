// context.locals: who supplies it, what may be done with it, how long it lives.
import type { ErrorRequestHandler } from "express";
import { describe, expect, it } from "vitest";
import { says, shows, tellsError, testApp, jsonOf } from "./_app.ts";
import { bridge, expressHost } from "./_express.ts";

const free = (value: object) => value as App.Locals;

describe("context.locals", () => {
  // M-90
  it("is an empty object of the request's own", async () => {
    const seen = new Set<unknown>();
    const app = await testApp({
      "a.ts": shows(({ locals }) => {
        seen.add(locals);
        return Object.assign(locals, { n: seen.size });
      }),
    });
    expect(await app.json("/a")).toEqual({ n: 1 });
    expect(await app.json("/a")).toEqual({ n: 2 });
    expect(seen.size).toBe(2);
  });

  // M-90 D-64
  it("is the very object that the host supplies, so the host sees changes", async () => {
    const supplied = free({ user: 7 });
    let same = false;
    const app = await testApp(
      {
        "a.ts": shows(({ locals }) => {
          same = locals === supplied;
          return Object.assign(locals, { seen: true });
        }),
      },
      { locals: () => supplied },
    );
    expect(await app.json("/a")).toEqual({ user: 7, seen: true });
    expect([same, supplied]).toEqual([true, { user: 7, seen: true }]);
  });

  // M-90
  it("comes from res.locals of an Express host, and goes back there", async () => {
    const after: unknown[] = [];
    const host = await expressHost((app) => {
      app.use((_req, res, next) => {
        res.locals.user = "ada";
        res.on("finish", () => after.push({ ...res.locals }));
        next();
      });
      app.use(
        bridge(
          {
            "a.ts": shows(({ locals }) => {
              Object.assign(locals, { role: "admin" });
              return locals;
            }),
          },
          {
            locals: async (host) => (host.kind === "express" ? host.res.locals : {}) as App.Locals,
          },
        ),
      );
    });
    expect(await (await host.fetch("/a")).json()).toEqual({ user: "ada", role: "admin" });
    await expect.poll(() => after).toEqual([{ user: "ada", role: "admin" }]);
  });

  // M-90
  it("may be given to fetch in a test", async () => {
    const app = await testApp({ "a.ts": shows(({ locals }) => locals) });
    expect(await app.json("/a", {}, { locals: free({ user: 7 }) })).toEqual({ user: 7 });
  });

  // M-91
  it("cannot be assigned", async () => {
    const app = await testApp({
      "a.ts": {
        GET: (context) => {
          context.locals = free({ replaced: true });
          return new Response();
        },
      },
      "500.ts": tellsError,
    });
    const response = await app.fetch("/a");
    expect(response.status).toBe(500);
    expect(await jsonOf(response)).toMatchObject({
      name: "LocalsReassigned",
      code: "STARBRIDGE_LOCALS_REASSIGNED",
    });
  });

  // M-91
  it("can be changed in every other way, with values of any type", async () => {
    const app = await testApp({
      "a.ts": shows((context) => {
        const locals = context.locals as Record<string, unknown>;
        locals.date = new Date(0);
        locals.call = () => "called";
        Object.assign(locals, { map: new Map([["k", "v"]]), doomed: 1 });
        delete locals.doomed;
        return [
          (locals.date as Date).getTime(),
          (locals.call as () => string)(),
          (locals.map as Map<string, string>).get("k"),
          "doomed" in locals,
        ];
      }),
    });
    expect(await app.json("/a")).toEqual([0, "called", "v", false]);
  });

  // M-91: the failed assignment can be caught, and leaves the object as it was
  it("survives an assignment that was caught", async () => {
    const app = await testApp({
      "a.ts": shows((context) => {
        const before = context.locals;
        try {
          context.locals = free({});
        } catch {
          return context.locals === before;
        }
      }),
    });
    expect(await app.json("/a")).toBe(true);
  });

  // M-92
  it.each(["text", 42, true])("must be an object, not %o", async (value) => {
    let chain = 0;
    const app = await testApp(
      { "a.ts": says("a") },
      {
        locals: () => value as unknown as App.Locals,
        middleware: (context, next) => {
          if (context.routePattern === "/a") chain += 1;
          return next();
        },
      },
    );
    expect(await app.status("/a")).toBe(500);
    expect(chain).toBe(0);
  });

  // M-92
  it("that is not an object reaches the host as a named error", async () => {
    const errors: unknown[] = [];
    const host = await expressHost((app) => {
      app.use(bridge({ "a.ts": says("a") }, { locals: () => "text" as unknown as App.Locals }));
      app.use(((error, _req, res, _next) => {
        errors.push(error);
        res.status(500).end();
      }) as ErrorRequestHandler);
    });
    expect((await host.fetch("/a")).status).toBe(500);
    expect(errors).toMatchObject([
      { name: "LocalsNotAnObject", code: "STARBRIDGE_LOCALS_NOT_AN_OBJECT" },
    ]);
  });

  // M-93
  it("is kept by rewrites and by error renders", async () => {
    const seen = new Set<unknown>();
    const app = await testApp(
      {
        "a.ts": { GET: (context) => context.rewrite("/b") },
        "b.ts": {
          GET: ({ locals }) => {
            Object.assign(locals, { b: true });
            throw new Error("x");
          },
        },
        "500.ts": { GET: ({ locals }) => Response.json(locals, { status: 500 }) },
      },
      {
        middleware: (context, next) => {
          seen.add(context.locals);
          return next();
        },
      },
    );
    expect(await app.json("/a")).toEqual({ b: true });
    expect(seen.size).toBe(1);
  });

  // D-64 M-90
  it("takes keys like __proto__ without harm", async () => {
    const app = await testApp({
      "a.ts": shows((context) => {
        const locals = context.locals as Record<string, unknown>;
        locals[["__proto__"].join("")] = { polluted: true };
        return [({} as { polluted?: boolean }).polluted ?? null, locals.constructor ?? null];
      }),
    });
    expect(await app.json("/a")).toEqual([null, null]);
  });
});
