import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lexExports, readExports } from "../../../lib/loader/exports.ts";
import { writeApp } from "./_app.ts";

function lex(source: string): string[] | undefined {
  const names = lexExports(source);
  return names && [...names].sort();
}

describe("lexExports", () => {
  it.each([
    ["a function", "export async function GET() {}"],
    ["a constant", "export const GET = () => new Response()"],
    ["a typed constant", 'import type { APIRoute } from "astro";\nexport const GET: APIRoute = x;'],
    ["a checked constant", "export const GET = (async () => x) satisfies APIRoute;"],
    ["overloads", "export function GET(): Response;\nexport function GET(x?: unknown) {}"],
    ["a list", "const GET = 1; export { GET };"],
    ["a renamed local", "const get = 1; export { get as GET };"],
    ["a renamed local in quotes", 'const get = 1; export { get as "GET" };'],
    ["another module's name", 'export { handler as GET } from "./x.ts";'],
    ["another module's namespace", 'export * as GET from "./x.ts";'],
    ["an import", 'import { GET } from "./x.ts"; export { GET };'],
    ["a part of an object", "export const { GET } = handlers;"],
    ["a deep part with a default", "export const { a: { b: GET = x } } = handlers;"],
    ["a part of an array", "export const [GET] = handlers;"],
    ["a byte order mark in front", "\uFEFFexport const GET = 1;"],
    ["a line for the shell in front", "#!/usr/bin/env node\nexport const GET = 1;"],
  ])("finds %s", (_what, source) => {
    expect(lex(source)).toEqual(["GET"]);
  });

  it("finds several names of one statement, past types, generics and regular expressions", () => {
    expect(
      lex(`
        export const GET: (a: string, b: Map<string, number>) => void = f as Foo<A, B>,
          POST = <T,>(x: T): T => x, PUT = a < b, PATCH = /[,}]/.test("}"), /* no, NO = 1 */
          DELETE = \`\${\`}, NO = 1\`}\`;
        export const ALL = 1;
      `),
    ).toEqual(["ALL", "DELETE", "GET", "PATCH", "POST", "PUT"]);
  });

  it("counts no types", () => {
    expect(
      lex(`
        export type { A } from "./x.ts";
        export { type B, GET } from "./x.ts";
        export type * from "./x.ts";
        export interface C {}
        export type D = 1;
        export declare const E: number;
        declare module "x" { export const F: number }
      `),
    ).toEqual(["GET"]);
  });

  it("counts nothing in comments and texts", () => {
    expect(
      lex('// export const A = 1\n/* export const B = 1 */ "export const C = 1"; export {}'),
    ).toEqual([]);
  });

  it("counts the default export as one", () => {
    expect(lex("export default { GET() {} }")).toEqual(["default"]);
  });

  it.each([
    ["CommonJS", "module.exports = { GET };"],
    ["compiled CommonJS", 'Object.defineProperty(exports, "__esModule", { value: true });'],
    ["CommonJS beside imports", 'import x from "x"; module.exports = { GET: x };'],
    ["TypeScript's export =", 'import x from "x";\nexport = { GET: x };'],
    ["all names of another module", 'export const POST = 1; export * from "./x.ts";'],
    ["a name with an escape", "export const \\u0047ET = 1;"],
    ["what is not JavaScript", "export const GET = ((("],
    ["JSX", "export const GET = <div>it's</div>;"],
    ["an empty file", ""],
  ])("does not know of %s", (_what, source) => {
    expect(lexExports(source)).toBeUndefined();
  });
});

describe("readExports", () => {
  function read(files: Record<string, string>): string[] | undefined {
    const root = writeApp(files);
    const names = readExports(join(root, "a.ts"), root);
    return names && [...names].sort();
  }

  it("follows export * to files of the project, however they are spelled", () => {
    expect(
      read({
        "a.ts": `export const A = 1;
          export * from "./b.ts"; export * from "./c.js"; export * from "./d"; export * from "./e";`,
        "b.ts": "export const B = 1; export default 1;",
        "c.ts": "export const C = 1;",
        "d.js": 'export const D = 1; export * from "./deep/f.mjs";',
        "e/index.ts": "export const E = 1;",
        "deep/f.mjs": "export const F = 1;",
      }),
    ).toEqual(["A", "B", "C", "D", "E", "F"]);
  });

  it("ends where stars go round in a circle", () => {
    expect(
      read({
        "a.ts": 'export const A = 1; export default 1; export * from "./b.ts";',
        "b.ts": 'export const B = 1; export * from "./a.ts"; export * from "./b.ts";',
      }),
    ).toEqual(["A", "B", "default"]);
  });

  it.each([
    ["a package", 'export * from "pkg";', {}],
    ["a file outside root", 'export * from "../outside.ts";', {}],
    ["a file that is missing", 'export * from "./b.ts";', {}],
    ["CommonJS", 'export * from "./b.cjs";', { "b.cjs": "exports.B = 1;" }],
    [
      "CommonJS, further on",
      'export * from "./b.js";',
      { "b.js": 'export * from "./c.js";', "c.js": "" },
    ],
  ])("does not know of a star that leads to %s", (_what, source, others) => {
    expect(read({ "a.ts": `export const A = 1; ${source}`, ...others })).toBeUndefined();
  });

  it("does not know of a file that cannot be read", () => {
    expect(read({ "b.ts": "export const B = 1;" })).toBeUndefined();
  });
});
