// The contract of one middleware.
import type { APIContext, MiddlewareHandler } from "starbridge";
import { describe, expect, it } from "vitest";
import type { Routes } from "./_app.ts";
import { says, shows, tellsError, testApp, untypedMiddleware } from "./_app.ts";

const pages: Routes = { "a.ts": says("endpoint"), "500.ts": tellsError };

async function textThrough(middleware: MiddlewareHandler, routes: Routes = pages) {
  return (await testApp(routes, { middleware })).text("/a");
}

/** Skips error renders, so that the 500 file can tell what went wrong. */
const onlyFor =
  (path: string, run: MiddlewareHandler): MiddlewareHandler =>
  (context, next) =>
    context.routePattern === path ? run(context, next) : next();

async function failureOf(run: MiddlewareHandler) {
  const app = await testApp(pages, { middleware: onlyFor("/a", run) });
  const response = await app.fetch("/a");
  expect(response.status).toBe(500);
  return response.json();
}

describe("one middleware", () => {
  // M-10
  it("may return a Response, sync or async, without calling next", async () => {
    expect(await textThrough(() => new Response("sync"))).toBe("sync");
    expect(await textThrough(async () => new Response("async"))).toBe("async");
  });

  // M-10
  it("may call next and return its answer or another", async () => {
    expect(await textThrough((_context, next) => next())).toBe("endpoint");
    expect(
      await textThrough(async (_context, next) => new Response(`<${await (await next()).text()}>`)),
    ).toBe("<endpoint>");
  });

  // M-11
  it("may call next and return nothing, awaited or not", async () => {
    expect(
      await textThrough(async (_context, next) => {
        await next();
      }),
    ).toBe("endpoint");
    expect(
      await textThrough((_context, next) => {
        next();
      }),
    ).toBe("endpoint");
  });

  // M-11 M-13
  it("may call next several times: the endpoint runs again, the last answer counts", async () => {
    let runs = 0;
    const counting: Routes = {
      "a.ts": {
        GET: () => {
          runs += 1;
          return new Response(`run ${runs}`);
        },
      },
    };
    const text = await textThrough(async (_context, next) => {
      await next();
      await next();
      await next();
    }, counting);
    expect([text, runs]).toEqual(["run 3", 3]);
  });

  // M-13
  it("may return the answer of an earlier next", async () => {
    let runs = 0;
    const counting: Routes = {
      "a.ts": {
        GET: () => {
          runs += 1;
          return new Response(`run ${runs}`);
        },
      },
    };
    const text = await textThrough(async (_context, next) => {
      const first = await next();
      await next();
      return first;
    }, counting);
    expect([text, runs]).toEqual(["run 1", 2]);
  });

  // M-12
  it("fails when it neither answers nor calls next", async () => {
    expect(await failureOf(() => {})).toMatchObject({
      name: "MiddlewareNoDataOrNextCalled",
      code: "STARBRIDGE_MIDDLEWARE_NO_DATA_OR_NEXT_CALLED",
    });
  });

  // M-12
  it.each([null, "text", 42, {}, []])("fails when it returns %o", async (value) => {
    const failure = {
      name: "MiddlewareNotAResponse",
      code: "STARBRIDGE_MIDDLEWARE_NOT_A_RESPONSE",
    };
    expect(await failureOf(untypedMiddleware(() => value))).toMatchObject(failure);
    expect(
      await failureOf(
        untypedMiddleware(async (_context: unknown, next: () => Promise<Response>) => {
          await next();
          return value;
        }),
      ),
    ).toMatchObject(failure);
  });

  // M-14
  it("gets a promise from next, through which errors below can be caught", async () => {
    const throwing: Routes = {
      "a.ts": {
        GET: () => {
          throw new Error("below");
        },
      },
    };
    const text = await textThrough((_context, next) => {
      const answer = next();
      expect(answer).toBeInstanceOf(Promise);
      return answer.catch((error: Error) => new Response(`caught ${error.message}`));
    }, throwing);
    expect(text).toBe("caught below");
  });

  // M-16
  it("reaches the 500 file when it throws before or after next, with what it threw", async () => {
    expect(
      await failureOf(() => {
        throw new TypeError("before");
      }),
    ).toMatchObject({ name: "TypeError", message: "before" });
    expect(
      await failureOf(async (_context, next) => {
        await next();
        throw new TypeError("after");
      }),
    ).toMatchObject({ name: "TypeError", message: "after" });
  });

  // M-16
  it("makes an error of a thrown Response", async () => {
    const app = await testApp(
      { "a.ts": says("a") },
      {
        middleware: () => {
          throw new Response("thrown", { status: 401 });
        },
      },
    );
    expect(await app.status("/a")).toBe(500);
  });

  // M-17
  it("replaces the answer: cookies of the jar stay, raw Set-Cookie headers go", async () => {
    const app = await testApp(
      {
        "a.ts": {
          GET: ({ cookies }) => {
            cookies.set("jar", "1");
            return new Response("a", { headers: { "set-cookie": "raw=1" } });
          },
        },
      },
      {
        middleware: async (_context, next) => {
          await next();
          return new Response("replaced");
        },
      },
    );
    const response = await app.fetch("/a");
    expect(await response.text()).toBe("replaced");
    expect(response.headers.getSetCookie()).toEqual(["jar=1"]);
  });

  // M-18
  it("may replace params, url and request and change headers, all seen below", async () => {
    const app = await testApp(
      {
        "u/[id].ts": shows((context) => [
          context.params,
          context.url.href,
          context.request.url,
          context.request.headers.get("x-added"),
        ]),
      },
      {
        middleware: (context, next) => {
          context.params = { id: "changed" };
          context.url = new URL("https://elsewhere.test/path");
          context.request = new Request("https://other.test/request");
          context.request.headers.set("x-added", "1");
          return next();
        },
      },
    );
    expect(await app.json("/u/1")).toEqual([
      { id: "changed" },
      "https://elsewhere.test/path",
      "https://other.test/request",
      "1",
    ]);
  });

  // M-18
  it("may change the headers of the request that came", async () => {
    const app = await testApp(
      { "a.ts": shows(({ request }) => request.headers.get("x-user")) },
      {
        middleware: (context, next) => {
          context.request.headers.set("x-user", "7");
          return next();
        },
      },
    );
    expect(await app.json("/a")).toBe("7");
  });

  // M-19
  it("takes the body from the endpoint, unless it reads a clone", async () => {
    const reads = (read: (context: APIContext) => Promise<unknown>) =>
      testApp(
        { "a.ts": { POST: async ({ request }) => new Response(await request.text()) } },
        {
          middleware: async (context, next) => {
            await read(context);
            return next();
          },
        },
      );
    const post = { method: "POST", body: "payload", headers: { "content-type": "x/y" } };
    const greedy = await reads(({ request }) => request.text());
    expect(await greedy.status("/a", post)).toBe(500);
    const polite = await reads(({ request }) => request.clone().text());
    expect(await polite.text("/a", post)).toBe("payload");
  });

  // M-20
  it("sees the answer to HEAD without its body", async () => {
    let body: unknown = "unseen";
    const app = await testApp(pages, {
      middleware: async (_context, next) => {
        const response = await next();
        body = response.body;
        return response;
      },
    });
    expect(await app.status("/a", { method: "HEAD" })).toBe(200);
    expect(body).toBeNull();
  });
});
