import { describe, expect, it } from "vitest";
import { createTestApp } from "starbridge/testing";
import { ask, run } from "./_process.ts";
import { buildFailure, built, project } from "./_project.ts";

// What tsc makes of src/db.ts with "module": "commonjs".
const source = `
  import { hidden } from "./hidden";
  export let opened = 0;
  export function open(): number { return ++opened; }
  export { default as renamed } from "./hidden";
  export interface Pool { of: string }
  export default class Db { static of = hidden; }`;
const compiled = `"use strict";
  var __importDefault = (this && this.__importDefault) || function (mod) { return (mod && mod.__esModule) ? mod : { "default": mod }; };
  Object.defineProperty(exports, "__esModule", { value: true });
  exports.renamed = exports.opened = void 0;
  exports.open = open;
  const hidden_1 = require("./hidden");
  exports.opened = 0;
  function open() { return exports.opened = ++exports.opened; }
  var hidden_2 = require("./hidden");
  Object.defineProperty(exports, "renamed", { enumerable: true, get: function () { return __importDefault(hidden_2).default; } });
  class Db { }
  Db.of = hidden_1.hidden;
  exports.default = Db;`;
const legacy = {
  "package.json": "{}",
  "tsconfig.json": `{ "compilerOptions": { "outDir": "dist", "rootDir": "src", "module": "commonjs" } }`,
  "src/package.json": `{ "type": "module" }`,
  "src/hidden.ts": `export const hidden = "compiled";\nexport default "def";`,
  "src/db.ts": source,
  "dist/hidden.js": `"use strict"; Object.defineProperty(exports, "__esModule", { value: true }); exports.hidden = "compiled"; exports.default = "def";`,
  "dist/db.js": compiled,
};
const page = `
  import Db, { open, opened, renamed } from "../db";
  import type { Pool } from "../db";
  import * as all from "../db";
  import def from "../hidden";
  export { open as helper } from "../db";
  const before = opened;
  export const GET = async () => {
    const pool: Pool = { of: Db.of };
    open();
    const later = await import("../db");
    return Response.json({ pool, before, opened, renamed, all: Object.keys(all).sort(), def, later: later.default === Db });
  };`;
const answer = {
  pool: { of: "compiled" },
  before: 0,
  opened: 1,
  renamed: "def",
  all: ["default", "open", "opened", "renamed"],
  def: "def",
  later: true,
};

describe("a module of the host that was compiled to CommonJS", () => {
  it("has the exports of its source in a build: its default, its live values, what it hands on", async () => {
    const { json, root } = await built({ ...legacy, "src/pages/a.ts": page });
    expect(await json("/a")).toEqual(answer);
    const before = `import { createRequire } from "node:module"; createRequire(process.cwd() + "/x.js")("./dist/db.js").open();`;
    const { stdout } = await run(root, ask("/a", before));
    expect(JSON.parse(stdout.slice(4))).toMatchObject({ before: 1, opened: 2 });
  });

  it("has the same in development, once the host has loaded it", async () => {
    const root = project({ ...legacy, "src/pages/a.ts": page });
    const { createRequire } = await import("node:module");
    createRequire(`${root}/x.js`)("./dist/db.js");
    const app = createTestApp({ root, dev: true });
    const response = await app.fetch("/a");
    expect(await response.json()).toEqual(answer);
    await app.close();
  });

  it("fails the build where a page imports what its source does not export", async () => {
    const failure = await buildFailure({
      ...legacy,
      "src/pages/a.ts": `import { nope } from "../db";\nexport const GET = () => new Response(nope);`,
    });
    expect(failure.code).toBe("STARBRIDGE_BUILD_FAILED");
    expect(failure.message).toContain(`src/pages/a.ts:1: "nope" is not exported by "src/db.ts".`);
  });

  it("may be named by the option shared, in a package of ES modules", async () => {
    const app = await built(
      {
        "src/db.ts": "export const id: string = 'src';\nexport default { a: 1 };",
        "dist/db.cjs": `Object.defineProperty(exports, "__esModule", { value: true });\nexports.id = "cjs";\nexports.default = { a: 2 };`,
        "src/pages/a.ts": `import db, { id } from "../db";\nexport const GET = () => Response.json([db, id]);`,
      },
      { shared: { "src/db.ts": "dist/db.cjs" } },
    );
    expect(await app.json("/a")).toEqual([{ a: 2 }, "cjs"]);
  });
});

describe("a module of the host that was written as CommonJS", () => {
  const files = {
    "package.json": "{}",
    "src/pages/package.json": `{ "type": "module" }`,
    "src/old.js": `const hide = (to) => { to.hidden = 1; };\nmodule.exports = { __esModule: true, default: "own", seen: 0 };\nhide(module.exports);`,
  };

  it("is its module.exports by default, and has all its names", async () => {
    const app = await built({
      ...files,
      "src/older.cjs": "exports.older = 1;",
      "src/pages/a.js": `
        import old, { hidden, seen } from "../old.js";
        import { older } from "../older.cjs";
        export const GET = () => { old.seen++; return Response.json([Object.keys(old), hidden, seen, older]); };`,
    });
    expect(await app.json("/a")).toEqual([["__esModule", "default", "seen", "hidden"], 1, 1, 1]);
  });

  it("gives a page all handlers that Node finds in it", async () => {
    const app = await built({
      ...files,
      "src/old.js": "exports.GET = () => new Response('old');",
      "src/pages/a.js": `export * from "../old.js";`,
    });
    expect(await app.text("/a")).toBe("old");
  });

  it("is what it is to a page that requires it", async () => {
    const app = await built({
      ...files,
      "src/pages/package.json": "{}",
      "src/pages/a.js": `const old = require("../old.js");\nexports.GET = () => new Response(old.default);`,
    });
    expect(await app.text("/a")).toBe("own");
  });
});
