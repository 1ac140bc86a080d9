// What is CommonJS, and what such a file means to who imports it. Development and a build ask the same.
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { parse } from "es-module-lexer";

const USES_COMMONJS = /\bmodule\.exports\b|\bexports\s*[.[]|\brequire\s*\(/;

/** Whether a file is CommonJS by its ending, or because it says nothing that only an ES module can. */
export function isCommonJs(file: string): boolean {
  const extension = extname(file);
  if (extension === ".cjs" || extension === ".cts") return true;
  if (extension !== ".js" && extension !== ".ts") return false;
  try {
    const source = readFileSync(file, "utf8");
    if (!USES_COMMONJS.test(source)) return false;
    const [, , , hasModuleSyntax] = parse(source);
    return !hasModuleSyntax;
  } catch {
    // Not there or not understood: the error that Vite gives is the better one.
    return false;
  }
}

/**
 * Whether `import x` of a source that became CommonJS is its own default export, where it says `__esModule`. Of what was
 * written as CommonJS it is all of `module.exports`, as Node reads it.
 *
 * @param source The file that was written, not what a compiler has made of it.
 */
export function meansItsDefault(source: string): boolean {
  return /\.[cm]?tsx?$/.test(source) || !isCommonJs(source);
}

/**
 * Whether a source says what only an ES module can, when the imports of types are gone.
 *
 * @throws The lexer's error for what it does not understand.
 */
export function hasModuleSyntax(source: string): boolean {
  return parse(source.replaceAll(TYPE_IMPORT, ""))[3];
}

const TYPE_IMPORT = /\bimport\s+type\s+(?!from\b)[^;"']+["'][^"'\n]*["']/g;
