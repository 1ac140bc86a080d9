// What Astro calls the base is here the path at which the host mounts the bridge.
import { describe, expect, it } from "vitest";
import { says, shows, testApp } from "./_app.ts";
import { bridge, expressHost, expressWith } from "./_express.ts";

const facts = shows(({ url, request, routePattern, originPathname, params }) => [
  url.pathname,
  new URL(request.url).pathname,
  routePattern,
  originPathname,
  params,
]);
const pages = { "index.ts": says("index"), "api.ts": says("api"), "u/[id].ts": facts };

describe("the mount path", () => {
  //
  it.each(["/base", "/base/"])("may be written %s", async (mount) => {
    const host = await expressWith(pages, {}, mount);
    expect(await (await host.fetch("/base/api")).text()).toBe("api");
    expect(await (await host.fetch("/base")).text()).toBe("index");
  });

  // R-61 D-35
  it("ends at a segment", async () => {
    const host = await expressWith(pages, {}, "/base");
    expect((await host.fetch("/basex/api")).status).toBe(299);
    expect((await host.fetch("/basex")).status).toBe(299);
  });

  // the row of differences.md
  it("is never optional", async () => {
    const host = await expressWith(pages, {}, "/base");
    expect((await host.fetch("/api")).status).toBe(299);
    expect((await host.fetch("/u/1")).status).toBe(299);
  });

  // R-63 D-60
  it("is part of the URL, and of nothing that matches", async () => {
    const host = await expressWith(pages, {}, "/base");
    expect(await (await host.fetch("/base/u/7?x=1")).json()).toEqual([
      "/base/u/7",
      "/base/u/7",
      "/u/[id]",
      "/u/7",
      { id: "7" },
    ]);
  });

  //
  it("does not stand in a path that has the same text again", async () => {
    const host = await expressWith({ "base/api.ts": says("inner"), ...pages }, {}, "/base");
    expect(await (await host.fetch("/base/base/api")).text()).toBe("inner");
    expect(await (await host.fetch("/base/api")).text()).toBe("api");
  });

  //
  it("serves the index with a slash and without", async () => {
    const host = await expressWith(pages, { trailingSlash: "ignore" }, "/base");
    for (const path of ["/base", "/base/", "/base?x=1"]) {
      expect(await (await host.fetch(path)).text()).toBe("index");
    }
  });

  //
  it("is redirected to the spelling that a strict configuration asks for", async () => {
    const always = await expressWith(pages, { trailingSlash: "always" }, "/base");
    const added = await always.fetch("/base?x=1");
    expect([added.status, added.headers.get("location")]).toEqual([301, "/base/?x=1"]);
    expect(await (await always.fetch("/base/")).text()).toBe("index");
    const never = await expressWith(pages, { trailingSlash: "never" }, "/base");
    const removed = await never.fetch("/base/", { method: "HEAD" });
    expect([removed.status, removed.headers.get("location")]).toEqual([308, "/base"]);
    expect(await (await never.fetch("/base")).text()).toBe("index");
  });

  // R-65 R-46: the row of differences.md for the second path
  it("takes no doubled slashes after or before it", async () => {
    const host = await expressWith(pages, {}, "/base");
    expect((await host.fetch("/base//api")).status).toBe(299);
    expect((await host.fetch("//base/api")).status).toBe(299);
  });

  //
  it("may come from nested routers", async () => {
    const { Router } = await import("express");
    const host = await expressHost((app) => {
      const inner = Router();
      inner.use("/b", bridge(pages));
      app.use("/a", inner);
    });
    expect(await (await host.fetch("/a/b/u/7")).json()).toEqual([
      "/a/b/u/7",
      "/a/b/u/7",
      "/u/[id]",
      "/u/7",
      { id: "7" },
    ]);
  });

  // R-62 R-63
  it("is nothing where there is no host", async () => {
    const app = await testApp(pages);
    expect((await app.json("/u/7"))[0]).toBe("/u/7");
  });
});
