// Binds the free identifier `Response` of pages and of what they import to the light one, module by module. The
// global stays what it is, for everybody else and for who says `globalThis.Response`.
import type { Plugin } from "vite";
import { ownFile } from "./own-files.ts";

/** What the bound modules import it from, for the resolvers of development and build. */
export const LIGHT_MODULE = "starbridge:web";

/** The file of ours that it is, which the host has loaded already; `undefined` in a bundle. */
export function lightUrl(): string | undefined {
  return ownFile("../web/response")?.href;
}

const CODE = /\.[cm]?[jt]sx?$/;
const ESM = /\b(?:import|export)\b/;

/**
 * @param transform Vite's own transform, which knows what is declared where.
 */
export function lightResponsePlugin(transform: typeof import("vite").transformWithOxc): Plugin {
  return {
    name: "starbridge:light-response",
    enforce: "post",
    async transform(code, id) {
      // Packages are somebody else's modules, and CommonJS knows no imports.
      if (!CODE.test(id) || id.includes("/node_modules/") || id.includes("\0")) return null;
      if (!/\bResponse\b/.test(code) || !ESM.test(code)) return null;
      const inject = { Response: [LIGHT_MODULE, "Response"] };
      const bound = await transform(code, id, { inject, lang: "js", sourcemap: true } as object);
      return { code: bound.code, map: bound.map };
    },
  };
}
