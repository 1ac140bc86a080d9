// Reads the modules of a config file for Vite, which takes `#` and `?` of a path for the end of it, `.cts` for
// JavaScript, and CommonJS for an ES module. Whoever mixes the two kinds, as TypeScript lets them, gets both.
import { readFileSync, statSync } from "node:fs";
import { extname, isAbsolute, sep } from "node:path";
import { parse } from "es-module-lexer";
import type { Plugin } from "vite";
import { realPath } from "./real-path.ts";

type Transform = typeof import("vite")["transformWithOxc"];
type Compiled = Awaited<ReturnType<Transform>>;

/** @param commonJs Gets the real paths of files whose default export is their `module.exports`. */
export function sourcePlugin(transform: Transform, commonJs: Set<string>): Plugin {
  return {
    name: "starbridge:config",
    enforce: "pre",
    async load(id) {
      if (!isOwnSource(id)) return null;
      const lang = extname(id).endsWith("ts") ? "ts" : "js";
      const compiled = await transform(readFileSync(id, "utf8"), id, { lang });
      const isCommonJs = hasOnlyCommonJs(compiled.code);
      if (isCommonJs) commonJs.add(realPath(id));
      return withCommonJs(transform, id, compiled, isCommonJs);
    },
  };
}

/** Whether a file is a script of the project's own. */
export function isOwnSource(path: string): boolean {
  if (!isAbsolute(path) || !/\.[cm]?[jt]s$/.test(path)) return false;
  if (path.includes(`${sep}node_modules${sep}`)) return false;
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Whether what code means is its `module.exports`. A type that was imported may have left an `export {}`. */
function hasOnlyCommonJs(code: string): boolean {
  try {
    const [, exports, , hasModuleSyntax] = parse(code);
    return !hasModuleSyntax || (exports.length === 0 && EXPORTS_COMMONJS.test(code));
  } catch {
    return false;
  }
}

const EXPORTS_COMMONJS = /\bmodule\s*\.\s*exports\b|\bexports\s*[.[]/;

const COMMONJS_NAMES: Readonly<Record<string, string>> = {
  require: "createRequireOfConfig(import.meta.url)",
  module: "{ exports: {} }",
  exports: "module.exports",
  __filename: "import.meta.filename",
  __dirname: "import.meta.dirname",
};

/** An ES module with the names that CommonJS knows, in which every line keeps its number. */
async function withCommonJs(
  transform: Transform,
  id: string,
  compiled: Compiled,
  isCommonJs: boolean,
): Promise<Compiled> {
  const { code, map } = compiled;
  const used = Object.keys(COMMONJS_NAMES).filter(
    (name) => isCommonJs || new RegExp(`\\b${name}\\b`).test(code),
  );
  if (used.length === 0) return compiled;
  const names = used.map((name) => `${name} = ${COMMONJS_NAMES[name]}`).join(", ");
  const before = `import { createRequire as createRequireOfConfig } from "node:module"; let ${names}; `;
  const after = isCommonJs ? "\nexport default module.exports;" : "";
  try {
    return await transform(before + code + after, id, { lang: "js" }, map);
  } catch {
    // One of the names is the file's own.
    return compiled;
  }
}
