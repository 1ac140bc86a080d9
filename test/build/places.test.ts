import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { createTestApp } from "starbridge/testing";
import { buildProject, built, project, serve } from "./_project.ts";

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
        export const POST = () => new Response(import.meta.dirname);`,
    });
    const warnings = buildLog.lines.filter(({ level }) => level === "warn").map(({ text }) => text);
    expect(warnings).toEqual([
      expect.stringMatching(/^src\/pages\/a\.ts:7 asks for import\.meta\.url: /),
      expect.stringMatching(/^src\/pages\/a\.ts:8 asks for import\.meta\.dirname: /),
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
