// Where the sources of a chunk import what Node has refused.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "es-module-lexer";
import { findPackage } from "./native-modules.ts";

/** An import statement. */
export interface ImportPlace {
  readonly file: string;
  readonly line: number;
  readonly specifier: string;
}

/** What is known of the import that is looked for. */
export interface Wanted {
  readonly specifier?: string;
  /** A name that it asks for. */
  readonly name?: string | undefined;
  /** Node's words about it. */
  readonly message?: string;
}

/** The first import of a chunk's sources that can be meant. */
export function importOf(
  { moduleIds }: { readonly moduleIds: readonly string[] },
  wanted: Wanted,
): ImportPlace | undefined {
  for (const file of moduleIds) {
    if (file.startsWith("\0")) continue;
    for (const { specifier, text, line } of importsIn(file)) {
      if (isMeant(specifier, text, wanted)) return { file, line, specifier };
    }
  }
  return undefined;
}

/** The package that Node does not find, where it would be found from the project. */
export function wherePackageIs(message: string, root: string): string | undefined {
  const name = /^Cannot find package '(.+?)'/.exec(message)?.[1];
  const isThere = name && findPackage(name, join(root, "package.json")) !== undefined;
  return isThere ? name : undefined;
}

function isMeant(specifier: string, text: string, wanted: Wanted): boolean {
  const { name, message = "" } = wanted;
  if (wanted.specifier !== undefined && wanted.specifier !== specifier) return false;
  if (name !== undefined) {
    const requested = /requested module '(.+?)'/.exec(message)?.[1];
    // What is no package has another name in the chunk.
    const isSame = requested === undefined || requested === specifier || isPath(requested);
    const isDefault = name === "default" && /^import\s+[\w$]/.test(text);
    return isSame && (isDefault || text.split(/[^\w$]+/).includes(name));
  }
  const [part = "", path = ""] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(specifier)?.slice(1) ?? [];
  return wanted.specifier !== undefined || (message.includes(part) && message.includes(path));
}

function isPath(specifier: string): boolean {
  return /^\.{0,2}\//.test(specifier);
}

interface Statement {
  readonly specifier: string;
  readonly text: string;
  readonly line: number;
}

function importsIn(file: string): Statement[] {
  try {
    const source = readFileSync(file, "utf8");
    const [imports] = parse(source);
    return imports.flatMap((item) => {
      if (!("specifier" in item) || typeof item.specifier !== "string") return [];
      const text = source.slice(item.importStart, item.importEnd);
      const line = source.slice(0, item.importStart).split("\n").length;
      return [{ specifier: item.specifier, text, line }];
    });
  } catch {
    // Not a file, or not for the lexer: then nothing is known.
    return [];
  }
}
