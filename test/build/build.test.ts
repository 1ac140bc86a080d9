import { existsSync, readdirSync, readFileSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { createApp } from "starbridge";
import { describe, expect, it } from "vitest";
import { ask, run } from "./_process.ts";
import {
  buildFailure,
  buildProject,
  built,
  project,
  repository,
  serve,
  write,
} from "./_project.ts";

const FLAG = "export const prerender = true;\n";
const home = "dist/starbridge";

function manifestOf(root: string): string {
  return readFileSync(join(root, home, "manifest.mjs"), "utf8");
}

describe("a build", () => {
  it("runs TypeScript pages where nothing runs TypeScript", async () => {
    const { json, result, progress } = await (async () => {
      const root = project({
        "tsconfig.json": `{
          // paths as people write them
          "compilerOptions": { "paths": { "@/*": ["./src/*"] }, "experimentalDecorators": true, },
        }`,
        ".env": "PUBLIC_NAME=open\nPRIVATE=secret\n",
        "src/lib/greet.ts": `export enum Tone { Soft, Loud }\nexport const greet = (name: string): string => "hello " + name;`,
        "src/lib/data.json": `{ "a": 1 }`,
        "src/lib/text.txt": "raw text",
        "src/lib/parts/one.ts": "export const part = 1;",
        "src/middleware.ts": `
          import { defineMiddleware, sequence } from "astro:middleware";
          import type { MiddlewareHandler } from "astro";
          const one: MiddlewareHandler = (context, next) => { context.locals.seen = [1]; return next(); };
          export const onRequest = sequence(one, defineMiddleware((_context, next) => next()));`,
        "src/pages/all/[id].ts": `
          import type { APIRoute } from "astro";
          import { defineMiddleware } from "astro/middleware";
          import { greet, Tone } from "@/lib/greet";
          import data from "../../lib/data.json";
          import text from "../../lib/text.txt?raw";
          function mark(target: { marked?: boolean }) { target.marked = true; }
          @mark class Thing { static marked?: boolean; }
          const parts = import.meta.glob("../../lib/parts/*.ts", { eager: true, import: "part" });
          export const GET: APIRoute = ({ params, locals, site }) => Response.json({
            greeting: greet(params.id!), tone: Tone[Tone.Loud], data, text, marked: Thing.marked,
            parts: Object.values(parts), seen: locals.seen, kind: typeof defineMiddleware,
            env: [import.meta.env.MODE, import.meta.env.PROD, import.meta.env.PUBLIC_NAME, import.meta.env.PRIVATE, import.meta.env.SITE],
          });`,
      });
      const options = { site: "https://shop.example" };
      const { progress: steps, ...done } = await buildProject(root, options);
      return { ...serve(root, options), result: done, progress: steps };
    })();
    expect(await json("/all/ada")).toEqual({
      greeting: "hello ada",
      tone: "Loud",
      data: { a: 1 },
      text: "raw text",
      marked: true,
      parts: [1],
      seen: [1],
      kind: "function",
      env: ["production", true, "open", "secret", "https://shop.example"],
    });
    expect([result.routes, result.prerendered]).toEqual([1, 0]);
    expect(progress.sort()).toEqual([
      expect.stringMatching(/^1\/2 /),
      expect.stringMatching(/^2\/2 /),
    ]);
  });

  it("has one chunk for each route, as an ES module with a source map, and shares what they share", async () => {
    const root = project({
      "src/lib/shared.ts": "export const shared = { of: 'all' };",
      "src/pages/a.ts": `import { shared } from "../lib/shared";\nexport const GET = () => Response.json(shared);`,
      "src/pages/b/[x].ts": `import { shared } from "../../lib/shared";\nexport const GET = () => Response.json(shared);`,
    });
    await buildProject(root);
    const folder = join(
      root,
      home,
      /^ {2}id: "([^"]+)"/m.exec(manifestOf(root))?.[1] ?? "",
      "server",
    );
    const names = readdirSync(folder).filter((name) => name.endsWith(".mjs"));
    expect(names.map((name) => name.replace(/-[\w-]{8}\.mjs$/, "")).sort()).toEqual([
      "page.a",
      "page.b.x",
      "shared",
    ]);
    for (const name of names) expect(existsSync(join(folder, `${name}.map`)), name).toBe(true);
  });

  it("leaves packages where they are, unchanged", async () => {
    const root = project({
      "node_modules/counter/package.json": `{ "name": "counter", "type": "module", "exports": { ".": "./index.js", "./deep": "./deep.js" } }`,
      "node_modules/counter/index.js": "export const counter = { n: 0 };",
      "node_modules/counter/deep.js": `export { counter } from "counter";`,
      "node_modules/old/package.json": `{ "name": "old" }`,
      "node_modules/old/index.js": "module.exports = { old: require('node:path').sep };",
      "src/pages/a.ts": `import { counter } from "counter";\nimport { counter as deep } from "counter/deep";\nimport old from "old";\nexport const GET = () => Response.json([counter === deep, ++counter.n, old]);`,
    });
    await buildProject(root);
    const answer = await run(root, ask("/a", `import { counter } from "counter"; counter.n = 41;`));
    expect(answer).toEqual({
      stdout: `200 ${JSON.stringify([true, 42, { old: "/" }])}\n`,
      stderr: "",
    });
  });

  it("serves the pages of a CommonJS project", async () => {
    const app = await built({
      "package.json": "{}",
      "src/lib/db.js": "exports.db = 'legacy';",
      "src/pages/a.js": `const { db } = require("../lib/db.js");\nexports.GET = () => new Response(db);`,
      "src/pages/b.js": `module.exports = { POST: () => new Response("b") };`,
    });
    expect(await app.text("/a")).toBe("legacy");
    expect(await app.status("/b")).toBe(404);
    expect(await (await app.fetch("/b", { method: "POST" })).text()).toBe("b");
  });

  it("needs neither Vite nor the sources of the pages afterwards", async () => {
    const root = project({
      "src/pages/a.ts": `export const GET = (): Response => new Response(Object.keys(process.env).includes("VITE_USER_NODE_ENV") ? "vite" : "no vite");`,
      "src/pages/s.ts": `${FLAG}export const GET = () => new Response("s");`,
    });
    await buildProject(root);
    const before = manifestOf(root);
    const { rmSync } = await import("node:fs");
    rmSync(join(root, "src"), { recursive: true });
    expect(await run(root, ask("/a"))).toEqual({ stdout: "200 no vite\n", stderr: "" });
    expect(await run(root, ask("/s"))).toEqual({ stdout: "200 s\n", stderr: "" });
    expect(manifestOf(root)).toBe(before);
  });

  it("names the original file and line of an error, with source maps enabled", async () => {
    const root = project({
      "src/pages/fails.ts": `interface Long {\n  a: string;\n}\n\nexport const GET = (): Response => {\n  const long: Long = { a: "x" };\n  throw new Error("at line seven of " + typeof long);\n};\n`,
    });
    await buildProject(root);
    const { stderr } = await run(root, ask("/fails"), ["--enable-source-maps"]);
    expect(stderr).toMatch(/at line seven/);
    expect(stderr).toMatch(/src\/pages\/fails\.ts:7:\d+/);
  });

  it("is not used in development, where the option says so, and where nobody built", async () => {
    const root = project({ "src/pages/a.js": `export const GET = () => new Response("old");` });
    await buildProject(root);
    write(root, { "src/pages/a.js": `export const GET = () => new Response("new");` });
    expect(await serve(root).text("/a")).toBe("old");
    expect(await serve(root, { build: false }).text("/a")).toBe("new");
    const app = createApp({ root, build: "elsewhere" });
    expect(await (await app.fetch(new Request("http://localhost/a"))).text()).toBe("new");
    await app.close();
  });

  it("may be put elsewhere", async () => {
    const root = project({ "src/pages/a.js": `export const GET = () => new Response("old");` });
    const { folder } = await buildProject(root, { build: "out/pages" });
    expect(folder).toBe(join(root, "out/pages"));
    write(root, { "src/pages/a.js": `export const GET = () => new Response("new");` });
    expect(await serve(root, { build: "out/pages" }).text("/a")).toBe("old");
  });

  it("of another version is refused at start", async () => {
    const root = project({
      "src/pages/a.js": "export const GET = () => new Response();",
      [`${home}/manifest.mjs`]: "export default { version: 0 };",
    });
    await expect(serve(root).ready()).rejects.toMatchObject({ code: "STARBRIDGE_BUILD_UNUSABLE" });
    write(root, { [`${home}/manifest.mjs`]: "export default {" });
    await expect(serve(root).ready()).rejects.toMatchObject({ code: "STARBRIDGE_BUILD_UNUSABLE" });
  });

  it("gives way to the middleware that the host brings", async () => {
    const root = project({
      "src/middleware.js": "export const onRequest = () => new Response('built');",
      "src/pages/a.js": "export const GET = () => new Response('page');",
    });
    await buildProject(root);
    expect(await serve(root).text("/a")).toBe("built");
    expect(await serve(root, { middleware: false }).text("/a")).toBe("page");
    const own = serve(root, { middleware: () => new Response("own") });
    expect(await own.text("/a")).toBe("own");
  });
});

