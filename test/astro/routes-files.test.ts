// Which files become endpoints, and the names of index files.
import { describe, expect, it } from "vitest";
import {
  captureLog,
  openApp,
  project,
  says,
  saysSource,
  startFailure,
  statuses,
  testApp,
} from "./_app.ts";

describe("files that become endpoints", () => {
  //
  it("takes .js and .ts and no other spelling of them", async () => {
    const app = await testApp({
      "js.js": says("js"),
      "ts.ts": says("ts"),
      "mjs.mjs": says("mjs"),
      "mts.mts": says("mts"),
      "cjs.cjs": says("cjs"),
      "cts.cts": says("cts"),
      "upper.TS": says("TS"),
    });
    expect(await statuses(app, ["/js", "/ts", "/mjs", "/mts", "/cjs", "/cts", "/upper"])).toEqual({
      "/js": 200,
      "/ts": 200,
      "/mjs": 404,
      "/mts": 404,
      "/cjs": 404,
      "/cts": 404,
      "/upper": 404,
    });
  });

  // R-01 R-09
  it("reads a folder's src/pages by the same rule", async () => {
    const root = project({
      "src/pages/a.js": saysSource("a"),
      "src/pages/deep/er/b.js": saysSource("b"),
      "src/pages/c.mjs": saysSource("c"),
      "pages/d.js": saysSource("d"),
      "src/e.js": saysSource("e"),
    });
    const app = await openApp({ root });
    expect(await statuses(app, ["/a", "/deep/er/b", "/c", "/d", "/e"])).toEqual({
      "/a": 200,
      "/deep/er/b": 200,
      "/c": 404,
      "/d": 404,
      "/e": 404,
    });
  });

  //
  it("reads another folder when `pages` names one", async () => {
    const root = project({ "app/api/a.js": saysSource("a"), "src/pages/b.js": saysSource("b") });
    const app = await openApp({ root, pages: "app/api" });
    expect(await statuses(app, ["/a", "/b"])).toEqual({ "/a": 200, "/b": 404 });
  });

  // R-02 R-03
  it("ignores components and pages, each with one line in the log", async () => {
    const log = captureLog();
    const names = ["a.jsx", "b.tsx", "c.vue", "d.svelte", "e.astro", "f.md", "g.mdx"];
    const routes = Object.fromEntries(names.map((name) => [name, says(name)]));
    const app = await testApp(routes, { logger: log.logger });
    for (const name of names) {
      expect(await app.status(`/${name[0]}`)).toBe(404);
      expect(log.lines.filter((line) => line.text.includes(name))).toHaveLength(1);
    }
  });

  // R-02 R-06: the row of differences.md
  it("ignores tests and declarations, each with one line in the log", async () => {
    const log = captureLog();
    const app = await testApp(
      {
        "foo.test.ts": says("test"),
        "foo.spec.js": says("spec"),
        "types.d.ts": says("types"),
        "foo.ts": says("foo"),
      },
      { logger: log.logger },
    );
    expect(await statuses(app, ["/foo.test", "/foo.spec", "/types.d", "/types", "/foo"])).toEqual({
      "/foo.test": 404,
      "/foo.spec": 404,
      "/types.d": 404,
      "/types": 404,
      "/foo": 200,
    });
    for (const name of ["foo.test.ts", "foo.spec.js", "types.d.ts"]) {
      expect(log.lines.filter((line) => line.text.includes(name))).toHaveLength(1);
    }
  });

  //
  it("skips names that start with an underscore, and all below such a folder", async () => {
    const app = await testApp({
      "_util.ts": says("util"),
      "_lib/a.ts": says("a"),
      "users/_shared/deep/b.ts": says("b"),
      "users/not_skipped.ts": says("c"),
    });
    const paths = ["/_util", "/util", "/_lib/a", "/users/_shared/deep/b", "/users/not_skipped"];
    expect(Object.values(await statuses(app, paths))).toEqual([404, 404, 404, 404, 200]);
  });

  //
  it("skips names that start with a dot, except .well-known", async () => {
    const app = await testApp({
      ".hidden.ts": says("hidden"),
      ".git/config.ts": says("config"),
      ".well-known/security.txt.ts": says("security"),
      ".well-known.ts": says("file"),
    });
    const paths = ["/.hidden", "/.git/config", "/.well-known/security.txt"];
    expect(Object.values(await statuses(app, paths))).toEqual([404, 404, 200]);
  });

  //
  it("removes the last extension only", async () => {
    const app = await testApp({
      "data.json.ts": says("data"),
      "a.b.c.ts": says("abc"),
      "[name].tar.gz.ts": { GET: ({ params }) => new Response(params.name) },
    });
    expect(await app.text("/data.json")).toBe("data");
    expect(await app.text("/a.b.c")).toBe("abc");
    expect(await app.text("/release.tar.gz")).toBe("release");
    expect(await app.status("/data")).toBe(404);
  });

  // a folder that is not there is refused at start, as every option that cannot be right
  it("refuses to start without a folder of pages", async () => {
    const error = await startFailure({ root: project({}) });
    expect(error).toMatchObject({ name: "BridgeError", code: "STARBRIDGE_PAGES_NOT_FOUND" });
    expect(error.message).toContain("src/pages");
  });

  //
  it("starts with an empty folder of pages", async () => {
    const app = await openApp({ root: project({ "src/pages/.gitkeep": "" }) });
    expect(await app.status("/")).toBe(404);
  });
});

describe("index files", () => {
  //
  it("answer for their folder and not by name", async () => {
    const app = await testApp({ "index.ts": says("root"), "dir/index.ts": says("dir") });
    expect(await app.text("/")).toBe("root");
    expect(await app.text("/dir")).toBe("dir");
    expect(Object.values(await statuses(app, ["/index", "/dir/index"]))).toEqual([404, 404]);
  });

  //
  it("are only those whose whole name is index", async () => {
    const app = await testApp({ "index.json.ts": says("root"), "idx/index.json.ts": says("idx") });
    expect(await app.text("/index.json")).toBe("root");
    expect(await app.text("/idx/index.json")).toBe("idx");
    expect(Object.values(await statuses(app, ["/", "/idx", "/idx.json"]))).toEqual([404, 404, 404]);
  });

  //
  it("may stand in a folder called index, and index may be a parameter", async () => {
    const app = await testApp({
      "index/index.ts": says("folder"),
      "p/[index].ts": { GET: ({ params }) => new Response(params.index) },
    });
    expect(await app.text("/index")).toBe("folder");
    expect(await app.text("/p/7")).toBe("7");
    expect(await app.status("/")).toBe(404);
  });
});
