import { describe, expect, it } from "vitest";
import { readPrerenderFlag } from "../../lib/build/prerender-flag.ts";

const read = (source: string) => readPrerenderFlag(source, "src/pages/a.ts");

describe("the prerender flag of a source", () => {
  it.each([
    ["export const prerender = true;", true],
    ["export const prerender = false", false],
    ["export const prerender: boolean = true;", true],
    ["export const prerender: true | false = false;", false],
    ["export const prerender = true as const;", true],
    ["export const prerender = true satisfies boolean\nexport const GET = 1;", true],
    ["export const prerender=true", true],
    ["export  const\n  prerender\n  =\n  true;", true],
    ["export /* a */ const /* b */ prerender /* c */ = /* d */ true /* e */;", true],
    ["export const prerender = true // why\nexport const GET = 1;", true],
    ["export const prerender = true\n\n// (not a call)\nexport const GET = 1;", true],
    ["export const prerender = true, other = 1;", true],
    ["\uFEFFexport const prerender = true;", true],
    ["exports.prerender = true;", true],
    ["exports.prerender = void 0;\nexports.prerender = false", false],
    ["module.exports.prerender = true;", true],
    ["module.exports = { GET() { return {}; }, 'prerender': true };", true],
    ['import "./a.ts";\nexport const prerender = true;\r\nexport const GET = 1;', true],
  ])("of %j is %s", (source, flag) => {
    expect(read(source)).toBe(flag);
  });

  it.each([
    "export const GET = 1;",
    "/*\nexport const prerender = true;\n*/",
    "// export const prerender = true;",
    "const text = `\nexport const prerender = true;\n`; export const GET = text;",
    "const prerender = true; export const GET = prerender;",
    "export type prerender = true;",
    "exports.GET = exports.prerender = void 0;",
    "// exports.prerender = true;\nexports.GET = 'exports.prerender = true';",
    "module.exports = { GET: () => ({ prerender: true }) };",
    "export const prerenderer = true;",
    "export const prerender = true; export const GET = (",
  ])("is not there in %j", (source) => {
    expect(read(source)).toBeUndefined();
  });

  it.each([
    "exports.prerender = process.env.X === '1';",
    "const prerender = true; module.exports = { GET, prerender };",
    "export let prerender = true;",
    "export var prerender = true;",
    'export const prerender = process.env.X === "1";',
    "export const prerender = !0;",
    "export const prerender = true && other();",
    "export const prerender = true\n  && other();",
    "export const prerender = true ? a : b;",
    "export const prerender = trueish;",
    "export const prerender = import.meta.env.PROD;",
    'export const prerender = "true";',
    "const prerender = true; export { prerender };",
    'export { flag as prerender } from "./flag.ts";',
    "export const { prerender } = options;",
    "export function prerender() { return true; }",
  ])("cannot be known of %j", (source) => {
    let failure: unknown;
    try {
      read(source);
    } catch (error) {
      failure = error;
    }
    expect(failure).toMatchObject({ code: "STARBRIDGE_PRERENDER_NOT_STATIC" });
    expect((failure as Error).message).toContain("src/pages/a.ts");
  });
});
