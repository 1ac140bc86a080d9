// The error of a module that a page imports while it runs: as Node's where there is no such module, and else with the
// place of the mistake, for whoever catches it.
import { normalize } from "node:path";
import { UNSUPPORTED_CODE } from "../loader/astro-target.ts";
import { loadingError } from "../loader/native.ts";
import { nameForPeople } from "../loader/pages.ts";
import type { FailureFacts } from "./page-failure.ts";
import { pageFailure } from "./page-failure.ts";
import { placeOfText } from "./positions.ts";

/** Where a page imports. */
export interface ImportCall {
  /** The file that imports, as Vite names it. */
  readonly importer: string;
  /** Made where that happens. */
  readonly trace: Error;
}

const NOT_FOUND =
  /^Failed to load url (.+?) \(resolved id: .*?\)(?: in (.+))?\. Does the file exist\?$/s;

/** @returns What a module has thrown itself, untouched. */
export function importFailure(
  thrown: unknown,
  { importer, trace }: ImportCall,
  facts: FailureFacts,
): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const { root, positions, blame } = facts;
  const { code } = thrown as { code?: unknown };
  if (code === UNSUPPORTED_CODE)
    return loadingError(nameForPeople(root, normalize(importer)), thrown);
  if (blame?.url === undefined) return thrown;
  positions.correct(trace);
  const frames = positions.framesOf(trace);
  const [, missing, from = importer] = NOT_FOUND.exec(thrown.message) ?? [];
  if (missing === undefined && code !== "ERR_MODULE_NOT_FOUND") {
    const file = nameForPeople(root, normalize(blame.file ?? importer));
    const failure = pageFailure(file, thrown, facts);
    return withStack(failure, failure.name, frames);
  }
  const message =
    missing === undefined
      ? thrown.message
      : `Cannot find module '${missing}' imported from ${from}`;
  const place = missing === undefined ? undefined : placeOfText(from, missing);
  if (place !== undefined) frames.unshift(`    at ${place.file}:${place.line}:${place.column}`);
  const failure = Object.assign(new Error(message, { cause: thrown.cause }), {
    code: "ERR_MODULE_NOT_FOUND",
  });
  return withStack(failure, "Error [ERR_MODULE_NOT_FOUND]", frames);

  /** How we came to load it tells nobody anything; who asked for it does. */
  function withStack(error: Error, title: string, lines: readonly string[]): Error {
    positions.correct(error);
    error.stack = [`${title}: ${error.message}`, ...lines].join("\n");
    return error;
  }
}
