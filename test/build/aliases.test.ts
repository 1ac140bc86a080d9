// Names that tsconfig.json gives, where Vite does not follow them by itself.
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createTestApp } from "starbridge/testing";
import { buildFailure, buildProject, captureLog, project, serve } from "./_project.ts";

/** What a page answers, built and in development. */
async function answers(files: Record<string, string>, path = "/a"): Promise<unknown[]> {
  const root = project(files);
  await buildProject(root);
  const app = createTestApp({ root, dev: true, logger: captureLog().logger });
  onTestFinished(() => app.close());
  return [await serve(root).json(path), JSON.parse(await (await app.fetch(path)).text())];
}

const paths = (more: object = {}): string =>
  JSON.stringify({ compilerOptions: { paths: { "@/*": ["./src/*"] } }, ...more });
const page = `
  import { name } from "@/lib/name";
  export const GET = () => Response.json(name);`;
const files = { "src/pages/a.ts": page, "src/lib/name.ts": 'export const name: string = "it";' };

describe("a name under paths in tsconfig.json", () => {
  it.each([
    ["excludes", { include: ["src"], exclude: ["src/pages"] }],
    ["does not include", { files: ["src/server.ts"] }],
  ])("is followed in pages that the file %s", async (_how, more) => {
    const all = { ...files, "src/server.ts": "", "tsconfig.json": paths(more) };
    expect(await answers(all)).toEqual(["it", "it"]);
  });

  it("is followed where it comes from a file that is extended", async () => {
    const all = {
      ...files,
      "tsconfig.json": '{ "extends": "./config/base.json", "files": [] }',
      "config/base.json": '{ "compilerOptions": { "paths": { "@/*": ["../src/*"] } } }',
    };
    expect(await answers(all)).toEqual(["it", "it"]);
  });

  it("begins a pattern of import.meta.glob()", async () => {
    const all = {
      "tsconfig.json": paths(),
      "src/lib/mods/a.js": 'export const name = "a";',
      "src/lib/mods/b.js": 'export const name = "b";',
      "src/pages/a.ts": `
        const found: object = import.meta.glob(["@/lib/mods/*.js", "!@/lib/mods/b.js"], { eager: true, import: "name" });
        export const GET = () => Response.json(found);`,
    };
    const found = { "/src/lib/mods/a.js": "a" };
    expect(await answers(all)).toEqual([found, found]);
  });

  const glob = `
    const found = import.meta.glob(["@/lib/*.ts", "!@/lib/not.ts"], { eager: true, ["import"]: "name" });
    export const GET = () => Response.json(found);`;
  const nested = '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }';
  it.each([
    ["a nearer file is in charge", { "src/tsconfig.json": nested, "tsconfig.json": nested }],
    ["only a nearer file has it", { "src/tsconfig.json": nested }],
    [
      "a file that is referred to has it",
      {
        "tsconfig.json": '{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }',
        "tsconfig.app.json": paths({ include: ["src"] }).replace("{", '{ "composite": true,'),
      },
    ],
    [
      "the first of its folders is not there",
      { "tsconfig.json": paths().replace('"./src/*"', '"./gen/*", "./src/*"') },
    ],
  ])("begins a pattern as it begins an import: %s", async (_where, configs) => {
    const all = {
      ...files,
      ...configs,
      "src/pages/a.ts": glob,
      "lib/wrong.ts": "",
      "src/lib/not.ts": "",
    };
    const found = { "/src/lib/name.ts": "it" };
    expect(await answers(all)).toEqual([found, found]);
  });

  it("is followed by a pattern that is one file, and has the host's own in a build", async () => {
    const all = {
      "tsconfig.json": paths().replace('"paths"', '"outDir": "dist", "rootDir": "src", "paths"'),
      "src/lib/name.ts": 'export const name: string = "it";',
      "dist/lib/name.js": 'export const name = "the host\'s";',
      "src/pages/a.ts": glob.replace("*.ts", "name.ts"),
    };
    expect(await answers(all)).toEqual(
      ["the host's", "the host's"].map((name) => ({ "/src/lib/name.ts": name })),
    );
  });

  it("begins a pattern where only a folder above the project has the file", async () => {
    const root = project({
      "tsconfig.json": paths().replace("./src/", "./app/src/"),
      "app/package.json": '{ "type": "module" }',
      "app/src/pages/a.ts": glob,
      "app/src/lib/name.ts": files["src/lib/name.ts"],
    });
    await buildProject(join(root, "app"));
    expect(await serve(join(root, "app")).json("/a")).toEqual({ "/src/lib/name.ts": "it" });
  });
});

describe("a call of import.meta.glob() that nobody can expand", () => {
  const call = (given: string) =>
    buildFailure({
      "src/pages/a.ts": `
        // import.meta.glob("~/in/a/comment")
        const fine = import.meta.glob(["./_x/*.js"] as const, { ["eager"]: true, import: undefined, query: { raw: true } } as const);
        const text = 'import.meta.glob("~/in/a/text")';
        const found = import.meta.glob(${given});
        export const GET = () => Response.json([text, fine, found]);`,
    });

  it.each([
    ["a pattern that only running it would tell", "`./_$" + "{process.env.KIND}/*.js`"],
    ["a list with such a pattern", '["./_x/*.js", process.env.KIND]'],
    ["options that only running it would tell", '"./_x/*.js", Object({ eager: true })'],
    ["an option that only running it would tell", '"./_x/*.js", { eager: Boolean(1) }'],
    ["an option that the bundler would pass over", '"./_x/*.js", { eager: !0 }'],
    ["an option that is a template", '"./_x/*.js", { eager: true, import: `name` }'],
    ["an option whose name is a template", '"./_x/*.js", { [`eager`]: true }'],
  ])("fails the build by file and line: %s", async (_what, given) => {
    expect(await call(given)).toMatchObject({
      code: "STARBRIDGE_BUILD_FAILED",
      message:
        "The pages could not be built. src/pages/a.ts:5: import.meta.glob() takes its patterns and options as literals: they are read, and not run.",
    });
  });

  it("fails the build by file and line: a name that is none", async () => {
    const { message } = await call('"~/lib/*.js"');
    expect(message).toContain(' src/pages/a.ts:5: the pattern "~/lib/*.js" of import.meta.glob()');
  });
});
