// What is wrong with the syntax of a file, and where, for when Vite says only that it could not be parsed.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Explanation } from "./blame.ts";
import type { Place } from "./positions.ts";

/** Parses a source; what is wrong with it comes with offsets. */
export type Parse = (
  file: string,
  text: string,
) => { readonly errors: readonly { message: string; labels: readonly { start: number }[] }[] };

/** What Vite's errors about syntax know beside their message. */
interface ParseError extends Error {
  readonly code?: string;
  readonly id?: string;
}

/** @returns `undefined` when an error is not about syntax, or the file is fine as it stands. */
export function syntaxMistake(
  error: ParseError,
  root: string,
  parse: Parse | undefined,
): Explanation | undefined {
  const isAboutSyntax =
    error.code === "PARSE_ERROR" || /^Failed to parse source for import/.test(error.message);
  const file = isAboutSyntax ? fileOf(error.id ?? "", root) : undefined;
  if (file === undefined || parse === undefined) return undefined;
  const text = readFileSync(file, "utf8");
  const [first] = parse(file, text).errors;
  return first && { message: first.message, place: placeAt(file, text, first.labels[0]?.start) };
}

/** Vite names a file by its path, or by its URL on the server. */
function fileOf(id: string, root: string): string | undefined {
  const path = id.replace(/[?#].*$/, "");
  const candidates = [path.replace(/^\/@fs(?=\/)/, ""), join(root, path)];
  return path === "" ? undefined : candidates.find((file) => existsSync(file));
}

function placeAt(file: string, text: string, offset: number | undefined): Place | undefined {
  if (offset === undefined) return undefined;
  const lines = text.slice(0, offset).split("\n");
  return { file, line: lines.length, column: (lines.at(-1) as string).length + 1 };
}
