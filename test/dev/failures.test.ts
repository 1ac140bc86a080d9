// What is said of a page that cannot be loaded: the file, the line, and the way out.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { link, runNode, writeApp } from "../lib/loader/_app.ts";
import { page, startDev } from "./_hosts.ts";

const commonJs = { "src/pages/c/package.json": '{ "type": "commonjs" }' };

const cases: [string, Record<string, string>, string, string][] = [
  [
    "JSON that is broken",
    {
      "src/d.json": '{"n":',
      "src/pages/c/a.ts":
        'import d from "../../d.json"; export const GET = () => Response.json(d);',
    },
    "src/pages/c/a.ts could not be loaded: EOF while parsing a value (src/d.json:1:5).",
    '> 1 | {"n":',
  ],
  [
    "a text that is not there",
    {
      "src/pages/c/a.ts":
        '\nimport t from "../t.txt?raw";\nexport const GET = () => new Response(t);',
    },
    'it imports "../t.txt?raw", which does not exist (src/pages/c/a.ts:2:15)',
    "> 2 | import t",
  ],
  [
    "a name that a module does not export",
    {
      "src/v.ts": "interface V {}\nexport const v = 1;",
      "src/pages/c/a.ts":
        'interface A {}\nimport { v, nope } from "../../v.ts";\nexport const GET = () => Response.json([v, nope]);',
    },
    "does not provide an export named 'nope' (src/pages/c/a.ts:2:1)",
    "> 2 | import { v, nope }",
  ],
  [
    "a name that a module of Node does not export",
    {
      "src/pages/c/a.ts":
        'interface A {}\nimport { join, nope } from "node:path";\nimport { sep } from "path";\nexport const GET = () => Response.json([join, nope, sep]);',
    },
    "does not provide an export named 'nope' (src/pages/c/a.ts:2:1)",
    "> 2 | import { join, nope }",
  ],
  [
    "code that only V8 refuses",
    { "src/pages/c/a.ts": "interface A {}\n\nconst GET = () => 1;\nexport { GET };\nnew.target;" },
    "(src/pages/c/a.ts:5:",
    "> 5 | new.target",
  ],
  [
    "a CommonJS module that throws",
    {
      ...commonJs,
      "src/pages/c/a.js": "const a = 1;\n\nthrow new Error('top');\nexports.GET = a;",
    },
    "Error: top (src/pages/c/a.js:3:7)",
    "> 3 | throw new Error('top');",
  ],
  [
    "a CommonJS module that requires one with broken syntax",
    {
      ...commonJs,
      "src/pages/c/_b.js": "exports.b = () => {\n  const x = ;\n};",
      "src/pages/c/a.js": "exports.GET = require('./_b.js').b;",
    },
    "SyntaxError: Unexpected token ';' (src/pages/c/_b.js:2:13)",
    "> 2 |   const x = ;",
  ],
  [
    "a CommonJS module that requires what is not there",
    { ...commonJs, "src/pages/c/a.js": "\nexports.GET = require('./nope');" },
    'it imports "./nope", which does not exist (src/pages/c/a.js:2:23)',
    "> 2 | exports.GET",
  ],
];

