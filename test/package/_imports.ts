import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { read } from "./_package.ts";

/** One import of one file. */
export interface Import {
  /** Who imports, relative to the repository. */
  file: string;
  specifier: string;
  /** The file of ours that is meant, for a relative specifier. */
  target: string | undefined;
  /** The package that is meant, for a bare one. */
  packageName: string | undefined;
  /** A built-in module of Node, with or without `node:`. */
  builtin: boolean;
  /** Nothing of it is left at run time. */
  typeOnly: boolean;
  /** Names a type among values. */
  mixed: boolean;
}

// The formatter puts every import at the start of a line, so that patterns find all of them.
const STATIC = /^(?:import|export)\s+(type\s+)?((?:[\w$*\s,]|\{[^}]*\})*?)\s*from\s*"([^"]+)";/gm;
const SIDE_EFFECT = /^import\s+"([^"]+)";/gm;
const DYNAMIC = /\b(typeof\s+)?import\(\s*"([^"]+)"\s*\)(\s*\.\s*[A-Z])?/g;
const AUGMENTATION = /^declare module "([^"]+)"/gm;

/** The imports of a file, types and dynamic ones included. */
export function importsOf(file: string, text = read(file)): Import[] {
  const source = withoutComments(text);
  return [
    ...[...source.matchAll(STATIC)].map(([, type, clause, specifier]) =>
      toImport(file, specifier, type !== undefined, /[{,]\s*type\s/.test(clause ?? "")),
    ),
    ...[...source.matchAll(SIDE_EFFECT)].map(([, specifier]) => toImport(file, specifier, false)),
    ...[...source.matchAll(DYNAMIC)].map(([, type, specifier, member]) =>
      toImport(file, specifier, type !== undefined || member !== undefined),
    ),
    ...[...source.matchAll(AUGMENTATION)].map(([, specifier]) => toImport(file, specifier, true)),
  ];
}

/** Every cycle, as the list of its files, each found once. */
export function cyclesOf(edges: Import[]): string[][] {
  const targets = new Map<string, string[]>();
  for (const { file, target } of edges) {
    if (target !== undefined) targets.set(file, [...(targets.get(file) ?? []), target]);
  }
  const cycles: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    const start = path.indexOf(file);
    if (start !== -1) cycles.push([...path.slice(start), file]);
    if (start !== -1 || done.has(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  return cycles;
}

function toImport(file: string, specifier = "", typeOnly: boolean, mixed = false): Import {
  const relative = specifier.startsWith(".");
  const bare = !relative && !specifier.startsWith("node:");
  return {
    file,
    specifier,
    target: relative ? posix.join(posix.dirname(file), specifier) : undefined,
    packageName: bare ? /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] : undefined,
    builtin: isBuiltin(specifier),
    typeOnly,
    mixed,
  };
}

/** The code of a source: JSDoc examples hold imports too. */
export function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}
