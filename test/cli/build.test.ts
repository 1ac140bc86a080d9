import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { esm, link, run, runJson, withoutTypeScript, writeApp } from "./_cli.ts";

interface Built {
  routes: number;
  prerendered: number;
  withoutBody: string[];
  hostModules: { kept: string[]; copied: string[] };
  folder: string;
  warnings: string[];
}

interface Failed {
  error: { code: string; message: string; hint?: string; stack?: string[] };
}

const project = {
  ...esm,
  "src/pages/a.ts": "export const GET = (): Response => new Response('a');",
  "src/pages/feed.xml.ts":
    "export const prerender = true; export const GET = () => new Response('<feed/>');",
};

const page = "export const GET = () => new Response('a');";

const NEVER = (name: string): string =>
  `export const prerender = true; export const ${name} = () => new Promise(() => {});`;

describe("starbridge build", () => {
  it("builds, says what and where, and shows no progress where nobody looks", async () => {
    const root = writeApp(project);
    link(root, "starbridge", "vite");
    const { code, stdout, stderr } = await run(root, ["build"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe("Built dist/starbridge: 2 routes, 1 prerendered answer.\n");
    expect(existsSync(join(root, "dist/starbridge/manifest.mjs"))).toBe(true);
  });

  it("gives the same as JSON, to the folder of the config", async () => {
    const root = writeApp({
      ...project,
      "starbridge.config.mjs": "console.log('reading'); export default { build: 'out' };",
    });
    link(root, "starbridge", "vite");
    const { code, answer, stderr } = await runJson<Built>(root, ["build"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "reading\n" });
    expect(answer).toEqual({
      routes: 2,
      prerendered: 1,
      withoutBody: [],
      hostModules: { kept: [], copied: [] },
      folder: join(root, "out"),
      warnings: [],
    });
  });

  // S-24
  it("names the answers that have no body", async () => {
    const root = writeApp({
      ...esm,
      "src/pages/none.js":
        "export const prerender = true; export const GET = () => new Response(null, { status: 204 });",
      "src/pages/empty.js":
        "export const prerender = true; export const GET = () => new Response('');",
    });
    link(root, "starbridge", "vite");
    expect((await run(root, ["build"])).stdout).toBe(
      "Built dist/starbridge: 2 routes, 2 prerendered answers.\nAnswers without a body, and so without a file: /none.\n",
    );
    expect((await runJson<Built>(root, ["build"])).answer.withoutBody).toEqual(["/none"]);
  });

  it.each([
    ["an endpoint", "rendering /a of src/pages/a.js", { "src/pages/a.js": NEVER("GET") }],
    [
      "getStaticPaths",
      "asking getStaticPaths of src/pages/[a].js",
      { "src/pages/[a].js": `${NEVER("getStaticPaths")} ${page}` },
    ],
    [
      "a module",
      "loading src/pages/a.js",
      { "src/pages/a.js": `export const prerender = true; await new Promise(() => {}); ${page}` },
    ],
    [
      "the middleware",
      "rendering /a of src/pages/a.js",
      {
        "src/pages/a.js": `export const prerender = true; ${page}`,
        "src/middleware.js": NEVER("onRequest"),
      },
    ],
  ])("says what it was at when %s never ends", async (_what, activity, files) => {
    const root = writeApp({ ...esm, ...files });
    link(root, "starbridge", "vite");
    const { code, answer } = await runJson<Failed>(root, ["build"]);
    expect([code, answer.error.code]).toEqual([1, "ended"]);
    expect(answer.error.message).toBe(`The process ended while ${activity} (exit code 0).`);
  });

  it.each([
    ["onRequest", "MIDDLEWARE_NOT_A_FUNCTION", "src/middleware.js", '"x"'],
    ["GET", "HANDLER_NOT_A_FUNCTION", "src/pages/b.js", "{ a: 1 }"],
  ])("refuses %s that is no function, without running it", async (name, code, file, value) => {
    const root = writeApp({
      ...esm,
      "src/pages/a.js": page,
      [file]: `throw new Error("It ran."); export const ${name} = ${value};`,
    });
    link(root, "starbridge", "vite");
    const { answer } = await runJson<Failed>(root, ["build"]);
    expect(answer.error.code).toBe(`STARBRIDGE_${code}`);
    expect(answer.error.message).toContain(file);
  });

  it("names the modules of the host that are imported from where they are, and the copied ones", async () => {
    const root = writeApp({
      ...project,
      "src/pages/b.ts": `import { db } from "../db.js"; import { Kind } from "../kind.ts";
        export const GET = () => new Response(db + Kind.A);`,
      "src/db.js": "export const db = 1;",
      "src/kind.ts": "export enum Kind { A }",
    });
    link(root, "starbridge", "vite");
    const { answer } = await runJson<Built>(root, ["build"]);
    expect(answer.hostModules).toEqual({ kept: ["src/db.js"], copied: ["src/kind.ts"] });
    const { stdout, stderr } = await run(root, ["build"]);
    expect(stderr).toBe("");
    expect(stdout.split("\n")).toEqual([
      "Built dist/starbridge: 3 routes, 1 prerendered answer.",
      "Imported from where they are, so deploy them as well: src/db.js.",
      "Copied into the build: src/kind.ts. Name a module that the host loads as well in `shared`, or compile it before.",
      "",
    ]);
  });

  it("ends with 1 and the code when a file cannot be built", async () => {
    const root = writeApp({ ...project, "src/pages/b.ts": 'import "./nowhere.ts";' });
    link(root, "starbridge", "vite");
    const { code, answer } = await runJson<{ error: { code: string; message: string } }>(root, [
      "build",
    ]);
    expect(code).toBe(1);
    expect(answer.error.code).toMatch(/^STARBRIDGE_/);
    expect(answer.error.message).toContain("b.ts");
  });

  it("says which file imports a package that is not there, and nothing of options that nobody has", async () => {
    const root = writeApp({ ...project, "src/pages/b.ts": 'import "no-such-package";' });
    link(root, "starbridge", "vite");
    const { answer } = await runJson<Failed>(root, ["build"]);
    expect(answer.error.message).toBe(
      'The pages could not be built. src/pages/b.ts:1 imports "no-such-package", which is not installed: npm install no-such-package, or name it under paths in tsconfig.json.',
    );
  });

  it("warns of a TypeScript config that the host cannot read without vite", async () => {
    const root = writeApp({ ...project, "starbridge.config.ts": "export default {};" });
    link(root, "starbridge", "vite");
    const { code, answer, stderr } = await runJson<Built>(root, ["build"], {
      flags: withoutTypeScript,
    });
    expect(code).toBe(0);
    expect(answer.warnings).toEqual([expect.stringContaining("starbridge.config.mjs")]);
    expect(stderr).toBe(`warning ${answer.warnings[0]}\n`);
  });

  const data = { "options.json": "{}", "rule.js": "export const rule = 'idle';" };
  it.each([
    [
      "an import without its ending",
      'import { rule } from "./rule"; export default { warmup: rule };',
    ],
    ["JSON without its attribute", 'import options from "./options.json"; export default options;'],
    ["__dirname in an ES module", "export default { root: __dirname };"],
    ["module.exports in an ES module", "module.exports = {};"],
  ])("warns of a config that Node cannot read without vite for %s", async (_, text) => {
    const root = writeApp({ ...project, ...data, "starbridge.config.mjs": text });
    link(root, "starbridge", "vite");
    const { code, answer } = await runJson<Built>(root, ["build"]);
    expect(code).toBe(0);
    expect(answer.warnings).toEqual([
      'starbridge.config.mjs is read at start, and Node needs vite for it: for a host without vite write imports with their endings, JSON with { type: "json" }, ES modules in .mjs without require or __dirname, and CommonJS in .cjs.',
    ]);
  });

  it("does not warn of a config that Node reads", async () => {
    const text = 'import { rule } from "./rule.js"; export default { warmup: rule };';
    const root = writeApp({ ...project, ...data, "starbridge.config.mjs": text });
    link(root, "starbridge", "vite");
    const { answer } = await runJson<Built>(root, ["build"]);
    expect(answer.warnings).toEqual([]);
  });

  it.each([
    ["throws", "function getStaticPaths() {\n  throw new Error('no database');", /:4:9\)?$/],
    ["rejects", "async function getStaticPaths() {\n  await null.x;", /:4:14\)?$/],
  ])(
    "names the page and the line of a getStaticPaths that %s, and ends with 1",
    async (_, text, place) => {
      const page = `// A line that goes.\nexport const prerender = true;\nexport ${text}\n}\nexport const GET = () => new Response();`;
      const root = writeApp({ ...project, "src/pages/[id].js": page });
      link(root, "starbridge", "vite");
      const { code, answer } = await runJson<Failed>(root, ["build"]);
      expect(code).toBe(1);
      expect(answer.error.code).toBe("STARBRIDGE_GET_STATIC_PATHS_FAILED");
      expect(answer.error.message).toContain("src/pages/[id].js");
      expect(answer.error.stack).toHaveLength(1);
      expect(answer.error.stack?.[0]).toContain("src/pages/[id].js");
      expect(answer.error.stack?.[0]).toMatch(place);
    },
  );

  it.each([
    ["an endpoint", "src/pages/a.ts", "export const prerender = true; export const GET = "],
    ["the middleware", "src/middleware.ts", "export const onRequest = "],
  ])("names the line of %s that fails while it is rendered", async (_, file, text) => {
    const failing = "() => {\n  enum Kind { A }\n\n  throw new Error('no ' + Kind.A);\n};";
    const root = writeApp({ ...project, [file]: text + failing });
    link(root, "starbridge", "vite");
    const { answer } = await runJson<Failed>(root, ["build"]);
    expect(answer.error.code).toBe("STARBRIDGE_PRERENDER_FAILED");
    expect(answer.error.stack?.[0]).toContain(`${file}:4:9`);
  });

  it("names the file and the line of JSON that is none, and no places in the bundler", async () => {
    const root = writeApp({
      ...project,
      "src/pages/b.ts":
        'import data from "../data.json"; export const GET = () => Response.json(data);',
      "src/data.json": '{\n  "a": 1,\n}',
    });
    link(root, "starbridge", "vite");
    const { code, stderr } = await run(root, ["build"]);
    expect(code).toBe(1);
    expect(stderr).toBe(
      "error STARBRIDGE_BUILD_FAILED The pages could not be built. src/data.json:3: trailing comma.\n  Mend the file and build again; the build before this one is still in place.\n",
    );
  });

  it("says that it may be the path of the root, where the bundler misreads that", async () => {
    const root = writeApp({
      "a?b/package.json": '{ "type": "module" }',
      "a?b/src/pages/a.js": page,
    });
    link(root, "starbridge", "vite");
    const { code, answer } = await runJson<Failed>(root, ["build", "--root", "a?b"]);
    expect(code).toBe(1);
    expect(answer.error.message).toMatch(
      /Its path may be why: the bundler takes # and \? in .*a\?b for the end of it\.$/,
    );
  });

  it("says once what ends it", async () => {
    const root = writeApp({ ...project, "src/middleware.ts": "export const onRequests = 1;" });
    link(root, "starbridge", "vite");
    const { stderr } = await run(root, ["build"]);
    expect(stderr.match(/has no export named onRequest/g)).toHaveLength(1);
    expect(stderr).not.toContain("could not start");
  });
});
