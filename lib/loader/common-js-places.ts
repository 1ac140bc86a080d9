// `__dirname` and `__filename` of CommonJS, in development and in a build: what runs a file without Vite makes CommonJS of
// it, and Vite an ES module. In ES modules there are no such names.
import { extname } from "node:path";
import type { Plugin } from "vite";
import { isCommonJs } from "./common-js.ts";
import { isInModulePackage } from "./typescript.ts";

const PLACES = { __dirname: "import.meta.dirname", __filename: "import.meta.filename" };
const MENTION = /\b__(?:dir|file)name\b/;

/** @param transform Vite's own transform, which knows what is declared where. */
export function commonJsPlacesPlugin(transform: typeof import("vite").transformWithOxc): Plugin {
  return {
    name: "starbridge:common-js-places",
    // After TypeScript.
    enforce: "post",
    async transform(code, id) {
      if (id.includes("\0") || !MENTION.test(code) || !hasPlaces(id)) return null;
      const options = { define: PLACES, lang: "js", sourcemap: true } as const;
      const { code: text, map } = await transform(code, id, options);
      return { code: text, map };
    },
  };
}

/** Whether a file has these names where no Vite runs it. */
export function hasPlaces(file: string): boolean {
  const extension = extname(file);
  // Of TypeScript the compiler makes CommonJS, whatever the syntax.
  if (extension === ".ts") return !isInModulePackage(file);
  return isCommonJs(file) && (extension !== ".js" || !isInModulePackage(file));
}
