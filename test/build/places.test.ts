import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { createTestApp } from "starbridge/testing";
import type { Log } from "./_project.ts";
import { buildProject, built, project, serve } from "./_project.ts";

function warningsOf({ lines }: Log): string[] {
  return lines.filter(({ level }) => level === "warn").map(({ text }) => text);
}

describe("a page that asks where it is", () => {
  it("is told by file and line that the build puts it elsewhere", async () => {
    const { buildLog } = await built({
      "src/pages/a.ts": `
        import { createRequire } from "node:module";
        interface One { a: string }
        const require = createRequire(import.meta.url);
        // import.meta.url
        const text = "import.meta.dirname";
        export const GET = () => new Response(String(new URL("./_x.txt", import.meta.url)) + text + typeof require);
        export const POST = () => new Response(import.meta.dirname + import.meta.dirname);`,
    });
    expect(warningsOf(buildLog)).toEqual([
      expect.stringMatching(/^src\/pages\/a\.ts:7 asks for import\.meta\.url: /),
      expect.stringMatching(/^src\/pages\/a\.ts:8 asks for import\.meta\.dirname: /),
    ]);
  });
});

describe("a page that only gives these names to something else", () => {
  it("is not told of them", async () => {
    const { buildLog, json } = await built({
      "src/lib/paths.ts": `
        const file = "f", folder = "d";
        export { file as __filename, folder as __dirname };`,
      "src/lib/more.ts": `
        export { __filename, __dirname as folder } from "./paths";
        export * as __dirname from "./paths";`,
      "src/pages/a.ts": `
        import { __filename as f } from "../lib/paths";
        import { __filename as g, folder } from "../lib/more";
        export const GET = () => Response.json([f, g, folder]);`,
    });
    expect(await json("/a")).toEqual(["f", "f", "d"]);
    expect(warningsOf(buildLog)).toEqual([]);
  });
});

