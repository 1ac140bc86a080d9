// What `export const prerender` of a file says, read from its source and never by running it. In development, in a
// build and without one the same reader decides, so a file cannot mean two things.
import { readFileSync } from "node:fs";
import { parse } from "es-module-lexer";
import { bridgeError } from "../errors.ts";

/** Space and comments, as they may stand between any two words. */
const GAP = String.raw`(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\n]*(?:\n|$))*`;
const DECLARATION = new RegExp(`^export${GAP}const${GAP}$`);
/** From the name on: `: boolean = true as const;`. What an annotation says does not matter. */
const VALUE = new RegExp(
  `^${GAP}(?::[^=;]*)?=${GAP}(true|false)\\b(?:${GAP}(?:as|satisfies)${GAP}\\w+)*`,
);
/** Where a statement ends, or its next declarator begins; on a line of its own, what no expression goes on with. */
const END = new RegExp(
  `^(?:[^\\S\\n]|\\/\\*[\\s\\S]*?\\*\\/)*(?:$|[;,}]|\\/\\/|\\n${GAP}(?![-+*/%&|^?<>=.,([\`!]|in\\b|instanceof\\b|as\\b|satisfies\\b)(?:$|[^\\s/]))`,
);

/**
 * Reads the flag from the module.
 *
 * @param source The text of the file, JavaScript or TypeScript.
 * @param file Its name, for the error.
 * @returns `undefined` when the file does not say.
 * @throws BridgeError `STARBRIDGE_PRERENDER_NOT_STATIC` when it says something that only running it would tell.
 */
export function readPrerenderFlag(source: string, file: string): boolean | undefined {
  if (!source.includes("prerender")) return undefined;
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(source.startsWith("\uFEFF") ? source.slice(1) : source);
  } catch {
    // Broken syntax is reported where the file is loaded, with its place.
    return undefined;
  }
  const text = source.startsWith("\uFEFF") ? source.slice(1) : source;
  const flag = parsed[1].find(
    (item) => item.type !== "reexport-all" && item.name === "prerender" && !item.typeOnly,
  );
  if (flag === undefined) return parsed[3] ? undefined : readCommonJsFlag(text, file);
  const value = valueAfter(text, flag.exportStart, flag.start, flag.end);
  if (value === undefined) throw bridgeError("PRERENDER_NOT_STATIC", { file });
  return value;
}

/**
 * The same for a file on the disk, which is read only when it exports a flag.
 *
 * @param source Its name for people.
 * @param exports What it is known to export.
 */
export function flagOfFile(
  path: string,
  source: string,
  exports: ReadonlySet<string> | undefined,
): boolean | undefined {
  if (exports?.has("prerender") === false) return undefined;
  const flag = readPrerenderFlag(readFileSync(path, "utf8"), source);
  if (exports === undefined) return flag;
  // It came through `export * from`.
  if (flag === undefined) throw bridgeError("PRERENDER_NOT_STATIC", { file: source });
  return flag;
}

/** What is no code: comments and strings; of a name in quotes the quotes. */
const NO_CODE = /(["'])(prerender)\1|\/\*[\s\S]*?\*\/|\/\/[^\n]*|(["'`])(?:[^\\]|\\[\s\S])*?\3/g;
/** `exports.prerender =` and what comes after it; a compiler's `= void 0` says nothing. */
const ASSIGNMENT = /\bexports\s*(?:\.\s*prerender|\[\s*prerender\s*\])\s*=(?!=)\s*([^;\n]*)/g;

/** The same for CommonJS: `exports.prerender = true`, or a key of the object that is `module.exports`. */
function readCommonJsFlag(source: string, file: string): boolean | undefined {
  const code = source.replace(NO_CODE, "$2");
  const values = [...code.matchAll(ASSIGNMENT)]
    .map(([, value = ""]) => value.trim())
    .filter((value) => !/^(?:exports\.[\w$]+\s*=\s*)*void 0$/.test(value));
  const [object] = /\bmodule\s*\.\s*exports\s*=\s*\{[\s\S]*/.exec(code) ?? [""];
  const keys = object.includes("prerender") ? outerKeys(object) : "";
  const key = /(?:^|[{,])\s*prerender\s*(?:(?=[,}])|:\s*([^,}]*))/.exec(keys);
  if (key !== null) values.push(key[1]?.trim() ?? "prerender");
  const [value] = values;
  if (value === undefined) return undefined;
  if (values.length > 1 || !/^(?:true|false)$/.test(value)) {
    throw bridgeError("PRERENDER_NOT_STATIC", { file });
  }
  return value === "true";
}

/** An object literal without what stands in brackets inside it. */
function outerKeys(text: string): string {
  let depth = 0;
  let outer = "";
  for (const sign of text.slice(text.indexOf("{"))) {
    if ("}])".includes(sign) && --depth === 0) return `${outer}}`;
    if (depth <= 1) outer += sign;
    if ("{[(".includes(sign)) depth++;
  }
  return outer;
}

function valueAfter(
  text: string,
  exportStart: number,
  nameStart: number,
  nameEnd: number,
): boolean | undefined {
  if (!DECLARATION.test(text.slice(exportStart, nameStart))) return undefined;
  const rest = text.slice(nameEnd);
  const [matched, value] = VALUE.exec(rest) ?? [];
  if (matched === undefined || !END.test(rest.slice(matched.length))) return undefined;
  return value === "true";
}
