// The syntax of route segments, and how static text is compared.
import { describe, expect, it } from "vitest";
import { says, showsParams, startFailure, statuses, testApp } from "./_app.ts";

describe("parameters", () => {
  //
  it("take one segment, and a rest parameter any number, none included", async () => {
    const app = await testApp({ "one/[id].ts": showsParams, "rest/[...path].ts": showsParams });
    expect(await app.json("/one/a")).toEqual({ id: "a" });
    expect(await statuses(app, ["/one", "/one/", "/one/a/b"])).toEqual({
      "/one": 404,
      "/one/": 404,
      "/one/a/b": 404,
    });
    expect(await app.json("/rest/a/b/c")).toEqual({ path: "a/b/c" });
    expect(await app.json("/rest")).toEqual({});
    expect(await app.json("/rest/")).toEqual({});
    expect(await app.status("/resta")).toBe(404);
  });

  //
  it("at the root take everything, the root included", async () => {
    const app = await testApp({ "[...all].ts": showsParams });
    expect(await app.json("/")).toEqual({});
    expect(await app.json("/a/b")).toEqual({ all: "a/b" });
  });

  //
  it.each(["[a b]", "[a-b]", "[ü]", "[...]", "[a(.*)]", "[...a.b]"])(
    "refuse the name in %s",
    async (name) => {
      const error = await startFailure({ routes: { [`x/${name}.ts`]: says("x") } });
      expect(error).toMatchObject({ name: "InvalidRoute", code: "STARBRIDGE_INVALID_ROUTE" });
      expect(error.message).toMatch(/^Invalid route .*parameter name/);
    },
  );

  //
  it("may be called by digits, underscores and dollars", async () => {
    const app = await testApp({ "n/[1].ts": showsParams, "d/[$a_1].ts": showsParams });
    expect(await app.json("/n/x")).toEqual({ 1: "x" });
    expect(await app.json("/d/x")).toEqual({ $a_1: "x" });
  });

  //
  it.each(["[a][b]", "[a]x[b][c]"])("must be separated by text, unlike in %s", async (name) => {
    const error = await startFailure({ routes: { [`${name}.ts`]: says("x") } });
    expect(error).toMatchObject({ code: "STARBRIDGE_INVALID_ROUTE" });
    expect(error.message).toMatch(/separated/);
  });

  //
  it.each(["[a", "a]", "x[a/b]", "[a]]"])("refuse unbalanced brackets: %s", async (name) => {
    const error = await startFailure({ routes: { [`${name}.ts`]: says("x") } });
    expect(error).toMatchObject({ code: "STARBRIDGE_INVALID_ROUTE" });
  });

  //
  it("share a segment and match lazily from the left", async () => {
    const app = await testApp({ "[lang]-[id].json.ts": showsParams });
    expect(await app.json("/en-us-12.json")).toEqual({ lang: "en", id: "us-12" });
    expect(await statuses(app, ["/en-.json", "/-12.json", "/en.json", "/en-12"])).toEqual({
      "/en-.json": 404,
      "/-12.json": 404,
      "/en.json": 404,
      "/en-12": 404,
    });
  });

  //
  it("may be rests with text before or after them", async () => {
    const app = await testApp({ "[...path].json.ts": showsParams, "pre-[...p].ts": showsParams });
    expect(await app.json("/a/b.json")).toEqual({ path: "a/b" });
    expect(await app.json("/.json")).toEqual({});
    expect(await app.json("/pre-x/y")).toEqual({ p: "x/y" });
    expect(await app.json("/pre-")).toEqual({});
  });

  //
  it("need the slash in front when a rest shares its segment with text", async () => {
    const app = await testApp({ "docs/[...path].json.ts": showsParams });
    expect(await app.json("/docs/.json")).toEqual({});
    expect(await app.json("/docs/a.json")).toEqual({ path: "a" });
    expect(await statuses(app, ["/docs.json", "/docs"])).toEqual({
      "/docs.json": 404,
      "/docs": 404,
    });
  });

  //
  it("may hold several rests, the first of them the shorter", async () => {
    const app = await testApp({ "[...a]/[...b].ts": showsParams });
    expect(await app.json("/x")).toEqual({ a: "x" });
    expect(await app.json("/x/y/z")).toEqual({ a: "x", b: "y/z" });
  });

  //
  it("may repeat a name, the last value winning", async () => {
    const app = await testApp({ "[a]/[a].ts": showsParams });
    expect(await app.json("/first/last")).toEqual({ a: "last" });
  });

  //
  it("are not made by empty or doubled brackets", async () => {
    const app = await testApp({ "x/[].ts": says("literal"), "y/[[a]].ts": showsParams });
    expect(await app.text("/x/[]")).toBe("literal");
    expect(await app.status("/x/a")).toBe(404);
    expect(await app.json("/y/[b]")).toEqual({ a: "b" });
    expect(await app.status("/y/b")).toBe(404);
  });
});

