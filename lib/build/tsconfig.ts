// Where the host's own compiler puts a source, and what it calls by names of its own: read from its tsconfig, as the
// compiler reads it.
import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";

/** The first one counts in which a source has become a file. */
const FILES = ["tsconfig.json", "tsconfig.build.json"];
/** The folder of the file that extends the others. */
const CONFIG_DIR = /^\$\{configDir\}/;

/** The compiled file of a source, when it is there. */
export type FindCompiled = (source: string) => string | undefined;

/** A folder of sources, and the one that their compiled files go to. */
export interface CompiledFolder {
  readonly from: string;
  readonly outDir: string;
}

/**
 * Reads the project's tsconfig, and the projects that it refers to. Without an `outDir`, nothing is compiled.
 *
 * @param onRead Hears of each file that counts.
 */
export function createFindCompiled(root: string, onRead?: (file: string) => void): FindCompiled {
  const compiled = compiledFolders(root, onRead);
  return (source) =>
    compiled
      .map(({ from, outDir }) => ({ path: relative(from, source), outDir }))
      .filter(({ path }) => !path.startsWith("..") && !isAbsolute(path))
      .map(({ path, outDir }) => join(outDir, path.replace(/\.([cm]?)tsx?$/, ".$1js")))
      .find((path) => path !== source && existsSync(path));
}

/** Names that a project gives to files and folders. */
export interface PathNames {
  /** A folder in which every name is looked for. */
  readonly baseUrl: string | undefined;
  /** Patterns, and the absolute paths that each stands for, with a star as in the pattern. */
  readonly paths: readonly (readonly [pattern: string, targets: readonly string[]])[];
}

/** What a tsconfig or a jsconfig calls by names of its own; nothing when it is not there. */
export function readPathNames(file: string): PathNames {
  const config = readConfigFile(file);
  if (config === undefined) return { baseUrl: undefined, paths: [] };
  const configDir = dirname(file);
  const { baseUrl, paths } = optionsOf(file, config, { configDir, depth: 0, onRead: undefined });
  const from = baseUrl ?? paths?.from ?? configDir;
  const pathOf = (target: string): string =>
    CONFIG_DIR.test(target)
      ? resolve(configDir, target.replace(CONFIG_DIR, "."))
      : resolve(from, target);
  const named = Object.entries(Object(paths?.names)).map(([pattern, targets]) => {
    const texts = [targets].flat().filter((target) => typeof target === "string");
    return [pattern, texts.map(pathOf)] as const;
  });
  return { baseUrl, paths: named };
}

/** What may be compiled to where: of one `outDir` the folders that it may mirror. */
export function compiledFolders(root: string, onRead?: (file: string) => void): CompiledFolder[] {
  const projects = new Map<string, Folders>();
  for (const name of FILES) collect(join(root, name), { projects, onRead });
  return [...projects.values()].flatMap(({ outDir, rootDirs }) =>
    outDir === undefined ? [] : rootDirs.map((from) => ({ from, outDir })),
  );
}

/** What a project says about folders. */
interface Folders {
  readonly outDir: string | undefined;
  /** Without a rootDir the compiler takes the folder that all sources share. */
  readonly rootDirs: readonly string[];
}

interface ConfigFile {
  readonly extends?: unknown;
  readonly references?: unknown;
  readonly compilerOptions?: {
    readonly outDir?: unknown;
    readonly rootDir?: unknown;
    readonly baseUrl?: unknown;
    readonly paths?: unknown;
  };
}

interface Reading {
  readonly projects: Map<string, Folders>;
  readonly onRead: ((file: string) => void) | undefined;
}

function collect(path: string, reading: Reading): void {
  const { projects, onRead } = reading;
  if (projects.has(path)) return;
  const config = readConfigFile(path);
  if (config === undefined) return;
  onRead?.(path);
  const folder = dirname(path);
  const { outDir, rootDir } = optionsOf(path, config, { configDir: folder, depth: 0, onRead });
  const rootDirs = rootDir === undefined ? [folder, join(folder, "src")] : [rootDir];
  projects.set(path, { outDir, rootDirs });
  // They are not inherited.
  for (const reference of Array.isArray(config.references) ? config.references : []) {
    if (typeof reference?.path !== "string") continue;
    const target = resolve(folder, reference.path);
    const isFolder = statSync(target, { throwIfNoEntry: false })?.isDirectory() ?? false;
    collect(isFolder ? join(target, "tsconfig.json") : target, reading);
  }
}

interface Options {
  readonly outDir: string | undefined;
  readonly rootDir: string | undefined;
  readonly baseUrl: string | undefined;
  /** As they stand in a file of that folder. */
  readonly paths: { readonly names: unknown; readonly from: string } | undefined;
}

interface Extension extends Pick<Reading, "onRead"> {
  /** What `${configDir}` stands for, here and in what is extended. */
  readonly configDir: string;
  readonly depth: number;
}

function optionsOf(path: string, config: ConfigFile, extension: Extension): Options {
  const { configDir, depth, onRead } = extension;
  const options: { -readonly [Key in keyof Options]: Options[Key] } = {
    outDir: undefined,
    rootDir: undefined,
    baseUrl: undefined,
    paths: undefined,
  };
  const bases = depth > 8 ? [] : [config.extends].flat();
  for (const base of bases.filter((name) => typeof name === "string")) {
    const file = extended(base, path);
    const inherited = file && readConfigFile(file);
    if (!inherited) continue;
    onRead?.(file);
    Object.assign(options, known(optionsOf(file, inherited, { ...extension, depth: depth + 1 })));
  }
  const own = (value: unknown): string | undefined => {
    if (typeof value !== "string") return undefined;
    const isTemplate = CONFIG_DIR.test(value);
    return resolve(isTemplate ? configDir : dirname(path), value.replace(CONFIG_DIR, "."));
  };
  const { outDir, rootDir, baseUrl, paths } = config.compilerOptions ?? {};
  const folders = { outDir: own(outDir), rootDir: own(rootDir), baseUrl: own(baseUrl) };
  const named = paths === undefined ? undefined : { names: paths, from: dirname(path) };
  return { ...options, ...known({ ...folders, paths: named }) };
}

function known(options: Options): Partial<Options> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** The file that `extends` means: a path, or one of a package. */
function extended(base: string, from: string): string | undefined {
  const isPath = /^\.{1,2}(?:\/|$)/.test(base) || isAbsolute(base);
  const places = isPath
    ? [resolve(dirname(from), base)]
    : (createRequire(from).resolve.paths(base) ?? []).map((folder) => join(folder, base));
  for (const place of places) {
    const named = readConfigFile(join(place, "package.json")) as { tsconfig?: unknown } | undefined;
    const fromPackage = typeof named?.tsconfig === "string" ? [join(place, named.tsconfig)] : [];
    const ends = [place, `${place}.json`, ...fromPackage, join(place, "tsconfig.json")];
    const file = ends.find((end) => statSync(end, { throwIfNoEntry: false })?.isFile());
    if (file !== undefined) return file;
  }
  return undefined;
}

/** A tsconfig or a jsconfig; `undefined` when there is none that can be read. */
function readConfigFile(path: string): ConfigFile | undefined {
  try {
    return JSON.parse(withoutComments(readFileSync(path, "utf8")));
  } catch {
    return undefined;
  }
}

/** A tsconfig has comments and commas at the end of lists; strings stay as they are. */
function withoutComments(text: string): string {
  return text
    .replace(/^\uFEFF/, "")
    .replace(/("(?:[^"\\]|\\.)*")|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (_all, string = "") => string)
    .replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, (_all, string = "") => string);
}
