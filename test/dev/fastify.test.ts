// What Fastify makes harder: it takes no routes once it has started.
import middie from "@fastify/middie";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { describe, expect, it } from "vitest";
import type { LogLine } from "./_hosts.ts";
import { page, startDev, startFastifyDev } from "./_hosts.ts";

const answer = async (host: Awaited<ReturnType<typeof startDev>>, path: string) => {
  const response = await host.fetch(path);
  return [await response.text(), response.headers.get("x-route")];
};

describe("a file that appears in a running Fastify app", () => {
  it("is served with the app's hooks, where nothing else answers", async () => {
    const host = await startDev("fastify", { "src/pages/a.ts": page("a") });
    expect(await answer(host, "/a")).toEqual(["a", "/a"]);
    host.write("src/pages/b.ts", page("b"));
    await host.until("/b", "200 b");
    expect(await answer(host, "/b")).toEqual(["b", "/b"]);
    host.write("src/pages/deep/er/c.ts", page("c"));
    await host.until("/deep/er/c", "200 c");
    expect(await answer(host, "/deep/er/c")).toEqual(["c", "/deep/er/c"]);
    host.write("src/pages/index.ts", page("index"));
    await host.until("/", "200 index");
  });

  it("leaves all other requests to the app's own routes, wildcards and 404", async () => {
    const host = await startDev("fastify", { "src/pages/api/a.ts": page("a") }, {}, (app) => {
      app.get("/exact", "exact");
      app.get("/users/:id", "user");
      app.get("/api/*", "api wildcard");
      app.get("/*", "wildcard");
    });
    expect(await answer(host, "/exact")).toEqual(["exact", "/exact"]);
    expect(await answer(host, "/users/1")).toEqual(["user", "/users/:id"]);
    expect(await answer(host, "/api/b")).toEqual(["api wildcard", "/api/*"]);
    expect(await answer(host, "/any/thing")).toEqual(["wildcard", "/*"]);
    expect((await host.fetch("/any", { method: "POST" })).status).toBe(404);
  });

  it("is asked before a wildcard or a parameter of the app in the same place", async () => {
    const host = await startDev("fastify", { "src/pages/api/a.ts": page("a") }, {}, (app) => {
      app.get("/api/:name", "api parameter");
      app.get("/*", "wildcard");
    });
    host.write("src/pages/api/b.ts", page("b"));
    await host.until("/api/b", "200 b");
    expect(await host.ask("/api/c")).toBe("200 api parameter");
    host.write("src/pages/top.ts", page("top"));
    await host.until("/top", "200 top");
    expect(await host.ask("/other")).toBe("200 wildcard");
    host.remove("src/pages/api/b.ts");
    await host.until("/api/b", "200 api parameter");
  });

  it("is found below a prefix with a parameter", async () => {
    const prefix = { prefix: "/shops/:shop" } as object;
    const host = await startDev("fastify", { "src/pages/a.ts": page("a") }, prefix);
    host.write("src/pages/b.ts", page("b"));
    await host.until("/shops/7/b", "200 b");
    expect(await host.ask("/b")).toMatch(/^404 /);
    host.write("src/pages/index.ts", page("index"));
    await host.until("/shops/7", "200 index");
  });

  it("changes nothing about a conflict that legacy has won", async () => {
    const host = await startDev(
      "fastify",
      { "src/pages/[...all].ts": page("all"), "src/pages/api/[name].ts": page("page") },
      { onConflict: "legacy" },
      (app) => {
        app.get("/api/:name", "legacy");
        app.get("/*", "legacy wildcard");
      },
    );
    expect(await host.ask("/api/a")).toBe("200 legacy");
    expect(await host.ask("/x")).toBe("200 legacy wildcard");
  });
});

const post = `export const POST = () => new Response("posted");\n`;
const warnings = (host: { logs: LogLine[] }): string[] =>
  host.logs.filter(({ level }) => level === "warn").map(({ text }) => text.trim());

