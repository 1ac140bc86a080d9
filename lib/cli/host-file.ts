// The host's own file: for which kind of modules it is written, and where it runs. Nobody declares it, so it is looked for
// where hosts are: in the scripts that start one, in main, under the usual names.
import { readFileSync, statSync } from "node:fs";
import { dirname, extname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { CompiledFolder } from "../build/tsconfig.ts";
import { compiledFolders } from "../build/tsconfig.ts";
import { hasModuleSyntax } from "../loader/common-js.ts";
import { nameForPeople } from "../loader/pages.ts";
import type { TypeScriptRun } from "./languages.ts";
import type { Manifest, Package } from "./packages.ts";
import { kindIn } from "./packages.ts";

/** What the lines for a host depend on. */
export interface HostFile {
  /** Whether it is an ES module when it runs. */
  readonly isModule: boolean;
  /** Whether it is written with `import`, whatever becomes of it. */
  readonly hasImports: boolean;
  /** The root as an expression in it. */
  readonly root: string;
  /** The folder from which it runs, for people, when a compiler writes it there. */
  readonly builtTo: string | undefined;
}

/** Only as much of it as can be told: a project may have none so far. */
export async function hostFileOf(
  root: string,
  packages: readonly Package[],
  typeScript: TypeScriptRun | undefined,
): Promise<HostFile> {
  const { folder, manifest } = packages[0] ?? { folder: root, manifest: {} };
  const compiled = compiledFolders(folder);
  const found = namedIn(folder, manifest, compiled) ?? usualIn(root, folder, manifest, compiled);
  const kind = await kindIn(found ? dirname(found.source) : root);
  const isCompiled = typeScript === "compiled";
  if (found === undefined) {
    const isModule = kind === "module";
    const expression = isModule ? "import.meta.dirname" : "__dirname";
    return { isModule, hasImports: isModule || isCompiled, root: expression, builtTo: undefined };
  }
  const { source, places } = found;
  const isTyped = /ts$/.test(extname(source));
  const syntax = syntaxOf(source);
  const isModule = isModuleFile(extname(source), kind, syntax, isTyped && isCompiled);
  const built = places.find((place) => place !== source);
  return {
    isModule,
    hasImports: syntax === undefined ? isModule || (isTyped && isCompiled) : syntax === "import",
    root: expressionFor(root, places, isModule),
    builtTo: built && nameForPeople(folder, dirname(built)),
  };
}

interface Found {
  readonly source: string;
  /** Where it runs: as it stands, or where a compiler has put it. */
  readonly places: readonly string[];
}

const STARTS = /^(?:start|dev|develop|serve|server|watch)(?::|$)/;
const SCRIPT_ENDINGS = ["", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"];
const SOURCE_ENDINGS = [".ts", ".mts", ".cts", ".tsx"];
/** What follows is no host. */
const OPTION = /^(?:-r|-[cpP]|--require|--import|--(?:experimental-)?loader|--config|--project)$/;

/** The first file that a starting script or `main` names, with all the places in which they name it. */
function namedIn(
  folder: string,
  { scripts, main }: Manifest,
  compiled: readonly CompiledFolder[],
): Found | undefined {
  const starting = Object.entries(Object(scripts)).filter(([name]) => STARTS.test(name));
  // "start" itself says it best.
  starting.sort(([a], [b]) => Number(b === "start") - Number(a === "start"));
  const words = starting.flatMap(([, script]) => {
    const all = String(script).match(/[^\s"'&;]+/g) ?? [];
    // "node ." is main.
    return all.filter((word, index) => word !== "." && !OPTION.test(all[index - 1] ?? ""));
  });
  if (typeof main === "string") words.push(main);
  const runs = words.flatMap((word) => runOf(resolve(folder, word), compiled) ?? []);
  const [first] = runs;
  if (first === undefined) return undefined;
  const places = runs.filter(({ source }) => source === first.source).map(({ place }) => place);
  return { source: first.source, places: [...new Set(places)] };
}

/** What runs when Node, or a tool, is told to run a path. */
function runOf(
  path: string,
  compiled: readonly CompiledFolder[],
): { source: string; place: string } | undefined {
  for (const { from, outDir } of compiled) {
    if (outDir === from || !isInside(outDir, path)) continue;
    const base = join(from, relative(outDir, path)).replace(/\.[cm]?js$/, "");
    const source = SOURCE_ENDINGS.map((ending) => base + ending).find(isFile);
    if (source !== undefined) return { source, place: path };
  }
  const file = SCRIPT_ENDINGS.map((ending) => path + ending).find(isScript);
  return file === undefined ? undefined : { source: file, place: file };
}

const NAMES = ["server", "index", "app", "main"];
const ENDINGS = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"];
const COMPILES = /\bnest\b|\btsc\b(?!.*--noEmit)/;

function usualIn(
  root: string,
  folder: string,
  { scripts }: Manifest,
  compiled: readonly CompiledFolder[],
): Found | undefined {
  const folders = [...new Set([root, folder])].flatMap((one) => [one, join(one, "src")]);
  const names = NAMES.flatMap((name) => ENDINGS.map((ending) => name + ending));
  const source = folders.flatMap((one) => names.map((name) => join(one, name))).find(isFile);
  if (source === undefined) return undefined;
  const isBuilt = Object.values(Object(scripts)).some((script) => COMPILES.test(String(script)));
  const targets = compiled.filter(({ from, outDir }) => outDir !== from && isInside(from, source));
  if (!isBuilt || !/ts$/.test(source) || targets.length === 0) return { source, places: [source] };
  return {
    source,
    places: targets.map(({ from, outDir }) =>
      join(outDir, relative(from, source).replace(/\.([cm]?)ts$/, ".$1js")),
    ),
  };
}

/** `undefined` when it says neither: an empty file, for one. */
function syntaxOf(file: string): "import" | "require" | undefined {
  const text = readFileSync(file, "utf8");
  let isImport: boolean;
  try {
    isImport = hasModuleSyntax(text);
  } catch {
    // Beyond the lexer.
    isImport = /^\s*(?:import|export)\b/m.test(text);
  }
  if (isImport) return "import";
  return /\brequire\s*\(|\bexports\b/.test(text) ? "require" : undefined;
}

/** As Node sees it; a compiler makes CommonJS of what is in no package of ES modules. */
function isModuleFile(
  ending: string,
  kind: "module" | "commonjs" | undefined,
  syntax: "import" | "require" | undefined,
  isCompiled: boolean,
): boolean {
  if (/^\.[cm]/.test(ending)) return ending.startsWith(".m");
  if (kind !== undefined) return kind === "module";
  return syntax === "import" && !isCompiled;
}

function expressionFor(root: string, places: readonly string[], isModule: boolean): string {
  const ways = places.map((place) => relative(dirname(place), root).replaceAll(sep, "/"));
  const [way = "", ...others] = new Set(ways);
  // In several places, or on another disk: where the host is started is what they have in common.
  if (others.length > 0 || isAbsolute(way)) return "process.cwd()";
  if (way === "") return isModule ? "import.meta.dirname" : "__dirname";
  return isModule ? `new URL("${way}", import.meta.url)` : `\`\${__dirname}/${way}\``;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function isScript(path: string): boolean {
  return /(?<!\.config)\.[cm]?[jt]s$/.test(path) && isFile(path);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
