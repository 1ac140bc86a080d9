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
export interface Refusal {
  /** The name that is not exported. */
  readonly missing: string | undefined;
  /** Node's words. */
  readonly message: string;
}

/** The first import of a chunk's sources that a refusal can be about. */
export function importOf(
  { moduleIds }: { readonly moduleIds: readonly string[] },
  refusal: Refusal,
): ImportPlace | undefined {
  for (const file of moduleIds) {
    if (file.startsWith("\0")) continue;
    for (const { specifier, text, line } of importsIn(file)) {
      if (isMeant(specifier, text, refusal)) return { file, line, specifier };
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

function isMeant(specifier: string, text: string, { missing, message }: Refusal): boolean {
  const requested = /requested module '(.+?)'/.exec(message)?.[1];
  if (missing !== undefined) {
    // What is no package has another name in the chunk.
    const isSame = requested === specifier || /^\.{0,2}\//.test(requested ?? "");
    const isDefault = missing === "default" && /^import\s+[\w$]/.test(text);
    return isSame && (isDefault || text.split(/[^\w$]+/).includes(missing));
  }
  const [name = "", path = ""] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(specifier)?.slice(1) ?? [];
  return message.includes(`'${specifier}'`) || (message.includes(name) && message.includes(path));
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
