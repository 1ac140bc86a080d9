// Warns of pages that ask where they are: in a build that is the folder of the chunks, as in Astro, and files that stand
// beside the source do not stand there.
import type { Plugin } from "vite";
import { hasPlaces } from "../loader/common-js-places.ts";
import { nameForPeople } from "../loader/pages.ts";
import type { ParseSource } from "../loader/syntax-tree.ts";
import type { Logger } from "../log.ts";
import { placesIn } from "./places.ts";

const CODE = /\.[cm]?[jt]s$/;
/** In an ES module they are nothing, before a build and after it. */
const OF_COMMONJS = /^__/;
const MENTION = /\bimport\.meta\b|\b__(?:dir|file)name\b|\brequire\b/;

export function placesPlugin(root: string, parse: ParseSource, logger: Logger): Plugin {
  return {
    name: "starbridge:places",
    enforce: "pre",
    transform(code, id) {
      if (!CODE.test(id) || id.includes("/node_modules/") || !MENTION.test(code)) return;
      const isEsm = !hasPlaces(id);
      const asked = placesIn(id, code, parse).filter(
        ({ what }) => !(isEsm && OF_COMMONJS.test(what)),
      );
      const warnings = asked.map(({ offset, what, isModule }) => {
        const where = `${nameForPeople(root, id)}:${code.slice(0, offset).split("\n").length}`;
        return isModule
          ? `${where} gives ${what} what no build can follow: after the build that is looked up from a place among the chunks, and not from beside the source. Name a package, give require() the path as a literal, or find the file from process.cwd().`
          : `${where} asks for ${what}: after the build that is a place among the chunks, and not beside the source. Import the file (?raw, JSON), or find it from process.cwd().`;
      });
      // A line may ask several times.
      for (const warning of new Set(warnings)) logger.warn(warning);
    },
  };
}
