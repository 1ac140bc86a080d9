// Where errors come from that do not say so themselves: what was asked for when they came, and the module that failed.
import { Script } from "node:vm";
import type { Place, Positions } from "./positions.ts";
import { placeOfText } from "./positions.ts";

/** What is known of an error beside itself. */
export interface Blame {
  /** The module that it came from, or that could not be had. */
  readonly file?: string | undefined;
  /** What was asked for, as the code of `importer` has it. */
  readonly url?: string;
  readonly importer?: string | undefined;
}

export interface Explanation {
  readonly message: string;
  readonly place: Place | undefined;
}

/** A compiler's way to say where JSON is broken. */
const IN_JSON = /^(.+) at line (\d+) column (\d+)$/s;
/** `/app/x.js:3`, the line, and marks below it: how Node begins the stack of what it could not compile. */
const COMPILED = /^(?:file:\/\/)?([^\n]+):(\d+)\n[^\n]*\n([ \t]*)\^/;
const NOT_FOUND = /^Cannot find module '([^']+)'/;

export function explainBlame(
  error: Error,
  { file, url, importer }: Blame,
  positions: Positions,
): Explanation | undefined {
  const { code, requireStack } = error as { code?: unknown; requireStack?: string[] };
  const title = `${error.name}: ${error.message.split("\n")[0]}`;
  const [, reason, line, column] = file?.endsWith(".json")
    ? (IN_JSON.exec(error.message) ?? [])
    : [];
  if (file !== undefined && reason !== undefined) {
    return { message: reason, place: { file, line: Number(line), column: Number(column) } };
  }
  if (error.name === "SyntaxError") {
    const place = compiledPlace(error.stack) ?? evaluatedPlace(file, positions);
    return place && { message: title, place };
  }
  const missing = NOT_FOUND.exec(error.message)?.[1];
  const requirer = requireStack?.[0];
  if (code === "MODULE_NOT_FOUND" && missing !== undefined && requirer !== undefined) {
    const place = placeOfText(requirer, missing);
    return place && { message: notThere(missing), place };
  }
  if (code === "ENOENT" && url !== undefined && importer !== undefined) {
    const place = placeOfText(importer, url);
    return place && { message: notThere(url), place };
  }
  return undefined;
}

function notThere(specifier: string): string {
  return `it imports ${JSON.stringify(specifier)}, which does not exist`;
}

function compiledPlace(stack = ""): Place | undefined {
  const [, file, line, indent] = COMPILED.exec(stack) ?? [];
  if (file === undefined || indent === undefined) return undefined;
  return { file, line: Number(line), column: indent.length + 1 };
}

/** Of code that is evaluated V8 does not say where it is broken; of a script it does, and this one never runs. */
function evaluatedPlace(file: string | undefined, positions: Positions): Place | undefined {
  const text = file && positions.codeOf(file);
  if (!file || text === undefined) return undefined;
  try {
    new Script(text, { filename: file });
  } catch (error) {
    const place = compiledPlace((error as Error).stack);
    return place && positions.sourceOf({ ...place, file });
  }
  return undefined;
}
