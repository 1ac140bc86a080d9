// `__dirname` and `__filename` in TypeScript of a CommonJS package: what runs it without Vite makes CommonJS of it, and
// Vite an ES module.
import { extname } from "node:path";
import type { Plugin } from "vite";
import { isInModulePackage } from "../loader/typescript.ts";

const PLACES = { __dirname: "import.meta.dirname", __filename: "import.meta.filename" };
const MENTION = /\b__(?:dir|file)name\b/;

/** @param transform Vite's own transform, which knows what is declared where. */
export function commonJsPlacesPlugin(transform: typeof import("vite").transformWithOxc): Plugin {
  return {
    name: "starbridge:common-js-places",
    // After TypeScript.
    enforce: "post",
    async transform(code, id) {
      const extension = extname(id);
      const isTypeScript = extension === ".ts" || extension === ".cts";
      if (!isTypeScript || id.includes("\0") || !MENTION.test(code)) return null;
      if (extension === ".ts" && isInModulePackage(id)) return null;
      const options = { define: PLACES, lang: "js", sourcemap: true } as const;
      const { code: text, map } = await transform(code, id, options);
      return { code: text, map };
    },
  };
}
