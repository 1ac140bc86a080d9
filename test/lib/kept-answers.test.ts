// A middleware may keep what next() gave it, and answer others with it: what is added after it is for one client alone.
import type { APIContext, MiddlewareHandler, MiddlewareNext } from "starbridge";
import { createTestApp } from "starbridge/testing";
import { Response as LightResponse } from "starbridge/web";
import { describe, expect, it, onTestFinished } from "vitest";

const logger = { info() {}, warn() {}, error() {} };

/** An app whose page answers with what it is given; the client is a part of the query. */
function appOf(answer: () => Response | Promise<Response>, middleware: MiddlewareHandler) {
  const app = createTestApp({ routes: { "a.ts": { GET: answer } }, logger, middleware });
  onTestFinished(() => app.close());
  return (client: string) => app.fetch(`/a?client=${client}`);
}

const nameClient = ({ cookies, url }: APIContext, next: MiddlewareNext): Promise<Response> => {
  cookies.set("client", url.searchParams.get("client"));
  return next();
};
const passes: MiddlewareHandler = (_context, next) => next();

describe.each([
  ["native", Response],
  ["light", LightResponse],
] as const)("a %s answer that a middleware keeps", (name, Class) => {
  it.each(["text", null])(
    "gives its headers to the next client without the first one's cookies (body: %o)",
    async (body) => {
      let kept: Headers | undefined;
      const ask = appOf(
        () => new Class(body, { headers: { "x-own": "1" } }),
        async (context, next) => {
          if (kept !== undefined) return new Class("kept", { headers: kept });
          const response = await nameClient(context, next);
          kept = response.headers;
          return response;
        },
      );
      expect((await ask("first")).headers.getSetCookie()).toEqual(["client=first"]);
      const second = await ask("second");
      expect([await second.text(), second.headers.get("x-own")]).toEqual(["kept", "1"]);
      expect(second.headers.getSetCookie()).toEqual([]);
    },
  );

  it("has none of the first client's cookies when it is looked at again for the next one", async () => {
    let kept: Response | undefined;
    const ask = appOf(
      () => new Class("text", { headers: { etag: '"1"' } }),
      async (context, next) => {
        if (kept !== undefined) return new Class(null, { status: 304, headers: kept.headers });
        kept = await nameClient(context, next);
        return kept;
      },
    );
    expect((await ask("first")).headers.getSetCookie()).toEqual(["client=first"]);
    const second = await ask("second");
    expect([second.status, second.headers.get("etag")]).toEqual([304, '"1"']);
    expect(second.headers.getSetCookie()).toEqual([]);
  });

  it("takes no cookie from one client to another when both wait for the same next()", async () => {
    let flight: Promise<Response> | undefined;
    const ask = appOf(
      () => new Class("text"),
      (context, next) => {
        context.cookies.set("client", context.url.searchParams.get("client"));
        flight ??= next();
        return flight;
      },
    );
    const [first, second] = await Promise.all([ask("first"), ask("second")]);
    expect(first.headers.getSetCookie()).toEqual(["client=first"]);
    expect(second.headers.getSetCookie().join()).not.toContain("first");
  });

  it("is the answer of an endpoint of another app, which has middleware as well", async () => {
    const inner = appOf(() => new Class("inner"), passes);
    const outer = appOf(() => inner("inner"), nameClient);
    const answer = await outer("outer");
    expect([answer.status, await answer.text()]).toEqual([200, "inner"]);
    expect(answer.headers.getSetCookie()).toEqual(["client=outer"]);
  });

  it("can be read in every way when it is a redirect of a middleware that sets a cookie", async () => {
    const ask = appOf(
      () => new Class("text"),
      ({ cookies }) => {
        cookies.set("a", "1");
        return Class.redirect("http://x.test/login", 302);
      },
    );
    const answer = await ask(name);
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([302, ["a=1"]]);
    answer.headers.set("content-type", "text/x-own");
    const blob = await answer.blob();
    expect([blob.size, blob.type]).toEqual([0, "text/x-own"]);
  });

  it("leaves a failure to the 500 file, whatever status it would have had", async () => {
    const constant = new Class("text", { status: 404 });
    const app = createTestApp({
      routes: { "a.ts": { GET: () => constant }, "500.ts": { GET: () => new Class("file") } },
      logger,
      async middleware(_context, next) {
        try {
          return await next();
        } catch {
          return new Class(null, { status: 500 });
        }
      },
    });
    onTestFinished(() => app.close());
    const first = await app.fetch("/a");
    const second = await app.fetch("/a");
    expect([first.status, await first.text()]).toEqual([404, "text"]);
    expect([second.status, await second.text()]).toEqual([500, "file"]);
  });
});

it("is a copy of its own when a middleware answers with that of fetch() and a cookie", async () => {
  const ask = appOf(
    () => new Response("text"),
    ({ cookies }) => {
      cookies.set("a", "1");
      return fetch("data:application/json,1");
    },
  );
  const answer = await ask("first");
  expect([answer.type, answer.url, answer.headers.getSetCookie()]).toEqual([
    "default",
    "",
    ["a=1"],
  ]);
  expect((await answer.blob()).type).toBe("application/json");
});
