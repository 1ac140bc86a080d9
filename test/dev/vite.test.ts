// What a page may use that no plain import() knows.
import { describe, expect, it } from "vitest";
import { page, startDev } from "./_hosts.ts";

describe("a page in development", () => {
  it("reads import.meta.env: Vite's names, Astro's, and the private values of .env files", async () => {
    const host = await startDev(
      "express",
      {
        ".env": "PUBLIC_NAME=public\nSECRET=private\n",
        ".env.local": "SECRET=local\n",
        "src/pages/env.ts": `
          const { DEV, PROD, SSR, MODE, BASE_URL, SITE, PUBLIC_NAME, SECRET } = import.meta.env;
          const direct = [import.meta.env.SECRET, import.meta.env.SITE, import.meta.env.NOTHING ?? null];
          export const GET = () => Response.json({
            DEV, PROD, SSR, MODE, BASE_URL, SITE, PUBLIC_NAME, SECRET, direct, home: typeof process.env.PATH,
          });`,
      },
      { site: "https://example.com" },
    );
    expect(await (await host.fetch("/env")).json()).toEqual({
      DEV: true,
      PROD: false,
      SSR: true,
      MODE: "development",
      BASE_URL: "/",
      SITE: "https://example.com",
      PUBLIC_NAME: "public",
      SECRET: "local",
      direct: ["local", "https://example.com", null],
      home: "string",
    });
    host.write(".env", "PUBLIC_NAME=changed\n");
    await host.until("/env", /"PUBLIC_NAME":"changed"/);
  });

  it("has the files of import.meta.glob, and those that come and go", async () => {
    const host = await startDev("express", {
      "src/texts/a.ts": "export default 'a';",
      "src/state.ts": "let count = 0; export const next = () => ++count;",
      "src/pages/list.ts": `
        const texts = import.meta.glob("../texts/*.ts", { eager: true, import: "default" });
        const lazy = import.meta.glob("../texts/*.ts");
        export const GET = async () => Response.json([Object.values(texts), Object.keys(lazy).length]);`,
      "src/pages/other.ts": `
        import { next } from "../state.ts";
        export const GET = () => new Response(String(next()));`,
    });
    expect(await host.ask("/list")).toBe('200 [["a"],1]');
    expect(await host.ask("/other")).toBe("200 1");
    host.write("src/texts/b.ts", "export default 'b';");
    await host.until("/list", '200 [["a","b"],2]');
    host.write("src/texts/b.ts", "export default 'B';");
    await host.until("/list", '200 [["a","B"],2]');
    host.remove("src/texts/a.ts");
    await host.until("/list", '200 [["B"],1]');
    expect(await host.ask("/other")).toBe("200 2");
  });

  it("follows the paths of tsconfig.json, and their change", async () => {
    const config = (folder: string) =>
      JSON.stringify({
        compilerOptions: { paths: { "@/*": [`./src/${folder}/*`] } },
        include: ["src"],
      });
    const host = await startDev("express", {
      "tsconfig.json": config("one"),
      "src/one/text.ts": "export const text = 'one';",
      "src/two/text.ts": "export const text = 'two';",
      "src/pages/a.ts":
        'import { text } from "@/text"; export const GET = () => new Response(text);',
    });
    expect(await host.ask("/a")).toBe("200 one");
    host.write("tsconfig.json", config("two"));
    await host.until("/a", "200 two");
  });

  it("follows what tsconfig.json extends, and its change", async () => {
    const config = (folder: string) =>
      JSON.stringify({ compilerOptions: { paths: { "@/*": [`../src/${folder}/*`] } } });
    const host = await startDev("express", {
      "tsconfig.json": '{ "extends": "./config/first.json", "include": ["src"] }',
      "config/first.json": '{ "extends": "./second.json" }',
      "config/second.json": config("one"),
      "src/one/text.ts": "export const text = 'one';",
      "src/two/text.ts": "export const text = 'two';",
      "src/pages/a.ts":
        'import { text } from "@/text"; export const GET = () => new Response(text);',
    });
    expect(await host.ask("/a")).toBe("200 one");
    host.write("config/second.json", config("two"));
    await host.until("/a", "200 two");
  });

  it("imports JSON and raw text, and reloads with them", async () => {
    const host = await startDev("express", {
      "src/data.json": '{ "name": "data" }',
      "src/query.sql": "select 1",
      "src/pages/a.ts": `
        import data, { name } from "../data.json";
        import sql from "../query.sql?raw";
        export const GET = () => Response.json([data.name, name, sql]);`,
    });
    expect(await host.ask("/a")).toBe('200 ["data","data","select 1"]');
    host.write("src/data.json", '{ "name": "changed" }');
    await host.until("/a", '200 ["changed","changed","select 1"]');
    host.write("src/query.sql", "select 2");
    await host.until("/a", '200 ["changed","changed","select 2"]');
  });

  it("may use enums, namespaces, parameter properties and decorators", async () => {
    const host = await startDev("express", {
      "tsconfig.json": JSON.stringify({ compilerOptions: { experimentalDecorators: true } }),
      "src/pages/a.ts": `
        enum Color { Red = "red" }
        namespace Names { export const first = "first"; }
        const seen: string[] = [];
        function note(target: object, key: string) { seen.push(key); }
        class Service {
          constructor(private readonly name: string) {}
          @note say(): string { return this.name; }
        }
        export const GET = () => Response.json([Color.Red, Names.first, new Service("x").say(), seen]);`,
    });
    expect(await host.ask("/a")).toBe('200 ["red","first","x",["say"]]');
  });

  it("knows where it is", async () => {
    const host = await startDev("express", {
      "src/pages/a.ts": `
        import { readFileSync } from "node:fs";
        export const GET = () => Response.json([
          readFileSync(new URL("../text.txt", import.meta.url), "utf8"),
          import.meta.dirname, import.meta.filename, import.meta.resolve("../text.txt"), import.meta.resolve("fs"),
        ]);`,
      "src/text.txt": "text",
    });
    expect(await (await host.fetch("/a")).json()).toEqual([
      "text",
      `${host.root}/src/pages`,
      `${host.root}/src/pages/a.ts`,
      `file://${host.root}/src/text.txt`,
      "node:fs",
    ]);
  });

  it("is refused a module of Astro's that there is not, with the code that says so", async () => {
    const host = await startDev("express", {
      "src/lib/env.ts": 'export { getSecret } from "astro:env/server";',
      "src/pages/a.ts":
        'import { getSecret } from "../lib/env"; export const GET = () => new Response(getSecret);',
      "src/pages/b.ts": page("b"),
    });
    expect(await host.ask("/a")).toMatch(/^500 src\/pages\/a\.ts imports "astro:env\/server"/);
    expect(host.errors[0]).toMatchObject({ code: "STARBRIDGE_ASTRO_MODULE_UNSUPPORTED" });
    expect(await host.ask("/b")).toBe("200 b");
  });

  it("may be reached through a link, and reloads there too", async () => {
    const { symlinkSync } = await import("node:fs");
    const host = await startDev("express", {
      "src/pages/a.ts": page("a"),
      "elsewhere/linked.ts": page("linked"),
    });
    symlinkSync(`${host.root}/elsewhere`, `${host.root}/src/pages/there`);
    await host.until("/there/linked", "200 linked");
    host.write("elsewhere/linked.ts", page("changed"));
    await host.until("/there/linked", "200 changed");
  });
});
