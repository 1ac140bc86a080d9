// Values of parameters at request time: decoded once, and only from a canonical path.
import { describe, expect, it } from "vitest";
import { expressWith } from "./_express.ts";
import { says, shows, showsParams, statuses, testApp } from "./_app.ts";

const dynamic = () => testApp({ "dyn/[id].ts": showsParams });

describe("decoding", () => {
  // P-01
  it("takes the values from the decoded path", async () => {
    const app = await testApp({ "[lang]/[...path].ts": showsParams });
    expect(await app.json("/de/a%20b/%C3%BC?x=%20")).toEqual({ lang: "de", path: "a b/ü" });
  });

  // P-02
  it.each([
    ["a%20b", "a b"],
    ["%C3%BC", "ü"],
    ["%c3%bc", "ü"],
    ["%F0%9F%98%80", "😀"],
    ["%5Bx%5D", "[x]"],
    ["%22q%22", '"q"'],
    ["100%25", "100%"],
    ["a%61", "aa"],
    ["a%2Fb", "a%2Fb"],
    ["a%3Fb", "a%3Fb"],
    ["a%23b", "a%23b"],
    ["a%26b", "a%26b"],
    ["a%2Bb", "a%2Bb"],
    ["a%3Db", "a%3Db"],
    ["a%3Ab", "a%3Ab"],
    ["a%3Bb", "a%3Bb"],
    ["a%2Cb", "a%2Cb"],
    ["a%40b", "a%40b"],
    ["a%24b", "a%24b"],
    ["a+b", "a+b"],
  ])("makes of %s the value %s", async (path, value) => {
    const app = await dynamic();
    expect(await app.json(`/dyn/${path}`)).toEqual({ id: value });
  });

  // P-02 X-40 X-41: the row of differences.md, one decode
  it.each([
    ["%2561", "%61"],
    ["%252Fx", "%2Fx"],
    ["%25252525", "%252525"],
  ])("decodes %s exactly once", async (path, value) => {
    const app = await dynamic();
    expect(await app.json(`/dyn/${path}`)).toEqual({ id: value });
  });

  // P-03
  it("makes a bare percent sign of %25 beside reserved characters", async () => {
    const app = await dynamic();
    const value = await app.json(`/dyn/${encodeURIComponent("%?.pdf")}`);
    expect(value).toEqual({ id: "%%3F.pdf" });
  });

  // P-04: the row of differences.md
  it.each(["%E0%A4%A", "%C0%AF", "%zz", "%", "a%2", "%ED%A0%80"])(
    "leaves the malformed escape %s to the host",
    async (path) => {
      const app = await dynamic();
      expect(await app.status(`/dyn/${path}`)).toBe(404);
    },
  );

  // P-05: the row of differences.md
  it("leaves an encoded backslash to the host", async () => {
    const app = await testApp({ "dyn/[id].ts": showsParams, "dyn/a/b.ts": says("folded") });
    expect(await app.status("/dyn/a%5Cb")).toBe(404);
    expect(await app.status("/dyn/a%5cb")).toBe(404);
  });

  // P-02: the row of differences.md, what a dynamic segment does not take
  it.each([
    ["a dot", "%2E"],
    ["two dots", "%2e%2E"],
    ["a control character", "a%00b"],
    ["a line break", "a%0D%0Ab"],
    ["delete", "a%7Fb"],
    ["a dot segment behind an encoded slash", "a%2F..%2Fb"],
    ["a dot segment behind an encoded slash, encoded too", "a%2F%2e%2e%2Fb"],
    ["a dot segment before an encoded slash", "..%2Fb"],
  ])("leaves a value to the host that holds %s", async (_what, path) => {
    const host = await expressWith({
      "dyn/[id].ts": showsParams,
      "deep/[...rest].ts": showsParams,
    });
    expect(await host.statusOfTarget(`/dyn/${path}`)).toBe(299);
    expect(await host.statusOfTarget(`/deep/x/${path}`)).toBe(299);
    expect(await host.statusOfTarget(`/deep/${path}/x`)).toBe(299);
  });

  // P-02 R-31: the row of differences.md
  it("leaves another spelling of a static sibling to the host", async () => {
    const app = await testApp({ "dyn/[id].ts": showsParams, "dyn/admin.ts": says("admin") });
    expect(await app.text("/dyn/admin")).toBe("admin");
    expect(await app.status("/dyn/%61dmin")).toBe(404);
    expect(await app.json("/dyn/%61dmi")).toEqual({ id: "admi" });
  });

  // P-02 M-36: the row of differences.md, what the URL shows of it
  it("shows the same path in the URL, in normal form", async () => {
    const app = await testApp({
      "api/[...rest].ts": shows(({ url, request }) => [
        url.pathname,
        new URL(request.url).pathname,
      ]),
    });
    const seen = async (path: string) => {
      const [url, request] = await app.json(path);
      expect(request).toBe(url);
      return url;
    };
    expect(await seen("/api/%61dmin")).toBe("/api/admin");
    expect(await seen("/api/%2561dmin")).toBe("/api/%2561dmin");
    expect(await seen("/api/%c3%bc%2fx%7e")).toBe("/api/%C3%BC%2Fx~");
    expect(await seen("/api/a+b;c@d")).toBe("/api/a+b;c@d");
  });

  // P-10
  it("does not reach a static route through a path that was encoded twice", async () => {
    const app = await testApp({ "m/get.ts": says("get") });
    expect(await statuses(app, ["/m/get", "/%256d/get", "/%6d/get"])).toEqual({
      "/m/get": 200,
      "/%256d/get": 404,
      "/%6d/get": 404,
    });
  });
});

describe("values", () => {
  // P-06
  it("of a rest parameter without text are present and undefined", async () => {
    const app = await testApp({
      "r/[...rest].ts": shows(({ params }) => ["rest" in params, params.rest === undefined]),
      "j/[...rest].ts": showsParams,
    });
    expect(await app.json("/r")).toEqual([true, true]);
    expect(await app.text("/j")).toBe("{}");
  });

  // P-07
  it("are an empty object for a route without parameters", async () => {
    const app = await testApp({ "plain.ts": showsParams });
    expect(await app.text("/plain")).toBe("{}");
  });

  // P-08
  it("never end in the trailing slash", async () => {
    const app = await testApp({ "dyn/[id].ts": showsParams, "rest/[...path].ts": showsParams });
    expect(await app.json("/dyn/a/")).toEqual({ id: "a" });
    expect(await app.json("/rest/a/b/")).toEqual({ path: "a/b" });
  });

  // P-09
  it("keep .html when the parameter captured it", async () => {
    const app = await testApp({ "dyn/[id].ts": showsParams, "rest/[...path].ts": showsParams });
    expect(await app.json("/dyn/a.html")).toEqual({ id: "a.html" });
    expect(await app.json("/rest/a/index.html")).toEqual({ path: "a/index.html" });
  });

  // P-11
  it("are strings, and names keep their case", async () => {
    const app = await testApp({
      "n/[userId]/[USERID].ts": shows(({ params }) => [params, typeof params.userId]),
    });
    expect(await app.json("/n/007/1e3")).toEqual([{ userId: "007", USERID: "1e3" }, "string"]);
  });

  // P-11: names that objects inherit are names like any other
  it("may be called like members of Object.prototype", async () => {
    const app = await testApp({
      "n/[constructor].ts": showsParams,
      "p/[__proto__].ts": shows(({ params }) => Object.entries(params)),
    });
    expect(await app.json("/n/x")).toEqual({ constructor: "x" });
    expect(await app.json("/p/x")).toEqual([["__proto__", "x"]]);
  });
});
