// The names that tsconfig.json or jsconfig.json gives to files and folders, where Vite does not follow them: it knows no
// jsconfig.json, takes a tsconfig.json for the files alone that it includes, and expands no pattern that begins with one.
import { existsSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Plugin } from "vite";
import { readPathNames } from "../build/tsconfig.ts";
import { globCallsIn, isPattern, placeOfPattern } from "./glob-calls.ts";
import type { ParseSource } from "./syntax-tree.ts";

/** Text before and after the star of a pattern, and what it stands for. */
interface Alias {
  readonly before: string;
  readonly after: string | undefined;
  readonly targets: readonly string[];
}

/** A path, a URL, or a pattern for all folders. */
const NO_NAME = /^[./\0]|^[\w-]+:|^\*\*/;

const WILD = /[*?[\]{}()!+]/;

/** @param parse Vite's parser. */
export function aliasPlugins(root: string, parse: ParseSource): Plugin[] {
  const tsconfig = join(root, "tsconfig.json");
  const isTypeScript = existsSync(tsconfig);
  const aliases = aliasesOf(isTypeScript ? tsconfig : join(root, "jsconfig.json"));
  const expand = expanding(aliases, root, parse);
  return aliases.length === 0 ? [expand] : [resolving(aliases, isTypeScript), expand];
}

function aliasesOf(file: string): Alias[] {
  const { baseUrl, paths } = readPathNames(file);
  const aliases = paths.map(([pattern, targets]): Alias => {
    const [before = "", after] = pattern.split("*");
    return { before, after, targets };
  });
  // Among patterns the one with the longest beginning wins.
  aliases.sort((a, b) => b.before.length - a.before.length);
  if (baseUrl !== undefined) aliases.push({ before: "", after: "", targets: [join(baseUrl, "*")] });
  return aliases;
}

/** @param isLast Vite comes first: it knows which tsconfig.json a file belongs to. */
function resolving(aliases: readonly Alias[], isLast: boolean): Plugin {
  return {
    name: "starbridge:aliases",
    enforce: "pre",
    async resolveId(source, importer, { kind, custom }) {
      if (isPattern(custom)) return null;
      if (importer === undefined || /[\\/]node_modules[\\/]/.test(importer)) return null;
      const paths = pathsOf(source, aliases);
      if (paths.length === 0) return null;
      const options = { skipSelf: true, kind };
      const known = isLast ? await this.resolve(source, importer, options).catch(() => null) : null;
      if (known !== null) return known;
      for (const path of paths) {
        const found = await this.resolve(path, importer, options);
        if (found !== null) return found;
      }
      return null;
    },
  };
}

/** Patterns of `import.meta.glob()` from the root on, where Vite would not take them to where an import leads. */
function expanding(aliases: readonly Alias[], root: string, parse: ParseSource): Plugin {
  return {
    name: "starbridge:glob-aliases",
    enforce: "pre",
    async transform(code, id) {
      const file = id.replace(/[?#].*$/, "");
      if (id.includes("\0") || file.includes("/node_modules/")) return null;
      let text = code;
      // From the last on: what stands before keeps its place.
      const patterns = globCallsIn(file, code, parse).flatMap((call) => call.patterns);
      for (const { start, end, text: pattern } of patterns.reverse()) {
        const [, not = "", name = ""] = /^(!?)(.*)$/s.exec(pattern) ?? [];
        if (NO_NAME.test(name)) continue;
        const known = await placeOfPattern(this, name, id);
        const path = placeOf(known, pathsOf(name, aliases));
        // In a build Vite follows no name behind a `!`, and asks for a single file as an import does, which may be the host's.
        const isRead = path === known && not === "" && WILD.test(name);
        if (path === undefined || isRead) continue;
        const expanded = `${not}/${relative(root, path).replaceAll(sep, "/")}`;
        text = text.slice(0, start) + JSON.stringify(expanded) + text.slice(end);
      }
      // Lines stay where they are.
      return text === code ? null : { code: text, map: null };
    },
  };
}

/**
 * @param known What Vite says: it knows which tsconfig.json a file belongs to, but of several places it takes the first,
 *   be it there or not.
 */
function placeOf(known: string | undefined, paths: readonly string[]): string | undefined {
  const isOurs = known === undefined || paths.includes(known);
  return (isOurs ? paths.find((one) => existsSync(folderOf(one))) : undefined) ?? known;
}

/** The part of a pattern that says one folder. */
function folderOf(pattern: string): string {
  const parts = pattern.split(sep);
  const wild = parts.findIndex((part) => WILD.test(part));
  return parts.slice(0, wild === -1 ? -1 : wild).join(sep) || sep;
}

/** What a name may stand for, best first. */
function pathsOf(name: string, aliases: readonly Alias[]): string[] {
  if (NO_NAME.test(name)) return [];
  return aliases.flatMap(({ before, after, targets }) => {
    const star = starOf(name, before, after);
    return star === undefined ? [] : targets.map((target) => target.replace("*", () => star));
  });
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