describe("a page that cannot be loaded", () => {
  it.each(cases)("names the place: %s", async (_what, files, message, frame) => {
    const host = await startDev("express", files);
    expect(await host.ask("/c/a")).toMatch(/^500 /);
    expect(host.errors[0]).toMatchObject({ code: "STARBRIDGE_MODULE_FAILED" });
    expect(host.errors[0]?.message).toContain(message);
    expect(host.errors[0]?.message).toContain(frame);
  });

  it("says where a decorator of the standard is, and how others are compiled", async () => {
    const host = await startDev("express", {
      "src/pages/a.ts": `
        function named(value: any, context: any) { return value; }
        class Page {
          @named answer() { return "a"; }
        }
        export const GET = () => new Response(new Page().answer());`,
    });
    expect(await host.ask("/a")).toMatch(/^500 src\/pages\/a\.ts:4 has a decorator/);
    expect(host.errors[0]).toMatchObject({ code: "STARBRIDGE_DECORATORS_NOT_COMPILED" });
    host.write("tsconfig.json", '{ "compilerOptions": { "experimentalDecorators": true } }');
    await host.until("/a", "200 a");
  });

  it("is refused by name when a handler imports what nobody provides", async () => {
    const host = await startDev("express", {
      "src/pages/a.ts":
        'export const GET = async () => new Response(typeof (await import("astro:content")));',
    });
    expect(await host.ask("/a")).toMatch(/^500 src\/pages\/a\.ts imports "astro:content"/);
    expect(host.errors[0]).toMatchObject({ code: "STARBRIDGE_ASTRO_MODULE_UNSUPPORTED" });
  });
});

describe("a page", () => {
  it("may say `using`, whatever the Node", async () => {
    const host = await startDev("express", {
      "src/pages/a.ts": `
        Symbol.dispose ??= Symbol.for("dispose");
        export const GET = () => {
          let text = "";
          {
            using thing = { [Symbol.dispose]() { text += "disposed"; } };
            text += "used ";
          }
          return new Response(text);
        };`,
    });
    expect(await host.ask("/a")).toBe("200 used disposed");
  });

  it("may import from modules that import each other", async () => {
    const host = await startDev("express", {
      "src/a.ts":
        'import { b } from "./b.ts"; export const a = () => "a" + b(); export const x = "x";',
      "src/b.ts": 'import { x } from "./a.ts"; export const b = () => "b" + x;',
      "src/pages/a.ts": 'import { a } from "../a.ts"; export const GET = () => new Response(a());',
      "src/pages/b.ts": 'import { b } from "../b.ts"; export const GET = () => new Response(b());',
    });
    const both = await Promise.all([host.ask("/b"), host.ask("/a")]);
    expect(both).toEqual(["200 bx", "200 abx"]);
  });

  it("may compute what it imports, and nobody is warned of that", async () => {
    const host = await startDev("express", {
      "src/v.ts": "export const v = 'v';",
      "src/pages/a.ts": `
        export const GET = async () => {
          const path = "../v.ts";
          return new Response((await import(path)).v);
        };`,
    });
    expect(await host.ask("/a")).toBe("200 v");
    expect(host.logs.filter(({ level }) => level !== "info")).toEqual([]);
  });
});