describe("a file that comes to where a running Fastify app has routes", () => {
  for (const when of ["before", "after"] as const) {
    it(`is moved out of a wildcard that the app has declared ${when} the bridge`, async () => {
      const host = await startFastifyDev(
        { "src/pages/a.ts": page("a") },
        { [when]: (app: FastifyInstance) => app.all("/api/*", async () => "legacy") },
      );
      expect(await host.ask("/api/users")).toBe("200 legacy");
      host.write("src/pages/api/users.ts", page("users"));
      await host.until("/api/users", "200 users");
      expect(await host.ask("/api/users", { method: "POST" })).toBe("200 legacy");
      expect(await host.ask("/api/other")).toBe("200 legacy");
      host.write("src/pages/api/users.ts", post);
      await host.until("/api/users", "200 posted", { method: "POST" });
      expect(await host.ask("/api/users")).toBe("200 legacy");
      host.remove("src/pages/api/users.ts");
      await host.until("/api/users", "200 legacy", { method: "POST" });
      expect(warnings(host)).toEqual([]);
    });
  }

  it("answers its path, and not the parameter of the app that fits it, too", async () => {
    const host = await startFastifyDev(
      { "src/pages/a.ts": page("a") },
      { before: (app) => app.get("/v/:id", async () => "legacy") },
    );
    host.write("src/pages/v/2.ts", page("two"));
    await host.until("/v/2", "200 two");
    expect(await host.ask("/v/3")).toBe("200 legacy");
  });

  it("leaves to the app what is more exact than its name", async () => {
    const host = await startFastifyDev(
      { "src/pages/a.ts": page("a") },
      {
        before(app) {
          app.get("/v/me", async () => "me");
          app.get("/v/:number(\\d+)", async () => "number");
          app.get("/v/*", async () => "wildcard");
        },
      },
    );
    host.write("src/pages/v/[id].ts", page("page"));
    await host.until("/v/you", "200 page");
    expect(await host.ask("/v/me")).toBe("200 me");
    expect(await host.ask("/v/2")).toBe("200 number");
    expect(await host.ask("/v/2/3")).toBe("200 wildcard");
    expect(warnings(host)).toEqual([]);
  });

  it("is named with the route of the app that has its very URL, once", async () => {
    const host = await startFastifyDev(
      { "src/pages/a.ts": page("a") },
      {
        before: (app) => app.get("/exact/one", async () => "legacy"),
        after: (app) => app.get("/v/:id", { exposeHeadRoute: false }, async () => "legacy"),
      },
    );
    host.write("src/pages/exact/one.ts", page("page"));
    host.write("src/pages/v/[name].ts", page("page"));
    await expect
      .poll(() => warnings(host).sort())
      .toEqual([
        expect.stringMatching(
          /^src\/pages\/exact\/one.ts does not answer GET, HEAD \/exact\/one: .*STARBRIDGE_ROUTE_CONFLICT/,
        ),
        expect.stringMatching(
          /^src\/pages\/v\/\[name].ts does not answer GET \/v\/:id: .*STARBRIDGE_ROUTE_CONFLICT/,
        ),
      ]);
    expect(await host.ask("/exact/one")).toBe("200 legacy");
    expect(await host.ask("/v/1")).toBe("200 legacy");
    host.write("src/pages/b.ts", page("b"));
    await host.until("/b", "200 b");
    expect(warnings(host)).toHaveLength(2);
  });

  it("has the URL or has it not as onConflict says", async () => {
    for (const onConflict of ["pages", "legacy"] as const) {
      const host = await startFastifyDev(
        { "src/pages/a.ts": page("a") },
        { options: { onConflict }, before: (app) => app.get("/one", async () => "legacy") },
      );
      host.write("src/pages/one.ts", page("page"));
      await host.until("/one", onConflict === "pages" ? "200 page" : "200 legacy");
      const told = [expect.stringContaining('onConflict: "legacy"')];
      await expect.poll(() => warnings(host)).toEqual(onConflict === "pages" ? [] : told);
    }
  });

  it("is told of to hooks as any other file, and to nobody else", async () => {
    const seen: unknown[] = [];
    const host = await startFastifyDev(
      { "src/pages/a.ts": page("a") },
      {
        async before(app) {
          await app.register(middie);
          app.use((_req, _res, next) => next());
          const note = (name: string) => async (request: FastifyRequest) => {
            const { url, method, config, schema } = request.routeOptions;
            seen.push([name, url, method, config.url, config.starbridge, schema]);
          };
          app.addHook("onRequest", note("onRequest"));
          app.addHook("preHandler", async (request) => void seen.push(request.params));
          app.addHook("onResponse", note("onResponse"));
          app.all("/shop/*", async () => "legacy");
        },
        options: { prefix: "/shop" },
      },
    );
    host.write("src/pages/users/[id]-[tab].json.ts", page("user"));
    await host.until("/shop/users/7%2F8-all.json", "200 user");
    const file = "src/pages/users/[id]-[tab].json.ts";
    const facts = [
      "/shop/users/:id-:tab.json",
      "GET",
      "/shop/users/:id-:tab.json",
      { file, routePattern: "/users/[id]-[tab].json" },
      undefined,
    ];
    await expect
      .poll(() => seen.slice(-3))
      .toEqual([["onRequest", ...facts], { id: "7/8", tab: "all" }, ["onResponse", ...facts]]);
  });

  it("shares its URL with routes of the app that are for some requests only", async () => {
    const host = await startFastifyDev(
      { "src/pages/a.ts": page("a") },
      {
        before(app) {
          app.get("/one", { constraints: { version: "1.0.0" } }, async () => "first version");
        },
        after(app) {
          app.get("/a", { constraints: { version: "1.0.0" } }, async () => "first version");
        },
      },
    );
    host.write("src/pages/one.ts", page("page"));
    await host.until("/one", "200 page");
    const headers = { "accept-version": "1.x" };
    expect(await host.ask("/one", { headers })).toBe("200 first version");
    expect(await host.ask("/a", { headers })).toBe("200 first version");
    expect(await host.ask("/a")).toBe("200 a");
    expect(warnings(host)).toEqual([]);
  });
});

