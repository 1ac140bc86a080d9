// Warns of pages that ask where they are: in a build that is the folder of the chunks, as in Astro, and files that stand
// beside the source do not stand there.
import { parse } from "es-module-lexer";
import type { Plugin } from "vite";
import { nameForPeople } from "../loader/pages.ts";
import type { Logger } from "../log.ts";

const CODE = /\.[cm]?[jt]s$/;
const PLACE = /^import\.meta\.(?:url|dirname|filename)\b/;
/** Packages are found from a chunk, too. */
const HARMLESS = /\bcreateRequire\(\s*$/;

export function placesPlugin(root: string, logger: Logger): Plugin {
  return {
    name: "starbridge:places",
    enforce: "pre",
    transform(code, id) {
      if (!CODE.test(id) || id.includes("/node_modules/") || !code.includes("import.meta")) return;
      for (const at of metaPositions(code)) {
        const asked = PLACE.exec(code.slice(at))?.[0];
        if (asked === undefined || HARMLESS.test(code.slice(0, at))) continue;
        const line = code.slice(0, at).split("\n").length;
        logger.warn(
          `${nameForPeople(root, id)}:${line} asks for ${asked}: after the build that is a place among the chunks, and not beside the source. Import the file (?raw, JSON), or find it from process.cwd().`,
        );
      }
    },
  };
}

function metaPositions(code: string): number[] {
  try {
    const [imports] = parse(code);
    return imports.filter(({ type }) => type === "import-meta").map(({ start }) => start);
  } catch {
    // Broken syntax is reported by the bundler.
    return [];
  }
}
