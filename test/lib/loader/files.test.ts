import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { EndpointModule } from "../../../lib/types.ts";
import {
  commonJs,
  createFileLoader,
  esm,
  failureOf,
  load,
  pageOf,
  refusalOf,
  writeApp,
} from "./_app.ts";

describe("createFileLoader", () => {
  // E-10
  it("finds endpoint files and their exports without running one", async () => {
    const root = writeApp({
      ...esm,
      "src/pages/users/[id].js": "throw new Error('ran'); export const GET = 1, POST = 1;",
      "src/pages/old.cjs": "",
      "src/pages/star.js": 'export * from "./_shared.js";',
      "src/pages/_shared.js": "export const ALL = 1;",
    });
    const { files, ignored, middleware } = await load(root);
    expect(files.map(({ file, source, exports }) => ({ file, source, exports }))).toEqual([
      { file: "star.js", source: "src/pages/star.js", exports: new Set(["ALL"]) },
      {
        file: "users/[id].js",
        source: "src/pages/users/[id].js",
        exports: new Set(["GET", "POST"]),
      },
    ]);
    expect(ignored.map(({ file }) => file)).toEqual(["old.cjs"]);
    expect(middleware).toBeUndefined();
  });

  // E-10
  it("loads a file on its first use, once, and gives the module itself from then on", async () => {
    const root = writeApp({
      ...esm,
      "src/pages/a.js": "globalThis.loads = (globalThis.loads ?? 0) + 1; export const GET = 1;",
    });
    const page = await pageOf(root, "a.js");
    const loads = () => (globalThis as { loads?: number }).loads;
    expect(loads()).toBeUndefined();
    const [first, second] = await Promise.all([page.load(), page.load()]);
    expect(first).toBe(second);
    expect(page.load()).toBe(first);
    expect(loads()).toBe(1);
  });

  //
  it("loads files whose names a URL would have to escape", async () => {
    const names = ["a?b.js", "c#d.js", "e%20f.js", "g h.js", "[...ü].js"];
    const source = "export const GET = import.meta.url;";
    const pages = names.map((name) => [`src/pages/${name}`, source]);
    const root = writeApp({ ...esm, ...Object.fromEntries(pages) });
    for (const page of (await load(root)).files) {
      expect(await page.load()).toHaveProperty("GET");
    }
  });

  it("reads another folder when `pages` names one, also outside root", async () => {
    const files = { ...esm, "api/a.js": "export const GET = 1;", "web/b.js": "" };
    const root = writeApp(files);
    expect((await load(root, { pages: "api" })).files[0]?.source).toBe("api/a.js");
    const outside = await load(join(root, "web"), { pages: "../api" });
    expect(outside.files[0]).toMatchObject({ file: "a.js", source: join(root, "api/a.js") });
  });

  it("refuses a root or a folder of pages that is not there, or is a file", async () => {
    const root = writeApp({ ...esm, "src/pages": "" });
    expect(await refusalOf(join(root, "no"))).toMatchObject({
      code: "STARBRIDGE_ROOT_NOT_FOUND",
      message: expect.stringContaining(join(root, "no")),
    });
    expect(await refusalOf(root)).toMatchObject({
      code: "STARBRIDGE_PAGES_NOT_FOUND",
      message: expect.stringContaining("src/pages"),
    });
  });

  it("reads afresh on every load", async () => {
    const root = writeApp({ ...esm, "src/pages/a.js": "" });
    const loader = await createFileLoader({ root });
    expect((await loader.load()).files).toHaveLength(1);
    writeFileSync(join(root, "src/pages/b.js"), "");
    expect((await loader.load()).files).toHaveLength(2);
    await loader.close();
  });
});