describe("a file that goes from a running Fastify app", () => {
  it("leaves its URL to the app, and takes it back", async () => {
    const host = await startFastifyDev(
      { "src/pages/proxy/gone.ts": page("page"), "src/pages/[...all].ts": page("all") },
      {
        before: (app) => app.all("/proxy/*", async () => "legacy"),
        after: (app) => app.get("/proxy/:name", async () => "later"),
      },
    );
    expect(await host.ask("/proxy/gone")).toBe("200 page");
    host.remove("src/pages/proxy/gone.ts");
    await host.until("/proxy/gone", "200 later");
    expect(await host.ask("/proxy/gone", { method: "POST" })).toBe("200 legacy");
    host.write("src/pages/proxy/gone.ts", post);
    await host.until("/proxy/gone", "200 posted", { method: "POST" });
    expect(await host.ask("/proxy/gone")).toBe("200 later");
    host.write("src/pages/proxy/gone.ts", page("page"));
    await host.until("/proxy/gone", "200 page");
    expect(await host.ask("/proxy/gone", { method: "POST" })).toBe("200 legacy");
    host.remove("src/pages/[...all].ts");
    await host.until("/any", /^404 /);
  });

  it("may be renamed, or come back with another parameter", async () => {
    const host = await startFastifyDev(
      { "src/pages/v/[id].ts": page("id") },
      { before: (app) => app.get("/v/*", async () => "legacy") },
    );
    host.write("src/pages/v/[name].ts", page("name"));
    host.remove("src/pages/v/[id].ts");
    await host.until("/v/1", "200 name");
    expect(warnings(host)).toEqual([]);
    host.remove("src/pages/v/[name].ts");
    await host.until("/v/1", "200 legacy");
  });

  it("is a route like any other to the app", async () => {
    const seen: unknown[] = [];
    const host = await startFastifyDev(
      { "src/pages/a/[id].ts": page("a") },
      { before: (app) => app.addHook("onRoute", ({ url }) => void seen.push(url)) },
    );
    const { app } = host;
    expect(app.hasRoute({ method: "GET", url: "/a/:id" })).toBe(true);
    expect(app.printRoutes()).toMatch(/^.*\ba\/\n.*:id \(GET, HEAD\)$/m);
    expect([...new Set(seen)]).toEqual(["/a/:id", "/*"]);
  });
});
