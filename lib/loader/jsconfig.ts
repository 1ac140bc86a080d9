// The names that jsconfig.json gives to folders, for projects without a tsconfig.json: that one Vite reads itself.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Plugin } from "vite";
import { readConfigFile } from "../build/tsconfig.ts";

/** Text before and after the star of a pattern, and what it stands for. */
interface Alias {
  readonly before: string;
  readonly after: string | undefined;
  readonly targets: readonly string[];
}

/** @returns No plugin where there is nothing to resolve. */
export function jsconfigPlugins(root: string): Plugin[] {
  if (existsSync(join(root, "tsconfig.json"))) return [];
  const { baseUrl, paths = {} } =
    readConfigFile(join(root, "jsconfig.json"))?.compilerOptions ?? {};
  const base = typeof baseUrl === "string" ? resolve(root, baseUrl) : undefined;
  const aliases = Object.entries(paths).map(([pattern, targets]) =>
    aliasOf(pattern, targets, base ?? root),
  );
  // Among patterns the one with the longest beginning wins.
  aliases.sort((a, b) => b.before.length - a.before.length);
  if (base !== undefined) aliases.push({ before: "", after: "", targets: [join(base, "*")] });
  return aliases.length === 0 ? [] : [pluginOf(aliases)];
}

function pluginOf(aliases: readonly Alias[]): Plugin {
  return {
    name: "starbridge:jsconfig",
    enforce: "pre",
    async resolveId(source, importer, { kind }) {
      if (importer === undefined || /[\\/]node_modules[\\/]/.test(importer)) return null;
      if (/^[./\0]|^[\w-]+:/.test(source)) return null;
      for (const { before, after, targets } of aliases) {
        const star = starOf(source, before, after);
        if (star === undefined) continue;
        for (const target of targets) {
          const path = target.replace("*", star);
          const found = await this.resolve(path, importer, { skipSelf: true, kind });
          if (found !== null) return found;
        }
      }
      return null;
    },
  };
}

function aliasOf(pattern: string, targets: unknown, base: string): Alias {
  const [before = "", after] = pattern.split("*");
  const list = (Array.isArray(targets) ? targets : []).filter((one) => typeof one === "string");
  return { before, after, targets: list.map((target) => resolve(base, target)) };
}

/** What stands for the star; `undefined` when the pattern does not fit. */
function starOf(source: string, before: string, after: string | undefined): string | undefined {
  if (after === undefined) return source === before ? "" : undefined;
  const isFit =
    source.startsWith(before) &&
    source.endsWith(after) &&
    source.length >= before.length + after.length;
  return isFit ? source.slice(before.length, source.length - after.length) : undefined;
}
