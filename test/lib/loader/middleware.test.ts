import { describe, expect, it } from "vitest";
import { commonJs, esm, load, refusalOf, writeApp } from "./_app.ts";

describe("the middleware module", () => {
  const page = { ...esm, "src/pages/a.js": "export const GET = 1;" };
  const named = (name: string) => `export const onRequest = () => ${JSON.stringify(name)};`;

  async function nameOf(files: string[], option?: string): Promise<unknown> {
    const sources = files.map((file) => [file, named(file)]);
    const root = writeApp({ ...page, ...Object.fromEntries(sources) });
    const { middleware } = await load(root, { middleware: option });
    return (middleware as (() => string) | undefined)?.();
  }

  // M-01
  it("is found in the order of its extensions, a file before a folder", async () => {
    expect(await nameOf(["src/middleware.mjs", "src/middleware.js"])).toBe("src/middleware.mjs");
    expect(await nameOf(["src/middleware.js", "src/middleware.mts", "src/middleware.ts"])).toBe(
      "src/middleware.js",
    );
    expect(await nameOf(["src/middleware.js", "src/middleware/index.mjs"])).toBe(
      "src/middleware.js",
    );
    expect(await nameOf(["src/middleware/index.js", "src/middleware/index.ts"])).toBe(
      "src/middleware/index.js",
    );
  });

  // M-01
  it("is not looked for as .cjs, .cts or .json", async () => {
    expect(await nameOf(["src/middleware.cjs", "src/middleware.cts"])).toBeUndefined();
  });

  it("may be elsewhere, with or without its extension, and with dots in its name", async () => {
    expect(await nameOf(["lib/mw.js"], "lib/mw")).toBe("lib/mw.js");
    expect(await nameOf(["lib/mw.js", "lib/mw.mjs"], "./lib/mw.js")).toBe("lib/mw.js");
    expect(await nameOf(["lib/api.mw.js"], "lib/api.mw")).toBe("lib/api.mw.js");
  });

  it("may be CommonJS", async () => {
    const root = writeApp({
      ...commonJs,
      "src/pages/a.js": "",
      "src/middleware.js": "module.exports = Object.assign({}, { onRequest: () => 1 });",
    });
    expect((await load(root)).middleware).toBeTypeOf("function");
  });

  it("may be a function, or none", async () => {
    const root = writeApp({ ...page, "src/middleware.js": "throw new Error('ran');" });
    const onRequest = () => undefined;
    expect((await load(root, { middleware: onRequest })).middleware).toBe(onRequest);
    expect((await load(root, { middleware: false })).middleware).toBeUndefined();
  });

  it("must be there when it was asked for", async () => {
    const root = writeApp({ ...page, "lib/mw.js": named("mw") });
    for (const middleware of ["src/middleware", "lib/mw.ts", "lib"]) {
      expect(await refusalOf(root, { middleware })).toMatchObject({
        code: "STARBRIDGE_MIDDLEWARE_NOT_FOUND",
        message: expect.stringContaining(` ${middleware} `),
      });
    }
  });

  // M-02
  it("must export onRequest", async () => {
    const root = writeApp({ ...page, "src/middleware.js": "export default () => {};" });
    expect(await refusalOf(root)).toMatchObject({
      code: "STARBRIDGE_MIDDLEWARE_NO_ON_REQUEST",
      message: "src/middleware.js has no export named onRequest (it exports default).",
    });
  });

  // M-03
  it("must export a function", async () => {
    const root = writeApp({ ...page, "src/middleware.js": "export const onRequest = [];" });
    expect(await refusalOf(root)).toMatchObject({
      code: "STARBRIDGE_MIDDLEWARE_NOT_A_FUNCTION",
      message: "onRequest of src/middleware.js is an array, not a function.",
    });
  });

  // M-03
  it("refuses to start when it throws, with its own error as the cause", async () => {
    const root = writeApp({ ...page, "src/middleware.js": "throw new RangeError('no config');" });
    expect(await refusalOf(root)).toMatchObject({
      code: "STARBRIDGE_MODULE_FAILED",
      cause: { name: "RangeError" },
    });
  });
});