describe("a build fails", () => {
  const page = (text: string) => ({ "src/pages/a.ts": text });

  it.each([
    ["broken syntax", "export const GET = () => {", "src/pages/a.ts:1"],
    [
      "an import that leads nowhere",
      `import { x } from "../lib/no.ts";\nexport const GET = () => x;`,
      "../lib/no.ts",
    ],
    [
      "a package that is not there",
      `import x from "no-such-package";\nexport const GET = () => x;`,
      "no-such-package",
    ],
    [
      "a name that is not exported",
      `import { no } from "./_b.ts";\nexport const GET = () => no;`,
      `"no" is not exported by "src/pages/_b.ts"`,
    ],
  ])("for %s, and says where", async (_what, text, where) => {
    const error = await buildFailure({ ...page(text), "src/pages/_b.ts": "export const yes = 1;" });
    expect(error.code).toBe("STARBRIDGE_BUILD_FAILED");
    expect(error.message).toContain(where);
    expect(error.message).not.toContain("\u001b");
  });

  it.each(["astro:content", "astro:assets", "astro:i18n", "astro:env/server"])(
    "for %s, and names the file that imports it",
    async (name) => {
      const error = await buildFailure({
        ...page(`import { x } from "./_deep.ts";\nexport const GET = () => x;`),
        "src/pages/_deep.ts": `import { getCollection } from "${name}";\nexport const x = getCollection;`,
      });
      expect(error.code).toBe("STARBRIDGE_ASTRO_MODULE_UNSUPPORTED");
      expect(error.message).toContain("src/pages/_deep.ts");
      expect(error.message).toContain(name);
    },
  );

  it("for a middleware without onRequest, and for one that is asked for and not there", async () => {
    const files = { ...page("export const GET = () => new Response();") };
    expect(
      await buildFailure({ ...files, "src/middleware.ts": "export default () => {};" }),
    ).toMatchObject({ code: "STARBRIDGE_MIDDLEWARE_NO_ON_REQUEST" });
    expect(await buildFailure(files, { middleware: "src/no" })).toMatchObject({
      code: "STARBRIDGE_MIDDLEWARE_NOT_FOUND",
    });
  });

  it("without a folder of pages, and for options that a build cannot have", async () => {
    expect(await buildFailure({})).toMatchObject({ code: "STARBRIDGE_PAGES_NOT_FOUND" });
    const files = page("export const GET = () => new Response();");
    for (const options of [{ build: false as const }, { routes: {} }]) {
      expect(await buildFailure(files, options)).toMatchObject({
        code: "STARBRIDGE_INVALID_OPTION",
      });
    }
  });

  it("and leaves the build before it, and nothing of itself", async () => {
    const root = project(page(`export const GET = () => new Response("good");`));
    await buildProject(root);
    const before = [manifestOf(root), readdirSync(join(root, home)).sort()];
    write(root, page("export const GET = () => {"));
    await expect(buildProject(root)).rejects.toThrow();
    write(root, page(`${FLAG}export const GET = () => new Response("bad", { status: 500 });`));
    await expect(buildProject(root)).rejects.toThrow();
    expect([manifestOf(root), readdirSync(join(root, home)).sort()]).toEqual(before);
    expect(await serve(root).text("/a")).toBe("good");
  });
});

