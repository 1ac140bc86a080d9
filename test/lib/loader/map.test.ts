import { describe, expect, it } from "vitest";
import { createMapLoader } from "../../../lib/loader/map.ts";
import type { EndpointModule, RouteModule } from "../../../lib/types.ts";

const GET = () => new Response();
const root = "/nowhere";

function load(routes: Record<string, unknown>) {
  return createMapLoader({ root, routes: routes as Record<string, RouteModule> }).load();
}

async function fileOf(key: string): Promise<string | undefined> {
  return (await load({ [key]: { GET } })).files[0]?.file;
}

describe("createMapLoader", () => {
  it.each([
    ["users/[id].ts", "users/[id].ts"],
    ["./pages/users/[id].ts", "users/[id].ts"],
    ["./src/pages/users/[id].ts", "users/[id].ts"],
    ["../src/pages/users/[id].ts", "users/[id].ts"],
    ["../../pages/users/[id].ts", "users/[id].ts"],
    ["/src/pages/users/[id].ts", "users/[id].ts"],
    ["/pages/users/[id].ts", "users/[id].ts"],
    ["/apps/web/src/pages/users/[id].ts", "users/[id].ts"],
    ["src/pages/users/[id].ts", "users/[id].ts"],
    ["./users/[id].ts", "users/[id].ts"],
    ["/src/pages/src/pages/x.ts", "src/pages/x.ts"],
    ["./pages/pages/x.ts", "pages/x.ts"],
    ["./users/pages/x.ts", "users/pages/x.ts"],
    ["./mysrc/pages/x.ts", "mysrc/pages/x.ts"],
    // A hand-written key is relative to the pages folder: /pages/1 must not become /1.
    ["pages/[id].ts", "pages/[id].ts"],
    ["[...path].ts", "[...path].ts"],
  ])("takes the key %s for the file %s", async (key, file) => {
    expect(await fileOf(key)).toBe(file);
  });

  it("gives the very module, its exports known, and the key as its name", async () => {
    const module = { GET, POST: undefined };
    const { files } = await load({ "./pages/a.ts": module });
    expect(files[0]?.exports).toEqual(new Set(["GET", "POST"]));
    expect(files[0]?.source).toBe("./pages/a.ts");
    expect(files[0]?.load()).toBe(module);
  });

  // E-10
  it("calls a function on the first use, once, and keeps what it gave", async () => {
    const module: EndpointModule = { GET };
    let calls = 0;
    const importModule = async () => {
      calls += 1;
      return module;
    };
    const { files } = await load({ "a.ts": importModule });
    expect(calls).toBe(0);
    expect(files[0]?.exports).toBeUndefined();
    expect(await Promise.all([files[0]?.load(), files[0]?.load()])).toEqual([module, module]);
    expect(files[0]?.load()).toBe(module);
    expect(calls).toBe(1);
  });

  it("tries a function again after it failed, and names the key and the cause", async () => {
    const cause = new RangeError("no database");
    let calls = 0;
    const importModule = async () => {
      calls += 1;
      if (calls === 1) throw cause;
      return { GET };
    };
    const { files } = await load({ "./pages/a.ts": importModule });
    await expect(files[0]?.load()).rejects.toMatchObject({
      code: "STARBRIDGE_MODULE_FAILED",
      message: "./pages/a.ts could not be loaded: RangeError: no database.",
      cause,
    });
    expect(await files[0]?.load()).toEqual({ GET });
  });

  it("refuses what a function gives when it is no module", async () => {
    const { files } = await load({ "a.ts": async () => "text" });
    await expect(files[0]?.load()).rejects.toMatchObject({
      code: "STARBRIDGE_MODULE_FAILED",
      message: expect.stringContaining("gave a string instead of a module"),
    });
  });

  it.each([
    ["nothing", undefined, "undefined"],
    ["null", null, "null"],
    ["a text", "./a.ts", "a string"],
    ["a promise", Promise.resolve({ GET }), "an instance of Promise"],
  ])("refuses %s as a module, and names the entry", async (_what, value, actual) => {
    await expect(load({ "a.ts": value })).rejects.toMatchObject({
      code: "STARBRIDGE_INVALID_OPTION",
      message: expect.stringMatching(new RegExp(`routes\\["a\\.ts"\\].*${actual}`)),
    });
  });

  it("refuses two keys for one file", async () => {
    const routes = { "./pages/a.ts": { GET }, "/src/pages/a.ts": { GET } };
    await expect(load(routes)).rejects.toMatchObject({ code: "STARBRIDGE_INVALID_OPTION" });
  });

  // R-02 R-04 R-05 R-06
  it("judges names as those of files", async () => {
    const names = [
      "a.ts",
      "_b.ts",
      "_lib/c.ts",
      ".d.ts",
      ".well-known/e.ts",
      "f.test.ts",
      "g.astro",
    ];
    const { files, ignored } = await load(Object.fromEntries(names.map((name) => [name, { GET }])));
    expect(files.map(({ file }) => file)).toEqual(["a.ts", ".well-known/e.ts"]);
    expect(ignored).toEqual([
      { file: "f.test.ts", reason: "is a test" },
      { file: "g.astro", reason: "is a page, not an endpoint" },
    ]);
  });

  it("has no middleware unless one is given, and takes a function as it is", async () => {
    const onRequest = () => new Response();
    const routes = { "a.ts": { GET } };
    expect((await createMapLoader({ root, routes }).load()).middleware).toBeUndefined();
    const given = createMapLoader({ root, routes, middleware: onRequest });
    expect((await given.load()).middleware).toBe(onRequest);
    const none = createMapLoader({ root, routes, middleware: false });
    expect((await none.load()).middleware).toBeUndefined();
  });

  it("refuses a middleware module that is not there", async () => {
    const loader = createMapLoader({ root, routes: {}, middleware: "src/middleware" });
    await expect(loader.load()).rejects.toMatchObject({ code: "STARBRIDGE_MIDDLEWARE_NOT_FOUND" });
  });
});
