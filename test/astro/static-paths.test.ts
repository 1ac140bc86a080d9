import type { BridgeError, EndpointModule, Params } from "starbridge";
import { describe, expect, it } from "vitest";
import { listStaticPaths } from "../../lib/build/static-paths.ts";
import { parseRouteFile } from "../../lib/routes/parse.ts";
import { buildFailure, built } from "../build/_project.ts";
import { captureLog, testApp, untyped } from "./_app.ts";

/** What getStaticPaths gives for a file: the paths, as they are asked for, and the props. */
function list(file: string, getStaticPaths: unknown): Promise<Map<string, unknown>> {
  const module = { getStaticPaths } as EndpointModule;
  return listStaticPaths(parseRouteFile(file), module, { source: `src/pages/${file}` });
}

async function paths(file: string, ...params: Params[]): Promise<string[]> {
  return [...(await list(file, () => params.map((one) => ({ params: one })))).keys()];
}

function refusal(file: string, value: unknown): Promise<BridgeError> {
  return list(file, () => value).then(
    () => {
      throw new Error("It was accepted.");
    },
    (error: BridgeError) => error,
  );
}

const refusalOf = (file: string, params: object) => refusal(file, [{ params }]);

describe("getStaticPaths", () => {
  // P-20
  it("is called once, with paginate and the pattern of the route", async () => {
    const app = await built({
      "src/pages/posts/[slug].ts": `
        let calls = 0;
        export const prerender = true;
        export const getStaticPaths = (options) => {
          calls++;
          return ["a", "b"].map((slug) => ({ params: { slug }, props: { given: Object.keys(options).sort(), pattern: options.routePattern, kind: typeof options.paginate } }));
        };
        export const GET = ({ props }) => Response.json({ ...props, calls });
      `,
    });
    const seen = {
      given: ["paginate", "routePattern"],
      pattern: "/posts/[slug]",
      kind: "function",
      calls: 1,
    };
    expect([await app.json("/posts/a"), await app.json("/posts/b")]).toEqual([seen, seen]);
  });

  // R-83 P-28
  it("may give a path twice: the last entry counts, and the log names the path", async () => {
    const { json, buildLog } = await built({
      "src/pages/[d].js": `
        export const prerender = true;
        export const getStaticPaths = () => [
          { params: { d: "one" }, props: { n: 1 } },
          { params: { d: "one" }, props: { n: 2 } },
          { params: { d: "\u00fc" } },
          { params: { d: "u\u0308" } },
        ];
        export const GET = ({ props }) => Response.json(props);`,
    });
    expect(await json("/one")).toEqual({ n: 2 });
    const warned = buildLog.lines.filter(({ level }) => level === "warn").map(({ text }) => text);
    expect(warned).toEqual([
      "getStaticPaths of src/pages/[d].js gives /one more than once: the last entry counts.",
      "getStaticPaths of src/pages/[d].js gives /%C3%BC more than once: the last entry counts.",
    ]);
  });

  // P-30 P-20
  it("may take its time, and is asked once however many requests come without a build", async () => {
    let calls = 0;
    const app = await testApp({
      "[id].ts": {
        prerender: untyped(true),
        getStaticPaths: untyped(async () => {
          calls += 1;
          return [{ params: { id: "a" } }, { params: { id: "b" } }];
        }),
        GET: ({ params }) => new Response(params.id),
      },
    });
    const texts = await Promise.all(["/a", "/b", "/a"].map((path) => app.text(path)));
    expect([texts, calls]).toEqual([["a", "b", "a"], 1]);
  });

  // P-21
  it("has to give a list", async () => {
    for (const value of [undefined, null, {}, "a", new Map()]) {
      expect((await refusal("[id].ts", value)).name).toBe("InvalidGetStaticPathsReturn");
    }
  });

  // P-21
  it("has to give entries that are objects", async () => {
    for (const value of [null, [], [{ params: { id: "a" } }], "a", 1]) {
      expect((await refusal("[id].ts", [value])).name).toBe("InvalidGetStaticPathsEntry");
    }
  });

  // P-21
  it("has to give each entry params", async () => {
    for (const entry of [{}, { params: null }, { params: {} }, { params: undefined }]) {
      expect((await refusal("[id].ts", [entry])).name).toBe("GetStaticPathsExpectedParams");
    }
  });

  // P-22
  it("has to give params that are strings", async () => {
    for (const value of [1, true, null, ["a"], { a: 1 }, 1n, () => "a"]) {
      const error = await refusalOf("[...id].ts", { id: value });
      expect(error.name).toBe("GetStaticPathsInvalidRouteParam");
      expect(error.message).toContain("src/pages/[...id].ts");
    }
  });

  // P-23
  it("may leave out only what a rest parameter stands for", async () => {
    expect(await refusalOf("[id].ts", { id: undefined })).toMatchObject({
      name: "TypeError",
      message: expect.stringContaining("Missing parameter"),
    });
    expect(await refusalOf("[a]/[b].ts", { a: "1" })).toMatchObject({ name: "TypeError" });
    const found = await paths("a/[...rest]/b.ts", { rest: undefined, x: "" }, { rest: "x/y" });
    expect(found).toEqual(["/a/b", "/a/x/y/b"]);
  });

  // P-24
  it("has no slash inside of a value that is one segment", async () => {
    expect(await refusalOf("[id].ts", { id: "a/b" })).toMatchObject({
      name: "TypeError",
      message: expect.stringContaining("Missing parameter"),
    });
  });

  // P-24
  it("loses the slashes around a value", async () => {
    expect(await paths("[id].ts", { id: "/a/" }, { id: "b/" })).toEqual(["/a", "/b"]);
    expect(await paths("[...id].ts", { id: "/a/b/" })).toEqual(["/a/b"]);
  });

  // P-25
  it("has its values escaped as they stand in a URL, in Unicode NFC", async () => {
    expect(await paths("[id].ts", { id: "c#" }, { id: "why?" }, { id: "u\u0308" })).toEqual([
      "/c%23",
      "/why%3F",
      "/%C3%BC",
    ]);
    expect(await paths("[id].ts", { id: "a b" }, { id: "100%" })).toEqual(["/a%20b", "/100%25"]);
  });

  it("is refused for values that no request could ask for", async () => {
    for (const id of ["..", "a\\b", "a\u0000", "x/../y", "x//y", "\ud800"]) {
      expect((await refusalOf("[...id].ts", { id })).code).toBe("STARBRIDGE_INVALID_PARAM_VALUE");
    }
  });

  // P-26
  it("cannot ask for a file and a folder of one name", async () => {
    const error = await refusalOf("docs/[...path].ts", { path: undefined });
    expect(error.name).toBe("PrerenderDynamicEndpointPathCollide");
    expect(await paths("docs/[...path].json.ts", { path: undefined })).toEqual(["/docs/.json"]);
  });

  // P-27
  it("leaves an unknown path to the next route, or to nobody, and says so without a build", async () => {
    const log = captureLog();
    const app = await testApp(
      {
        "mix/[id].ts": {
          prerender: untyped(true),
          getStaticPaths: untyped(() => [{ params: { id: "known" } }]),
          GET: () => new Response("prerendered"),
        },
        "mix/[...rest].ts": { GET: () => new Response("on demand") },
        "alone/[id].ts": {
          prerender: untyped(true),
          getStaticPaths: untyped(() => [{ params: { id: "known" } }]),
          GET: () => new Response("prerendered"),
        },
      },
      { logger: log.logger },
    );
    expect(await app.text("/mix/known")).toBe("prerendered");
    expect(await app.text("/mix/other")).toBe("on demand");
    expect([await app.status("/alone/known"), await app.status("/alone/other")]).toEqual([
      200, 404,
    ]);
    const warned = log.lines.filter(({ text }) => text.includes("NoMatchingStaticPathFound"));
    expect(warned.map(({ level }) => level)).toEqual(["warn", "warn"]);
  });

  // P-28
  it("gives its props to the endpoint as a copy of its own", async () => {
    const shared = { seen: 0, list: [1] };
    const app = await testApp({
      "[id].ts": {
        prerender: untyped(true),
        getStaticPaths: untyped(() => [{ params: { id: "a" }, props: shared }]),
        GET: ({ props }) => {
          props.seen += 1;
          return Response.json(props);
        },
      },
    });
    expect(await app.json("/a")).toEqual({ seen: 1, list: [1] });
    expect(await app.json("/a")).toEqual({ seen: 1, list: [1] });
    expect(shared.seen).toBe(0);
  });

  // P-29
  it("may give keys that mean nothing here", async () => {
    const entry = { params: { id: "a" }, props: { n: 1 }, cacheKey: "x" };
    expect(await list("[id].ts", () => [entry])).toEqual(new Map([["/a", { n: 1 }]]));
  });

  //
  it("is required of a prerendered route with parameters", async () => {
    const error = await buildFailure({
      "src/pages/[id].ts":
        "export const prerender = true;\nexport const GET = () => new Response();",
    });
    expect([error.name, error.code]).toEqual([
      "GetStaticPathsRequired",
      "STARBRIDGE_GET_STATIC_PATHS_REQUIRED",
    ]);
    expect(error.message).toContain("src/pages/[id].ts");
  });
});
