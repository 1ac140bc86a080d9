// The error of a page that could not be loaded, with its place in the source: for the log and for the host's error
// handler.
import { stripVTControlCharacters } from "node:util";
import { BridgeError, bridgeError } from "../errors.ts";
import { loadingError } from "../loader/native.ts";
import { nameForPeople } from "../loader/pages.ts";
import { UNSUPPORTED_CODE } from "../loader/astro-target.ts";
import type { Blame, Explanation } from "./blame.ts";
import { explainBlame } from "./blame.ts";
import type { Place, Positions } from "./positions.ts";
import { codeFrame, placeOf, placeOfText } from "./positions.ts";
import type { Parse } from "./syntax.ts";
import { syntaxMistake } from "./syntax.ts";

/** What Vite's errors know beside their message. */
interface TransformError extends Error {
  readonly code?: string;
  readonly id?: string;
  readonly errors?: readonly (Error & { readonly loc?: Place })[];
}

const NOT_FOUND = /^Failed to load url (.+?) \(resolved id: .*\) in (.+)\. Does the file exist\?$/s;
/** Of the page itself, which has nobody that imports it. */
const NO_PACKAGE = /^Cannot find module '(.+)' imported from '(.+)'$/s;

/** What a failure is explained with. */
export interface FailureFacts {
  /** Folder that names for people are relative to. */
  readonly root: string;
  readonly positions: Positions;
  /** Absent in a Vite that has none. */
  readonly parse: Parse | undefined;
  readonly blame?: Blame | undefined;
}

/** @param source The page's name for people. */
export function pageFailure(source: string, thrown: unknown, facts: FailureFacts): Error {
  const { root, positions, blame = {} } = facts;
  positions.correct(thrown);
  if (thrown instanceof BridgeError) return thrown;
  if (!(thrown instanceof Error) || (thrown as TransformError).code === UNSUPPORTED_CODE) {
    return loadingError(source, thrown);
  }
  const frames = positions.framesOf(thrown);
  const { message, place } = explain(thrown, facts) ??
    explainBlame(thrown, blame, positions) ?? {
      message: `${thrown.name}: ${firstLineOf(thrown.message)}`,
      place: placeOf(frames[0]),
    };
  if (thrown.name === "SyntaxError" && isDecorator(place)) {
    const file = `${nameForPeople(root, place.file)}:${place.line}`;
    return bridgeError("DECORATORS_NOT_COMPILED", { file }, { cause: thrown });
  }
  const where = place && `${nameForPeople(root, place.file)}:${place.line}:${place.column}`;
  const text = where === undefined ? message : `${message} (${where})`;
  const frame = place && codeFrame(place);
  const reason = frame === undefined ? `${text}.` : `${text}.\n\n${frame}\n`;
  const failure = bridgeError("MODULE_FAILED", { file: source, reason }, { cause: thrown });
  // How we came to load it tells nobody anything; which module imported which does.
  failure.stack = [`${failure.name}: ${failure.message}`, ...frames].join("\n");
  return failure;
}

function explain(error: TransformError, { root, parse }: FailureFacts): Explanation | undefined {
  const mistake = syntaxMistake(error, root, parse);
  if (mistake !== undefined) return mistake;
  const [first] = error.errors ?? [];
  if (first !== undefined) {
    withoutColors(error);
    const { loc, message } = first;
    const text = firstLineOf(message).replace(/^\[[A-Z_]+\] /, "");
    // The compiler counts columns from 0.
    return { message: text, place: loc && { ...loc, column: loc.column + 1 } };
  }
  const [, url, file] = NOT_FOUND.exec(error.message) ?? NO_PACKAGE.exec(error.message) ?? [];
  if (url === undefined || file === undefined) return undefined;
  const place = placeOfText(file, url);
  const importer = place === undefined ? nameForPeople(root, file) : "it";
  const message = `${importer} imports ${JSON.stringify(url)}, which does not exist`;
  return { message, place };
}

/** Whether a decorator stands where V8 gave up. */
function isDecorator(place: Place | undefined): place is Place {
  const frame = place && codeFrame(place);
  const line = frame?.split("\n").find((text) => text.startsWith(">"));
  const at = line?.indexOf("|") ?? -1;
  return place !== undefined && line?.charAt(at + 1 + place.column) === "@";
}

/** The compiler writes for a terminal, whoever reads it. */
function withoutColors(error: TransformError): void {
  for (const name of ["message", "stack"] as const) {
    Reflect.set(error, name, stripVTControlCharacters(error[name] ?? ""));
  }
  // The source, once more.
  Reflect.deleteProperty(error, "pluginCode");
}

function firstLineOf(message: string): string {
  const lines = stripVTControlCharacters(message).split("\n");
  return (lines.find((line) => line.trim() !== "") ?? "").replace(/[.!]$/, "");
}
