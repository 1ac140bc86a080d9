import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ask, run } from "./_process.ts";
import { buildFailure, buildProject, built, project, serve } from "./_project.ts";

const endpoint = (value: string) => `export const GET = () => Response.json(${value});`;

describe("what tsconfig.json calls by a name of its own", () => {
  it("wins over packages, and over the name of the package itself", async () => {
    const app = await built({
      "package.json": `{ "name": "shop", "type": "module" }`,
      "tsconfig.json": `{ "compilerOptions": { "paths": { "shop/*": ["./src/*"], "stubbed": ["./src/stub.ts"], "@cfg/*": ["\${configDir}/src/lib/*"] } } }`,
      "node_modules/stubbed/package.json": `{ "name": "stubbed" }`,
      "node_modules/stubbed/index.js": "exports.of = 'package';",
      "src/stub.ts": "export const of: string = 'stub';",
      "src/lib/x.ts": "export const x: string = 'x';",
      "src/lib/y.js": "export const y = 'y';",
      "src/pages/a.ts": `
        import { x } from "shop/lib/x";
        import { y } from "shop/lib/y.js";
        import { of } from "stubbed";
        import { x as again } from "@cfg/x";
        ${endpoint("[x, y, of, again]")}`,
    });
    expect(await app.json("/a")).toEqual(["x", "y", "stub", "x"]);
  });
});

describe("a package of the workspace", () => {
  const linked = (files: Record<string, string>) => {
    const root = project(files);
    symlinkSync(join(root, "packages/part"), join(root, "node_modules/part"), "junction");
    return root;
  };

  it("that exports TypeScript becomes part of the build, with what it imports", async () => {
    const root = linked({
      "packages/part/package.json": `{ "name": "part", "type": "module", "exports": { ".": "./src/index.ts" } }`,
      "packages/part/src/index.ts": `export * from "./deep";`,
      "packages/part/src/deep.ts": "export const deep: string = 'deep';",
      "src/pages/a.ts": `import { deep } from "part";\n${endpoint("deep")}`,
    });
    const { log } = await buildProject(root);
    expect(await serve(root).json("/a")).toBe("deep");
    expect(log.text()).toMatch(/Copied into the build: .*packages\/part\/src\/index\.ts/);
  });

  it("that exports JavaScript stays one instance with the host's", async () => {
    const root = linked({
      "packages/part/package.json": `{ "name": "part", "type": "module", "exports": "./index.js" }`,
      "packages/part/index.js": "export const pool = { opened: 1 };",
      "src/pages/a.ts": `import { pool } from "part";\n${endpoint("pool.opened")}`,
    });
    await buildProject(root);
    const before = `import { pool } from "part"; pool.opened += 100;`;
    expect((await run(root, ask("/a", before))).stdout).toBe("200 101\n");
  });
});

describe("an import of a package", () => {
  it("of a path without its ending is found, as in development", async () => {
    const app = await built({
      "node_modules/old/package.json": `{ "name": "old" }`,
      "node_modules/old/lib/part.js": "exports.part = 1;",
      "src/pages/a.ts": `import { part } from "old/lib/part";\n${endpoint("part")}`,
    });
    expect(await app.json("/a")).toBe(1);
  });

  it("that is not installed fails the build, with file, line and what to do", async () => {
    const failure = await buildFailure({
      "src/pages/a.ts": `// First.\ninterface One { a: string }\nimport x from "@no/such/deep";\n${endpoint("x")}`,
    });
    expect(failure.code).toBe("STARBRIDGE_BUILD_FAILED");
    expect(failure.message).toContain(
      `src/pages/a.ts:3 imports "@no/such/deep", which is not installed: npm install @no/such`,
    );
    expect(failure.message).not.toContain("rolldown");
  });
});

describe("an import of a file", () => {
  it.each([
    [`import { x } from "../lib/no.ts";`, `imports "../lib/no.ts", which does not exist.`],
    [`import { x } from "./_b";`, `"x" is not exported by "src/pages/_b.ts".`],
  ])("that fails the build is named with its line: %s", async (text, told) => {
    const failure = await buildFailure({
      "src/pages/_b.ts": "export const y = 1;",
      "src/pages/a.ts": `interface One {\n  a: string;\n}\n${text}\n${endpoint("x as One")}`,
    });
    expect(failure.code).toBe("STARBRIDGE_BUILD_FAILED");
    expect(failure.message).toMatch(/src\/pages\/a\.ts:4:? /);
    expect(failure.message).toContain(told);
  });
});

describe("the option shared", () => {
  it("is told where it names a file that is not there", async () => {
    const root = project({
      "src/pages/a.js": endpoint("1"),
      "src/db.js": "",
      "src/lib/x.js": "",
    });
    const { log } = await buildProject(root, { shared: ["src/db.js", "src/dbb.js", "src/no/**"] });
    const warnings = log.lines.filter(({ level }) => level === "warn").map(({ text }) => text);
    expect(warnings).toEqual([
      "The option shared names src/dbb.js, and there is no such file: nothing is shared.",
    ]);
    const named = await buildProject(root, { shared: { "src/dbs.ts": "src/db.js" } });
    expect(named.log.text()).toContain("The option shared names src/dbs.ts");
  });
});
