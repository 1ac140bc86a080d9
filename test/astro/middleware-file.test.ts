// The middleware file: where it may be, and what it must export.
import { describe, expect, it } from "vitest";
import * as root from "starbridge";
import * as entry from "starbridge/middleware";
import { openApp, project, saysSource, startFailure } from "./_app.ts";

const marks = (text: string) =>
  `export const onRequest = async (context, next) => {
    const response = await next();
    response.headers.append("x-by", ${JSON.stringify(text)});
    return response;
  };\n`;

async function by(files: Record<string, string>) {
  const app = await openApp({ root: project({ "src/pages/a.js": saysSource("a"), ...files }) });
  return (await app.fetch("/a")).headers.get("x-by");
}

describe("the middleware file", () => {
  // M-01
  it("is src/middleware.js, .mjs, or the index of a folder", async () => {
    expect(await by({ "src/middleware.js": marks("js") })).toBe("js");
    expect(await by({ "src/middleware.mjs": marks("mjs") })).toBe("mjs");
    expect(await by({ "src/middleware/index.js": marks("index") })).toBe("index");
  });

  // M-01
  it("beats a folder, .mjs beats .js, and .js beats .ts", async () => {
    expect(
      await by({ "src/middleware.js": marks("js"), "src/middleware/index.js": marks("index") }),
    ).toBe("js");
    expect(await by({ "src/middleware.mjs": marks("mjs"), "src/middleware.js": marks("js") })).toBe(
      "mjs",
    );
    expect(await by({ "src/middleware.js": marks("js"), "src/middleware.ts": marks("ts") })).toBe(
      "js",
    );
  });

  // M-01
  it("is not looked for as .cjs, nor outside src", async () => {
    const cjs = "exports.onRequest = () => new Response('cjs');\n";
    expect(await by({ "src/middleware.cjs": cjs, "middleware.js": marks("root") })).toBeNull();
  });

  // M-02
  it("may be missing", async () => {
    expect(await by({})).toBeNull();
  });

  // M-02
  it("must export onRequest by name", async () => {
    const pages = { "src/pages/a.js": saysSource("a") };
    const middleware = "export default (context, next) => next();\nexport const other = 1;\n";
    const error = await startFailure({
      root: project({ ...pages, "src/middleware.js": middleware }),
    });
    expect(error).toMatchObject({ code: "STARBRIDGE_MIDDLEWARE_NO_ON_REQUEST" });
    expect(error.message).toMatch(/middleware\.js.*other/);
  });

  // M-03: known at start, so refused at start
  it("must export a function", async () => {
    const middleware = "export const onRequest = 'x';\n";
    const error = await startFailure({
      root: project({ "src/pages/a.js": saysSource("a"), "src/middleware.js": middleware }),
    });
    expect(error).toMatchObject({ code: "STARBRIDGE_MIDDLEWARE_NOT_A_FUNCTION" });
  });

  // M-03
  it("that throws while it loads is refused, with its own error as the cause", async () => {
    const middleware = "throw new RangeError('no config');\nexport const onRequest = () => {};\n";
    const error = await startFailure({
      root: project({ "src/pages/a.js": saysSource("a"), "src/middleware.js": middleware }),
    });
    expect(error).toMatchObject({ code: "STARBRIDGE_MODULE_FAILED" });
    expect(error.cause).toMatchObject({ name: "RangeError", message: "no config" });
  });

  // M-06
  it("finds what astro/middleware exports in starbridge/middleware", () => {
    const names = [
      "createContext",
      "defineMiddleware",
      "isLocalsSerializable",
      "sequence",
      "trySerializeLocals",
    ];
    expect(Object.keys(entry).sort()).toEqual(names);
    for (const name of names) {
      expect((entry as Record<string, unknown>)[name]).toBe(
        (root as Record<string, unknown>)[name],
      );
    }
  });

  // M-06
  it("may import it under Astro's own names", async () => {
    const middleware = `
      import { defineMiddleware, sequence } from "astro:middleware";
      import { createContext, trySerializeLocals } from "astro/middleware";
      const first = defineMiddleware(async (context, next) => {
        const response = await next();
        response.headers.set("x-by", typeof createContext + trySerializeLocals({ a: 1 }));
        return response;
      });
      export const onRequest = sequence(first);
    `;
    expect(await by({ "src/middleware.js": middleware })).toBe('function{"a":1}');
  });

  // M-07
  it("gets its function back from defineMiddleware unchanged", () => {
    const middleware = () => new Response();
    expect(root.defineMiddleware(middleware)).toBe(middleware);
  });
});