describe("a CommonJS endpoint file", () => {
  const isItself = "function () { return this === module.exports; }";

  it.each([
    ["module.exports = {…}", `module.exports = { GET: ${isItself} };`],
    ["module.exports made by a call", `module.exports = Object.assign({}, { GET: ${isItself} });`],
    ["exports.GET =", `exports.GET = ${isItself};`],
    [
      "transpiled code with a default export",
      `Object.defineProperty(exports, "__esModule", { value: true });
       exports.default = { POST() {} }; exports.GET = ${isItself};`,
    ],
    ["a function with properties", `module.exports = () => {}; module.exports.GET = ${isItself};`],
  ])("gives its exports object, which `this` then is: %s", async (_what, source) => {
    const page = await pageOf(writeApp({ ...commonJs, "src/pages/a.js": source }), "a.js");
    expect(page.exports).toBeUndefined();
    const module = (await page.load()) as EndpointModule & { GET(): boolean };
    expect(module.GET()).toBe(true);
    expect(page.load()).toBe(module);
  });
});

describe("an ES module with a default export", () => {
  // E-08 E-09
  it("gives its namespace, and not the default export", async () => {
    const source = "export default { POST: 1 }; export const GET = 1;";
    const page = await pageOf(writeApp({ ...esm, "src/pages/a.js": source }), "a.js");
    const module = (await page.load()) as EndpointModule;
    expect(Object.keys(module)).toEqual(["GET", "default"]);
  });
});

describe("an endpoint file that fails to load", () => {
  it("is named, with its own error as the cause", async () => {
    const error = await failureOf({ "src/pages/a.js": "throw new RangeError('no database');" });
    expect(error).toMatchObject({
      code: "STARBRIDGE_MODULE_FAILED",
      message: "src/pages/a.js could not be loaded: RangeError: no database.",
      statusCode: 500,
    });
    expect(error.cause).toMatchObject({ name: "RangeError", message: "no database" });
  });

  it("may throw what is no Error", async () => {
    const error = await failureOf({ "src/pages/a.js": "throw undefined;" });
    expect(error.message).toBe("src/pages/a.js could not be loaded: it threw undefined.");
    expect(error.cause).toBeUndefined();
  });

  it("may import what is not there", async () => {
    const error = await failureOf({ "src/pages/a.js": 'import "./_nowhere.js";' });
    expect(error).toMatchObject({ code: "STARBRIDGE_MODULE_FAILED" });
    expect(error.message).toMatch(/^src\/pages\/a\.js .*_nowhere\.js/);
    expect(error.cause).toMatchObject({ code: "ERR_MODULE_NOT_FOUND" });
  });

  it("tells file and line where Node knows them", async () => {
    const error = await failureOf({
      "src/pages/a.js": '\nimport { nope } from "./_b.js";',
      "src/pages/_b.js": "export const a = 1;",
    });
    expect(error.message).toMatch(/'nope' \(.*src\/pages\/a\.js:2\)\.$/);
    expect(error.cause).toBeInstanceOf(Error);
  });

  it("tells that broken syntax may be that of an import, where Node does not know", async () => {
    const error = await failureOf({
      "src/pages/a.js": 'import "./_b.js";',
      "src/pages/_b.js": "export const = 1;",
    });
    expect(error.message).toMatch(
      /^src\/pages\/a\.js .*SyntaxError: .* in a module it imports\)\.$/,
    );
  });

  it("tells file and line of broken CommonJS", async () => {
    const files = { "src/pages/a.js": "exports.GET = 1;\nconst = 2;" };
    const page = await pageOf(writeApp({ ...commonJs, ...files }), "a.js");
    await expect(page.load()).rejects.toMatchObject({
      message: expect.stringMatching(/SyntaxError: .* \(.*src\/pages\/a\.js:2\)\.$/),
    });
  });

  it("is tried again, so that a file which was missing answers once it is there", async () => {
    const root = writeApp({ ...esm, "src/pages/a.js": "export const GET = 1;" });
    const page = await pageOf(root, "a.js");
    rmSync(join(root, "src/pages/a.js"));
    await expect(page.load()).rejects.toMatchObject({ code: "STARBRIDGE_MODULE_FAILED" });
    writeFileSync(join(root, "src/pages/a.js"), "export const POST = 1;");
    expect(await page.load()).toHaveProperty("POST");
  });
});
