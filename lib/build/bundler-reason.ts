// Why the bundler has failed, in its own words. They name file, line and column of the code that it saw, which is not
// always that of the source: an import is looked up there.
import { relative, sep } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { nameForPeople } from "../loader/pages.ts";
import { importOf } from "./import-places.ts";

interface BundlerError {
  readonly message: string;
  readonly code?: string;
  /** The file that it is about. */
  readonly id?: string;
}

const NOT_FOUND = [
  /failed to resolve import "(.+?)" from "(.+?)"/,
  /^\[UNRESOLVED_IMPORT\] Could not resolve '(.+?)'/,
];

/** What is known beside the error. */
export interface ReasonFacts {
  readonly root: string;
  /** JSON files that are none. */
  readonly brokenJson: readonly string[];
}

/** What the bundler says of JSON. */
const BROKEN_JSON = /vite-json.*\n\s*(\S.*) at line (\d+) column \d+/s;

/** Sentences with files as seen from the working directory. */
export function bundlerReason(error: unknown, facts: ReasonFacts): string {
  const { root } = facts;
  const fromHere = relative(process.cwd(), root).replaceAll(sep, "/");
  const { errors } = error as { errors?: BundlerError[] };
  const texts = new Set((errors ?? [error as Error]).map((one) => textOf(one, facts)));
  if (/[#?]/.test(root))
    texts.add(`Its path may be why: the bundler takes # and ? in ${root} for the end of it.`);
  const text = [...texts].join("\n");
  return fromHere === "" ? text : text.replaceAll(`${fromHere}/`, "");
}

function textOf({ message, code, id }: BundlerError, { root, brokenJson }: ReasonFacts): string {
  const text = plain(message, root);
  const [, mistake, line] = BROKEN_JSON.exec(text) ?? [];
  if (mistake !== undefined && brokenJson.length > 0) {
    const names = brokenJson.map((file) => nameForPeople(root, file));
    // Of several nobody knows which one was meant.
    return names.length === 1
      ? `${names[0]}:${line}: ${mistake}.`
      : `${names.join(", ")}: broken JSON (${mistake}).`;
  }
  const found = NOT_FOUND.map((words) => words.exec(text)).find((match) => match !== null);
  const [, specifier, importer = id] = found ?? [];
  if (specifier !== undefined && importer !== undefined) return notFound(specifier, importer, root);
  if (code !== "MISSING_EXPORT" || id === undefined) return text;
  const name = /"(.+?)" is not exported/.exec(text)?.[1];
  const place = importOf({ moduleIds: [id] }, { name });
  if (place === undefined) return text;
  const [first = ""] = text.replace(/^\[MISSING_EXPORT\] /, "").split("\n");
  return `${nameForPeople(root, place.file)}:${place.line}: ${first.replace(/\.$/, "")}.`;
}

/** Without colours, stacks, and the names that modules of ours have in the bundler. */
function plain(message: string, root: string): string {
  const [text = ""] = stripVTControlCharacters(message).split(/\n\s*(?:at |Stack backtrace)/);
  return text
    .trim()
    .replaceAll(/(?:\0|\\0)starbridge:\w+:(.+?)\?/g, (_all, file) => nameForPeople(root, file));
}

function notFound(specifier: string, importer: string, root: string): string {
  const place = importOf({ moduleIds: [importer] }, { specifier });
  const where = place === undefined ? "" : `:${place.line}`;
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0];
  const advice = /^[\w@]/.test(specifier)
    ? `is not installed: npm install ${name}, or name it under paths in tsconfig.json`
    : "does not exist";
  return `${nameForPeople(root, importer)}${where} imports ${JSON.stringify(specifier)}, which ${advice}.`;
}