describe("modules of the host", () => {
  // Not "development": with that condition the test runner itself is started.
  it.each(["production", "module", "browser"])(
    "that the package itself names are those that Node takes, whatever it names for %s",
    async (condition) => {
      const root = project({
        "package.json": JSON.stringify({
          type: "module",
          imports: { "#db": { [condition]: "./src/other.js", node: "./src/db.js" } },
        }),
        "src/db.js": 'export const name = "db";',
        "src/other.js": 'export const name = "other";',
        "src/pages/a.ts":
          'import { name } from "#db";\nexport const GET = () => new Response(name);',
      });
      await buildProject(root);
      expect(await serve(root).text("/a")).toBe("db");
    },
  );

  const host = (path: string) =>
    `import { pool } from ${JSON.stringify(path)}; pool.opened += 100;`;
  const endpoint = (path: string) =>
    `import { pool } from ${JSON.stringify(path)};\nexport const GET = () => new Response(String(pool.opened));`;

  it("in JavaScript stay the host's", async () => {
    const root = project({
      "src/db.js": "import './deep.js';\nexport const pool = { opened: 1 };",
      "src/deep.js": "export {};",
      "src/pages/a.js": endpoint("../db.js"),
    });
    const { log } = await buildProject(root);
    expect(await run(root, ask("/a", host("./src/db.js")))).toEqual({
      stdout: "200 101\n",
      stderr: "",
    });
    expect(log.text()).toContain("src/db.js");
  });

  it("that a compiler has put elsewhere are found there", async () => {
    const root = project({
      "tsconfig.base.json": `{ "compilerOptions": { "rootDir": "src" } }`,
      "tsconfig.json": `{ "extends": "./tsconfig.base", /* where */ "compilerOptions": { "outDir": "dist" } }`,
      "src/db.ts": "export const pool: { opened: number } = { opened: 1 };",
      "dist/db.js": "export const pool = { opened: 1 };",
      "src/pages/a.ts": endpoint("../db"),
    });
    await buildProject(root);
    expect((await run(root, ask("/a", host("./dist/db.js")))).stdout).toBe("200 101\n");
  });

  it("that are older than their source are told", async () => {
    const root = project({
      "tsconfig.json": `{ "compilerOptions": { "outDir": "dist" } }`,
      "dist/db.js": "export const pool = { opened: 1 };",
      "src/db.ts": "export const pool = { opened: 2 };",
      "src/pages/a.ts": endpoint("../db.ts"),
    });
    const { mtimeMs } = statSync(join(root, "src/db.ts"));
    utimesSync(join(root, "dist/db.js"), new Date(), new Date(mtimeMs - 60_000));
    const { log } = await buildProject(root);
    expect(log.text()).toContain("warn: dist/db.js is older than src/db.ts");
  });

  it("that only a bundler can load become part of the build, and the log names them", async () => {
    const root = project({
      "src/db.js":
        "import './config';\nexport const pool = { opened: import.meta.env.PROD ? 7 : 1 };",
      "src/config.js": "export {};",
      "src/pages/a.js": endpoint("../db.js"),
    });
    const { log } = await buildProject(root);
    expect((await run(root, ask("/a"))).stdout).toBe("200 7\n");
    expect(log.text()).toMatch(/Copied into the build: .*src\/db\.js/);
  });

  it("are what the option says: always the host's, or never", async () => {
    const root = project({
      "src/db.js": "export const pool = { opened: 1 };",
      "src/pages/a.js": endpoint("../db.js"),
    });
    await buildProject(root, { shared: ["!src/db.js"] });
    expect((await run(root, ask("/a", host("./src/db.js")))).stdout).toBe("200 1\n");
    write(root, { "src/db.js": "export const pool = { opened: import.meta.env ? 1 : 2 };" });
    await buildProject(root, { shared: ["src/d*.js"] });
    expect((await run(root, ask("/a", host("./src/db.js")))).stdout).toBe("200 102\n");
  });

  it("are the files that the option names for sources, wherever the compiler puts them", async () => {
    const files = {
      "src/db.ts": "export const pool: { opened: number } = { opened: 1 };",
      "src/pages/a.ts": endpoint("../db.ts"),
    };
    const root = project(files);
    const shared = { "src/db.ts": "out/server/db.js" };
    const { log } = await buildProject(root, { shared });
    expect(log.text()).toContain(
      "warn: out/server/db.js does not exist (it is shared for src/db.ts): compile the host before the pages are built.",
    );
    write(root, { "out/server/db.js": "export const pool = { opened: 3 };" });
    const again = await buildProject(root, { shared });
    expect(again.log.text()).not.toContain("warn:");
    expect((await run(root, ask("/a", host("./out/server/db.js")))).stdout).toBe("200 103\n");
  });

  it("are reached by a build that was moved with them", async () => {
    const { cpSync } = await import("node:fs");
    const root = project({
      "src/db.js": "export const pool = { opened: 1 };",
      "src/pages/a.js": endpoint("../db.js"),
    });
    await buildProject(root);
    const elsewhere = project({});
    cpSync(join(root, "src"), join(elsewhere, "src"), { recursive: true });
    cpSync(join(root, "dist"), join(elsewhere, "dist"), { recursive: true });
    expect((await run(elsewhere, ask("/a", host("./src/db.js")))).stdout).toBe("200 101\n");
  });
});

describe("the build without Vite", () => {
  it("says what to install", async () => {
    const root = project({ "src/pages/a.js": "export const GET = () => new Response();" });
    // A package of another version in the project, and none beside us: what npm install --omit=dev leaves.
    const text = `
      import { importVite } from ${JSON.stringify(join(root, "lib/build/vite.js"))};
      await importVite(process.cwd()).catch((error) => console.log(error.code, error.message));
    `;
    const { cpSync } = await import("node:fs");
    cpSync(join(repository, "dist/lib"), join(root, "lib"), { recursive: true });
    expect((await run(root, text)).stdout).toMatch(/^STARBRIDGE_VITE_NOT_FOUND .*there is none/);
    write(root, {
      "node_modules/vite/package.json": `{ "name": "vite", "type": "module", "exports": "./index.js" }`,
      "node_modules/vite/index.js": `export const version = "5.4.0";`,
    });
    expect((await run(root, text)).stdout).toMatch(/there is only version 5\.4\.0/);
  });
});
