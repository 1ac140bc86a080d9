// Where the host's own compiler puts a source: read from its tsconfig.
import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";

/** Of several files the first one with an `outDir` counts. */
const FILES = ["tsconfig.json", "tsconfig.build.json"];

/** The compiled file of a source, when it is there. */
export type FindCompiled = (source: string) => string | undefined;

/** Reads the project's tsconfig. Without an `outDir`, nothing is compiled. */
export function createFindCompiled(root: string): FindCompiled {
  for (const name of FILES) {
    const { outDir, rootDir } = readFolders(join(root, name), 0);
    if (outDir === undefined) continue;
    // Without a rootDir the compiler takes the folder that all sources share.
    const rootDirs = rootDir === undefined ? [root, join(root, "src")] : [rootDir];
    return (source) =>
      rootDirs
        .map((from) => relative(from, source))
        .filter((path) => !path.startsWith("..") && !isAbsolute(path))
        .map((path) => join(outDir, path.replace(/\.([cm]?)tsx?$/, ".$1js")))
        .find((path) => path !== source && existsSync(path));
  }
  return () => undefined;
}

interface Folders {
  readonly outDir: string | undefined;
  readonly rootDir: string | undefined;
}

function readFolders(path: string, depth: number): Folders {
  const none = { outDir: undefined, rootDir: undefined };
  if (depth > 8) return none;
  let config: { extends?: unknown; compilerOptions?: { outDir?: unknown; rootDir?: unknown } };
  try {
    config = JSON.parse(withoutComments(readFileSync(path, "utf8")));
  } catch {
    return none;
  }
  const inherited = [config.extends]
    .flat()
    .filter((base): base is string => typeof base === "string" && base.startsWith("."))
    .map((base) => resolve(dirname(path), base.endsWith(".json") ? base : `${base}.json`))
    .reduce<Folders>((folders, base) => merge(folders, readFolders(base, depth + 1)), none);
  const own = (value: unknown): string | undefined =>
    typeof value === "string" ? resolve(dirname(path), value) : undefined;
  const { outDir, rootDir } = config.compilerOptions ?? {};
  return merge(inherited, { outDir: own(outDir), rootDir: own(rootDir) });
}

function merge(base: Folders, over: Folders): Folders {
  return { outDir: over.outDir ?? base.outDir, rootDir: over.rootDir ?? base.rootDir };
}

/** A tsconfig has comments and commas at the end of lists; strings stay as they are. */
function withoutComments(text: string): string {
  return text
    .replace(/("(?:[^"\\]|\\.)*")|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (_all, string = "") => string)
    .replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, (_all, string = "") => string);
}
