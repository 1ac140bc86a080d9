import { describe, expect, it } from "vitest";
import { buildFailure, buildProject, built, project, write } from "./_project.ts";

const lib = { "src/lib.js": "export const yes = 1;\n" };
const pkg = {
  "node_modules/esm-pkg/package.json": `{ "name": "esm-pkg", "type": "module", "exports": { ".": "./index.js", "./no": "./no.js" } }`,
  "node_modules/esm-pkg/index.js": "export const yes = 1;",
  "node_modules/cjs-pkg/package.json": `{ "name": "cjs-pkg" }`,
  "node_modules/cjs-pkg/index.js": "exports.yes = 1;",
};
const page = (first: string, rest = "export const GET = () => new Response(String(x));") => ({
  ...lib,
  ...pkg,
  "src/pages/a.ts": `// A page.\n${first}\n${rest}\n`,
});

describe("a build fails for an import that Node would refuse on the first request", () => {
  it.each([
    ["a file of the host", `import { nope as x } from "../lib.js";`, `"nope" from "../lib.js"`],
    ["the default of one", `import x from "../lib.js";`, `"default" from "../lib.js"`],
    ["a module of Node", `import { nope as x } from "node:fs";`, `"nope" from "node:fs"`],
    ["a package", `import { nope as x } from "esm-pkg";`, `"nope" from "esm-pkg"`],
    ["a CommonJS package", `import { nope as x } from "cjs-pkg";`, `"nope" from "cjs-pkg"`],
    ["a name handed on", `export { GET } from "../lib.js";`, `"GET" from "../lib.js"`],
  ])("of a name that is not there: %s", async (_what, text, told) => {
    const isHandler = text.startsWith("export");
    const failure = await buildFailure(page(text, isHandler ? "" : undefined));
    expect(failure.code).toBe("STARBRIDGE_BUILD_FAILED");
    expect(failure.message).toContain(
      `src/pages/a.ts:2 imports ${told}, in which Node finds no such export.`,
    );
  });

  it.each([
    ["a package has no such file", `import x from "cjs-pkg/nope.js";`],
    ["a package does not export a path", `import x from "esm-pkg/deep.js";`],
    ["the file that a package exports is not there", `import x from "esm-pkg/no";`],
  ])("of a module that is not there: %s", async (_what, text) => {
    const failure = await buildFailure(page(text));
    expect(failure.code).toBe("STARBRIDGE_BUILD_FAILED");
    expect(failure.message).toContain("src/pages/a.ts:2");
  });

  it("and names the file of the host that has it", async () => {
    const failure = await buildFailure({
      ...page(`import { x } from "../mid.js";`),
      "src/mid.js": `import { nope } from "./lib.js";\nexport const x = nope;`,
    });
    expect(failure.message).toMatch(/src\/mid\.js: .*export named 'nope'/);
  });

  it("and names all of them at once", async () => {
    const failure = await buildFailure({
      ...page(`import { nope as x } from "../lib.js";`),
      "src/pages/b.ts": `import { nix } from "node:os";\nexport const GET = () => new Response(nix);`,
      "src/pages/c.ts": "export const GET = () => new Response();",
    });
    expect(failure.message).toContain("src/pages/a.ts:2");
    expect(failure.message).toContain("src/pages/b.ts:1");
    expect(failure.message).not.toContain("src/pages/c.ts");
  });

  it("and is built once the module is mended, in the same process", async () => {
    const root = project(page(`import { nope as x } from "../lib.js";`));
    await expect(buildProject(root)).rejects.toMatchObject({ code: "STARBRIDGE_BUILD_FAILED" });
    write(root, { "src/lib.js": "export const nope = 2;" });
    expect((await buildProject(root)).routes).toBe(1);
  });
});

describe("a build", () => {
  it("fails for decorators that nobody compiles, and names their line", async () => {
    const failure = await buildFailure({
      "src/pages/a.ts": `type Any = any;\nfunction logged(v: Any, _context: Any) { return v; }\nclass Service {\n  @logged hi() { return "hi"; }\n}\nexport const GET = () => new Response(new Service().hi());`,
    });
    expect(failure.code).toBe("STARBRIDGE_BUILD_FAILED");
    expect(failure.message).toMatch(/src\/pages\/a\.ts:4: .*decorators/s);
  });

  it("runs nothing of what it looks at", async () => {
    const { buildLog, text } = await built({
      "src/lib.js": "globalThis.hasRun = true;\nexport const yes = 1;",
      "src/pages/a.ts": `import { yes } from "../lib.js";\nimport "../effect.cjs";\nexport const GET = () => new Response(String(yes));`,
      "src/effect.cjs": "globalThis.hasRun = true;",
    });
    expect(Reflect.get(globalThis, "hasRun")).toBeUndefined();
    expect(buildLog.text()).not.toContain("warn:");
    expect(await text("/a")).toBe("1");
    Reflect.deleteProperty(globalThis, "hasRun");
  });

  it("leaves it to the host what only a loader of the host can load", async () => {
    const { log } = await buildProject(
      project({
        "src/db.ts": `import { deep } from "./deep";\nexport const db = deep;`,
        "src/deep.ts": "export const deep = 1;",
        "node_modules/ts-pkg/package.json": `{ "name": "ts-pkg", "type": "module", "exports": "./index.ts" }`,
        "node_modules/ts-pkg/index.ts": "export enum Kind { One }",
        "src/pages/a.ts": `import { db } from "../db";\nexport const GET = () => new Response(String(db));`,
        "src/kind.js": `export { Kind } from "ts-pkg";`,
        "src/pages/b.ts": `import { Kind } from "../kind.js";\nexport const GET = () => new Response(String(Kind));`,
      }),
      { shared: ["src/db.ts"] },
    );
    expect(log.text()).toMatch(/warn: src\/pages\/b\.ts.*loader/);
  });

  it("fails where Node would not find the packages of the pages from the folder of the build", async () => {
    const root = project(page(`import { yes as x } from "esm-pkg";`));
    const elsewhere = project({});
    const { rmSync } = await import("node:fs");
    rmSync(`${elsewhere}/node_modules`, { recursive: true });
    const failure = await buildProject(root, { build: `${elsewhere}/bld` }).catch((error) => error);
    expect(failure).toMatchObject({ code: "STARBRIDGE_BUILD_FAILED" });
    expect(failure.message).toMatch(/Node does not find the package "(?:starbridge|esm-pkg)"/);
    expect(failure.message).toContain(`${elsewhere}/bld`);
  });
});