describe("a host in development", () => {
  it("is told that a config file is read at start", async () => {
    const host = await startDev("express", {
      "starbridge.config.mjs": "export default {};",
      "src/pages/a.ts": page("a"),
    });
    host.write("starbridge.config.mjs", "export default { trailingSlash: 'never' };");
    const warning = "starbridge.config.mjs was changed, and is read at start: restart the host.";
    await expect
      .poll(() => host.logs.map(({ text }) => text), { timeout: 5000 })
      .toContain(warning);
  });

  it("shares its modules with pages also where the project is below a folder of packages", async () => {
    const app = writeApp({
      "node_modules/app/package.json": '{ "type": "module" }',
      "node_modules/app/src/pool.ts": "export const pool = {};",
      "node_modules/app/src/pool.js": "export const pool = {};",
      "node_modules/app/src/pages/a.js":
        'import { pool } from "../pool.js"; export const GET = () => new Response(String(pool === globalThis.POOL));',
      "node_modules/app/host.js": `
        import { createApp } from "starbridge";
        import { pool } from "./src/pool.js";
        globalThis.POOL = pool;
        const app = createApp({ root: import.meta.dirname, dev: true });
        const response = await app.fetch(new Request("http://localhost/a"));
        console.log(await response.text());
        await app.close();`,
    });
    link(app, "starbridge");
    const { stdout } = await runNode(join(app, "node_modules/app"), ["host.js"]);
    expect(stdout).toBe("true\n");
  });

  it("serves a root with a # in its path without reloading it, and says so", async () => {
    const app = writeApp({
      "a#b/package.json": '{ "type": "module" }',
      "a#b/src/pages/a.js": page("a"),
      "host.mjs": `
        import { createApp } from "starbridge";
        import { join } from "node:path";
        const app = createApp({ root: join(import.meta.dirname, "a#b"), dev: true });
        const response = await app.fetch(new Request("http://localhost/a"));
        console.log(await response.text());
        await app.close();`,
    });
    mkdirSync(join(app, "node_modules"));
    link(app, "starbridge");
    const { stdout, stderr } = await runNode(app, ["host.mjs"]);
    expect(stdout).toBe("a\n");
    expect(stderr).toMatch(/^\[starbridge\] Pages do not reload, because Vite takes the # or \?/);
  });
});

const lazy = (name: string) => `interface A {}

export const GET = async ({ url }: { url: URL }) => {
  try {
    const { a } = await import(${JSON.stringify(name)});
    return new Response(a);
  } catch (error) {
    if (url.search !== "?own") throw error;
    return Response.json([error.name, error.code, error.message, error.stack]);
  }
};`;

describe("a module in development that a page imports while it runs", () => {
  it.each([
    [
      "../lib/broken.ts",
      { "src/lib/broken.ts": "interface B {}\nexport const a = ;" },
      "STARBRIDGE_MODULE_FAILED",
      "src/lib/broken.ts could not be loaded: Unexpected token (src/lib/broken.ts:2:18).",
    ],
    [
      "../lib/broken.json",
      { "src/lib/broken.json": '{ "a": 1,\n x }' },
      "STARBRIDGE_MODULE_FAILED",
      "src/lib/broken.json could not be loaded: key must be a string (src/lib/broken.json:2:2).",
    ],
    ["../lib/none.ts", {}, "ERR_MODULE_NOT_FOUND", "/src/lib/none.ts' imported from "],
    ["no-such-package", {}, "ERR_MODULE_NOT_FOUND", "Cannot find module 'no-such-package'"],
    [
      "../lib/deep.ts",
      { "src/lib/deep.ts": '\nimport "./none.ts";' },
      "ERR_MODULE_NOT_FOUND",
      "Cannot find module './none.ts' imported from ",
    ],
  ])(
    "that fails (%s) tells place and reason, and the page may catch it",
    async (name, files, code, message) => {
      const host = await startDev("express", { ...files, "src/pages/a.ts": lazy(name) });
      expect(await host.ask("/a")).toMatch(/^500 /);
      const [error] = host.errors as (Error & { code?: string })[];
      expect(error?.code).toBe(code);
      expect(error?.message).toContain(message);
      const shown = `${error?.message} ${error?.stack}`;
      expect(shown).toBe(stripVTControlCharacters(shown));
      expect(shown).not.toMatch(/node_modules|starbridge\/(?:lib|dist)/);
      expect(error?.stack).toMatch(/\/src\/pages\/a\.ts:5:\d+\)/);
      if (name.includes("deep"))
        expect(error?.stack).toMatch(/\n {4}at .*\/src\/lib\/deep\.ts:2:8\n/);
      const own = (await (await host.fetch("/a?own")).json()) as string[];
      expect(own.slice(0, 3)).toEqual([error?.name, code, error?.message]);
    },
  );

  it("has its own errors as it has thrown them", async () => {
    const host = await startDev("express", {
      "src/lib/thrown.ts":
        'interface T {}\nthrow Object.assign(new TypeError("mine"), { code: "MINE" });',
      "src/pages/a.ts": lazy("../lib/thrown.ts"),
    });
    const own = (await (await host.fetch("/a?own")).json()) as string[];
    const [name, code, message, stack] = own;
    expect([name, code, message]).toEqual(["TypeError", "MINE", "mine"]);
    expect(stack).toMatch(/\/src\/lib\/thrown\.ts:2:\d+/);
  });
});
