// context.rewrite(payload): another route answers, with the whole chain run again.
import type { APIContext } from "starbridge";
import { sequence } from "starbridge";
import { describe, expect, it } from "vitest";
import { says, shows, testApp, jsonOf } from "./_app.ts";

/** An endpoint file that rewrites every method to a target. */
const rewrites = (target: string | URL | (() => Request)) => ({
  ALL: (context: APIContext) => context.rewrite(typeof target === "function" ? target() : target),
});

describe("context.rewrite", () => {
  // M-60 C-01
  it("runs the chain from the start with a new context and the same locals", async () => {
    const contexts = new Set<unknown>();
    const patterns: string[] = [];
    const app = await testApp(
      {
        "source.ts": {
          GET: (context) => {
            Object.assign(context.locals, { from: "source" });
            return context.rewrite("/target/2");
          },
        },
        "target/[id].ts": shows(({ locals, params }) => ({ ...locals, ...params })),
      },
      {
        middleware: (context, next) => {
          contexts.add(context);
          patterns.push(context.routePattern);
          return next();
        },
      },
    );
    expect(await app.json("/source")).toEqual({ from: "source", id: "2" });
    expect(patterns).toEqual(["/source", "/target/[id]"]);
    expect(contexts.size).toBe(2);
  });

  // M-60 X-06
  it("asks for the origin again", async () => {
    const app = await testApp({
      "source.ts": {
        GET: (context) =>
          context.rewrite(
            new Request("http://localhost/target", {
              method: "POST",
              body: "a=1",
              headers: {
                "content-type": "application/x-www-form-urlencoded",
                origin: "http://evil.test",
              },
            }),
          ),
      },
      "target.ts": { POST: () => new Response("written") },
    });
    const response = await app.fetch("/source");
    expect([response.status, await response.text()]).toEqual([
      403,
      expect.stringMatching(/^Cross-site POST/),
    ]);
  });

  // M-61
  it("from a middleware skips the later ones of the outer run", async () => {
    const trail: string[] = [];
    const app = await testApp(
      { "a.ts": says("a"), "b.ts": says("b") },
      {
        middleware: sequence(
          (context, next) => (context.routePattern === "/a" ? context.rewrite("/b") : next()),
          (context, next) => {
            trail.push(context.routePattern);
            return next();
          },
        ),
      },
    );
    expect(await app.text("/a")).toBe("b");
    expect(trail).toEqual(["/b"]);
  });

  // M-61
  it("leaves the outer context as it was", async () => {
    let after: unknown;
    const app = await testApp(
      { "a/[x].ts": says("a"), "b/[y].ts": says("b") },
      {
        middleware: async (context, next) => {
          if (context.routePattern !== "/a/[x]") return next();
          const response = await context.rewrite("/b/2");
          after = [
            context.url.pathname,
            context.params,
            new URL(context.request.url).pathname,
            context.routePattern,
          ];
          return response;
        },
      },
    );
    expect(await app.text("/a/1")).toBe("b");
    expect(after).toEqual(["/a/1", { x: "1" }, "/a/1", "/a/[x]"]);
  });

  // M-62
  it("resolves to the final answer, which the caller may change or drop", async () => {
    const app = await testApp({
      "a.ts": {
        GET: async (context) => {
          const answer = await context.rewrite("/b");
          return new Response(`${answer instanceof Response} ${await answer.text()}`);
        },
      },
      "b.ts": says("b"),
      "dropped.ts": {
        GET: async (context) => {
          await context.rewrite("/b");
          return new Response("mine");
        },
      },
    });
    expect(await app.text("/a")).toBe("true b");
    expect(await app.text("/dropped")).toBe("mine");
  });

  // M-63 M-65
  it("after next() turns a 404 into a 200", async () => {
    const app = await testApp(
      { "index.ts": says("home") },
      {
        middleware: async (context, next) => {
          const response = await next();
          return response.status === 404 ? context.rewrite("/") : response;
        },
      },
    );
    const response = await app.fetch("/none");
    expect([response.status, await response.text()]).toEqual([200, "home"]);
  });

  // M-64
  it("carries pending cookies over, the target's winning", async () => {
    const app = await testApp({
      "a.ts": {
        GET: (context) => {
          context.cookies.set("kept", "a");
          context.cookies.set("both", "a");
          context.cookies.delete("gone");
          return context.rewrite("/b");
        },
      },
      "b.ts": {
        GET: ({ cookies }) => {
          const seen = [cookies.get("kept")?.value, cookies.has("gone"), cookies.get("in")?.value];
          cookies.set("both", "b");
          return Response.json(seen);
        },
      },
    });
    const response = await app.fetch("/a", { headers: { cookie: "gone=1; in=2" } });
    expect(await jsonOf(response)).toEqual(["a", false, "2"]);
    const sent = response.headers.getSetCookie();
    expect(sent).toHaveLength(3);
    expect(sent).toEqual(expect.arrayContaining(["kept=a", "both=b"]));
    expect(sent.some((cookie) => cookie.startsWith("gone=deleted"))).toBe(true);
  });

  // M-64
  it("lets context.cookies follow, not a jar that was taken out before", async () => {
    const app = await testApp({
      "a.ts": {
        GET: async (context) => {
          const { cookies } = context;
          const response = await context.rewrite("/b");
          cookies.set("late", "1");
          context.cookies.set("followed", "1");
          return response;
        },
      },
      "b.ts": says("b"),
    });
    const response = await app.fetch("/a");
    expect(response.headers.getSetCookie()).toEqual(["followed=1"]);
  });

  // M-83
  it("gives the target its own facts", async () => {
    const app = await testApp({
      "a/[x].ts": rewrites("/b/2?q=1"),
      "b/[y].ts": shows((context) => [
        context.params,
        context.url.pathname + context.url.search,
        context.routePattern,
        context.isPrerendered,
        context.props,
      ]),
    });
    expect(await app.json("/a/1")).toEqual([{ y: "2" }, "/b/2?q=1", "/b/[y]", false, {}]);
  });

  // M-82
  it("succeeds twice in one request and is stopped at the third time", async () => {
    const hop = (left: string) => rewrites(left);
    const app = await testApp({
      "one.ts": hop("/two"),
      "two.ts": hop("/three"),
      "three.ts": hop("/four"),
      "four.ts": says("four"),
      "self.ts": hop("/self"),
    });
    expect(await app.text("/three")).toBe("four");
    expect(await app.text("/two")).toBe("four");
    for (const path of ["/one", "/self"]) {
      const response = await app.fetch(path);
      expect([response.status, await response.text()]).toEqual([508, "Loop Detected"]);
      expect(response.statusText).toMatch(/loop/i);
    }
  });
});
