// What Fastify makes harder: it takes no routes once it has started.
import { describe, expect, it } from "vitest";
import { page, startDev } from "./_hosts.ts";

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
    expect(await answer(host, "/b")).toEqual(["b", "/:name"]);
    host.write("src/pages/deep/er/c.ts", page("c"));
    await host.until("/deep/er/c", "200 c");
    expect(await answer(host, "/deep/er/c")).toEqual(["c", "/*"]);
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