describe("a CommonJS file that asks where it is", () => {
  it("has a place in the build, and is told of by file and line", async () => {
    const { root, buildLog, json } = await built({
      "package.json": "{}",
      "src/pages/a.js": `
        const place = require("node:path").join(__dirname, "t.txt");
        const own = (__filename) => __filename;
        exports.GET = () => Response.json([place, __filename, own("mine"), { __dirname: 1 }.__dirname]);`,
      "src/pages/b.ts": `
        import { basename } from "node:path";
        import { here } from "../lib/here";
        export const GET = () => Response.json([here, basename(__filename) as string]);`,
      "src/lib/here.ts": "export const here: string = __dirname;",
      "src/pages/c.ts": `
        const __dirname: string = "my own";
        export const GET = () => Response.json(__dirname);`,
    });
    const [place, file, ...rest] = await json("/a");
    const folder = dirname(file);
    expect(folder.startsWith(join(root, "dist/starbridge"))).toBe(true);
    expect([place, ...rest]).toEqual([join(folder, "t.txt"), "mine", 1]);
    expect(await json("/b")).toEqual([folder, expect.stringMatching(/^page\.b-.+\.mjs$/)]);
    expect(await json("/c")).toBe("my own");
    expect(warningsOf(buildLog).sort()).toEqual([
      expect.stringMatching(/^src\/lib\/here\.ts:1 asks for __dirname: /),
      expect.stringMatching(/^src\/pages\/a\.js:2 asks for __dirname: /),
      expect.stringMatching(/^src\/pages\/b\.ts:4 asks for __filename: /),
    ]);
  });

  it("has none in a build, and is not told of, when it is an ES module", async () => {
    const page = "export const GET = () => Response.json(typeof __dirname);";
    const { buildLog, json } = await built({
      "src/pages/a.ts": page,
      "src/pages/b.js": page,
      "src/pages/c/package.json": "{}",
      "src/pages/c/d.js": page,
    });
    const answers = await Promise.all(["/a", "/b", "/c/d"].map((path) => json(path)));
    expect(answers).toEqual(["undefined", "undefined", "undefined"]);
    expect(warningsOf(buildLog)).toEqual([]);
  });

  it("has the place of its source in development, unless it is an ES module", async () => {
    const root = project({
      "package.json": "{}",
      "src/pages/a.ts":
        "export const GET = (): Response => Response.json([__dirname, __filename]);",
      "src/pages/b/package.json": '{ "type": "module" }',
      "src/pages/b/c.ts": "export const GET = (): Response => Response.json(typeof __dirname);",
    });
    const app = createTestApp({ root, dev: true });
    const pages = join(root, "src/pages");
    expect(await (await app.fetch("/a")).json()).toEqual([pages, join(pages, "a.ts")]);
    expect(await (await app.fetch("/b/c")).json()).toBe("undefined");
    await app.close();
  });

  it("is told of what require() cannot find from there, and finds the rest", async () => {
    const { buildLog, json } = await built({
      "package.json": "{}",
      "node_modules/pkg/package.json": '{ "name": "pkg", "main": "main.js" }',
      "node_modules/pkg/main.js": "exports.name = 'pkg';",
      "src/lib/n.js": "exports.n = 7;",
      "src/pages/a.js": `
        const { basename, join } = require("node:path");
        const { n } = require("../lib/n.js");
        const name = "pkg";
        exports.GET = () => Response.json([n, require(name).name, basename(require.resolve("pkg"))]);
        exports.POST = () => Response.json(require.resolve("../lib/n.js"));
        exports.PUT = () => Response.json(require(join(process.cwd(), "src/lib/n.js")).n);`,
      "src/pages/b.mjs.js": "exports.GET = () => Response.json(require(`../lib/n.js`).n);",
      "src/pages/c.ts": `
        import { createRequire } from "node:module";
        const require = createRequire(import.meta.url);
        export const GET = () => Response.json(require("pkg").name);
        export const POST = () => Response.json(require("../lib/n.js").n);`,
    });
    expect(await json("/a")).toEqual([7, "pkg", "main.js"]);
    expect(await json("/b.mjs")).toBe(7);
    expect(await json("/c")).toBe("pkg");
    expect(warningsOf(buildLog).sort()).toEqual([
      expect.stringMatching(/^src\/pages\/a\.js:5 gives require\(\) what no build can follow: /),
      expect.stringMatching(/^src\/pages\/a\.js:6 gives require\.resolve\(\) what no build can/),
      expect.stringMatching(/^src\/pages\/c\.ts:5 gives require\(\) what no build can follow: /),
    ]);
  });
});

describe("what jsconfig.json calls by a name of its own", () => {
  it("is found in a build and in development", async () => {
    const root = project({
      "jsconfig.json": `{ "compilerOptions": { "baseUrl": ".", /* names */ "paths": { "~/*": ["./src/*"], "one": ["src/lib/one.js"] } } }`,
      "src/lib/one.js": "export const one = 1;",
      "src/lib/two.js": "export const two = 2;",
      "src/pages/a.js": `
        import { one } from "one";
        import { two } from "~/lib/two.js";
        import { two as too } from "src/lib/two";
        import { sep } from "path";
        export const GET = () => Response.json([one, two, too === two, sep]);`,
    });
    await buildProject(root);
    expect(await serve(root).json("/a")).toEqual([1, 2, true, "/"]);
    const app = createTestApp({ root, dev: true });
    expect(await (await app.fetch("/a")).json()).toEqual([1, 2, true, "/"]);
    await app.close();
  });
});

describe("the option build", () => {
  it("may be a file: URL", async () => {
    const root = project({ "src/pages/a.js": "export const GET = () => new Response('a');" });
    const build = pathToFileURL(`${root}/out folder`).href;
    expect((await buildProject(root, { build })).folder).toBe(`${root}/out folder`);
    expect(await serve(root, { build }).text("/a")).toBe("a");
  });
});