describe("static text", () => {
  //
  it("keeps parentheses: there are no groups", async () => {
    const app = await testApp({ "(group)/a.ts": says("a") });
    expect(await statuses(app, ["/(group)/a", "/a"])).toEqual({ "/(group)/a": 200, "/a": 404 });
  });

  //
  it("is compared case-sensitively", async () => {
    const app = await testApp({ "UPPER.ts": says("upper"), "mixed/Case.ts": says("mixed") });
    const paths = ["/UPPER", "/upper", "/mixed/Case", "/mixed/case", "/Mixed/Case"];
    expect(Object.values(await statuses(app, paths))).toEqual([200, 404, 200, 404, 404]);
  });

  //
  it("is NFC in the route, whatever the file name, and the path is not normalised", async () => {
    const app = await testApp({ [`${"cafe\u0301".normalize("NFD")}.ts`]: says("café") });
    expect(await app.status(`/${encodeURIComponent("caf\u00e9")}`)).toBe(200);
    expect(await app.status(`/${encodeURIComponent("cafe\u0301")}`)).toBe(404);
  });

  //
  it("with spaces and Unicode answers its percent-encoded form", async () => {
    const app = await testApp({
      "sp ace/a b.ts": says("space"),
      "ünïcode.ts": says("unicode"),
      "a+b.ts": says("plus"),
    });
    expect(await app.text("/sp%20ace/a%20b")).toBe("space");
    expect(await app.text("/%C3%BCn%C3%AFcode")).toBe("unicode");
    expect(await app.text("/%c3%bcn%c3%afcode")).toBe("unicode");
    expect(await app.text("/a+b")).toBe("plus");
    expect(await statuses(app, ["/sp+ace/a+b", "/a%20b"])).toEqual({
      "/sp+ace/a+b": 404,
      "/a%20b": 404,
    });
  });

  // R-31 P-02: the row of differences.md, a static segment matches its canonical spelling only
  it("does not answer to ASCII letters that were percent-encoded", async () => {
    const app = await testApp({ "admin.ts": says("admin"), "v1/x.ts": says("x") });
    expect(await statuses(app, ["/admin", "/%61dmin", "/adm%69n", "/v%31/x", "/v1/%78"])).toEqual({
      "/admin": 200,
      "/%61dmin": 404,
      "/adm%69n": 404,
      "/v%31/x": 404,
      "/v1/%78": 404,
    });
  });

  //
  it("with reserved characters answers them raw and not encoded", async () => {
    const app = await testApp({ "plus+amp&.ts": says("both") });
    expect(await statuses(app, ["/plus+amp&", "/plus%2Bamp%26"])).toEqual({
      "/plus+amp&": 200,
      "/plus%2Bamp%26": 404,
    });
  });

  //
  it("with a question mark or a hash answers their encoded form", async () => {
    const app = await testApp({ "what?.ts": says("what"), "c#.ts": says("sharp") });
    expect(await app.text("/what%3F")).toBe("what");
    expect(await app.text("/c%23")).toBe("sharp");
    expect(await statuses(app, ["/what", "/c"])).toEqual({ "/what": 404, "/c": 404 });
  });

  //
  it("spells brackets as %5B and %5D in a file's name", async () => {
    const app = await testApp({ "a%5Bb%5D.ts": says("brackets") });
    expect(await app.text("/a[b]")).toBe("brackets");
  });

  //
  it("keeps a space at its end", async () => {
    const app = await testApp({ "a .ts": says("space") });
    expect(await statuses(app, ["/a%20", "/a"])).toEqual({ "/a%20": 200, "/a": 404 });
  });

  //
  it("has no second form with .html under the default build format", async () => {
    const app = await testApp({ "m/get.ts": says("get"), "m/index.ts": says("index") });
    expect(await statuses(app, ["/m/get", "/m/get.html", "/m/get/index.html", "/m.html"])).toEqual({
      "/m/get": 200,
      "/m/get.html": 404,
      "/m/get/index.html": 404,
      "/m.html": 404,
    });
  });
});
