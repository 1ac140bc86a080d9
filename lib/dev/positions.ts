// Where in the source an error comes from. Nothing global is changed for it: of each error that leaves a page, the
// stack is rewritten once.
import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { dirname, resolve } from "node:path";

/** A place in a file, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `    at async GET (/app/src/pages/x.ts:3:7)`: what stands before the place, the place, what stands behind it. */
const FRAME = /^(\s*at (?:.*? \(|async )?)(?:file:\/\/)?(\/.*|[A-Za-z]:[\\/].*):(\d+):(\d+)(\)?)$/;
/** What stands behind it belongs to the request that needed the page. */
const LOADING = /[\\/]dev[\\/]page-reader\.[jt]s:/;
/** The name of evaluated code ends at a space: Vite encodes them, and nothing else. */
const ENCODED_SPACE = /%(?:20|09|C2%A0|E3%80%80)/g;
const REQUIRING = /[\\/]dev[\\/]common-js\.[jt]s:/;
const INLINE_MAP = /\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/;

export class Positions {
  /** The code that runs for a file, with its map inlined; `undefined` for files that run as they are. */
  readonly codeOf: (file: string) => string | undefined;
  readonly #done = new WeakSet<Error>();
  readonly #maps = new Map<
    string,
    { readonly code: string; readonly map: SourceMap | undefined }
  >();

  constructor(codeOf: (file: string) => string | undefined) {
    this.codeOf = codeOf;
  }

  /** Rewrites the stack of an error, of its cause and of those it gathers. */
  correct(error: unknown): void {
    if (!(error instanceof Error) || this.#done.has(error)) return;
    this.#done.add(error);
    if (typeof error.stack === "string") {
      const lines = error.stack.split("\n");
      const stack = lines.map((line) => this.#correctFrame(line)).join("\n");
      if (stack !== error.stack) Reflect.set(error, "stack", stack);
    }
    this.correct(error.cause);
    if (error instanceof AggregateError) for (const inner of error.errors) this.correct(inner);
  }

  /** The place in the source of a place in the code that runs for it. */
  sourceOf({ file, line, column }: Place): Place {
    const entry = this.#mapOf(file)?.findEntry(line - 1, column - 1);
    if (entry === undefined || !("originalLine" in entry)) return { file, line, column };
    const { originalSource, originalLine, originalColumn } = entry;
    // Another one where the file itself was made by a compiler that left a map.
    const source = /^[a-z]+:/.test(originalSource) ? file : resolve(dirname(file), originalSource);
    return { file: source, line: originalLine + 1, column: originalColumn + 1 };
  }

  /** Lines of an error's stack in files that pages have loaded, up to where we asked for the page. */
  framesOf(error: Error): string[] {
    const lines = (error.stack ?? "").split("\n");
    const end = lines.findIndex((line) => LOADING.test(line));
    const between = lines.slice(0, end === -1 ? lines.length : end);
    const frames = between.filter((line) => {
      const file = FRAME.exec(line)?.[2];
      return file !== undefined && this.#fileOf(file) !== undefined;
    });
    if (frames.length > 0) return frames;
    // What is CommonJS runs as it is, below our require().
    const required = between.findIndex((line) => REQUIRING.test(line));
    return between.slice(0, Math.max(0, required)).filter((line) => {
      const file = FRAME.exec(line)?.[2];
      return file !== undefined && !/[\\/]node_modules[\\/]/.test(file);
    });
  }

  #correctFrame(frame: string): string {
    const [, before, named, line, column, after] = FRAME.exec(frame) ?? [];
    const file = named && this.#fileOf(named);
    if (file === undefined) return frame;
    // With --enable-source-maps, or under tsx, Node has done it, but for the names.
    const isDone = process.sourceMapsEnabled;
    const found = { file, line: Number(line), column: Number(column) };
    const place = isDone ? found : this.sourceOf(found);
    return `${before}${place.file}:${place.line}:${place.column}${after}`;
  }

  /** The file that a stack names; `undefined` for files that run as they are. */
  #fileOf(named: string): string | undefined {
    const names = [named, named.replaceAll(ENCODED_SPACE, decodeURIComponent)];
    return names.find((file) => this.codeOf(file) !== undefined);
  }

  #mapOf(file: string): SourceMap | undefined {
    const code = this.codeOf(file);
    if (code === undefined) return undefined;
    let known = this.#maps.get(file);
    if (known?.code !== code) {
      known = { code, map: readMap(code) };
      this.#maps.set(file, known);
    }
    return known.map;
  }
}

function readMap(code: string): SourceMap | undefined {
  const encoded = INLINE_MAP.exec(code)?.[1];
  if (encoded === undefined) return undefined;
  return new SourceMap(JSON.parse(Buffer.from(encoded, "base64").toString("utf8")));
}

/** The place of a line of a stack. */
export function placeOf(frame: string | undefined): Place | undefined {
  const [, , file, line, column] = FRAME.exec(frame ?? "") ?? [];
  return file === undefined ? undefined : { file, line: Number(line), column: Number(column) };
}

/** The lines around a place, with a mark under it; `undefined` when the file cannot be read. */
export function codeFrame({ file, line, column }: Place): string | undefined {
  let lines: string[];
  try {
    lines = readFileSync(file, "utf8").split(/\r?\n/);
  } catch {
    return undefined;
  }
  if (line > lines.length) return undefined;
  const first = Math.max(1, line - 2);
  const last = Math.min(lines.length, line + 2);
  const width = String(last).length;
  const frame: string[] = [];
  for (let at = first; at <= last; at++) {
    const mark = at === line ? ">" : " ";
    frame.push(`${mark} ${String(at).padStart(width)} | ${lines[at - 1]}`);
    if (at === line) frame.push(`  ${" ".repeat(width)} | ${" ".repeat(Math.max(0, column - 1))}^`);
  }
  return frame.map((text) => text.trimEnd()).join("\n");
}

/** Where a file names a module. */
export function placeOfText(file: string, specifier: string): Place | undefined {
  let lines: string[];
  try {
    lines = readFileSync(file, "utf8").split("\n");
  } catch {
    return undefined;
  }
  for (const [index, line] of lines.entries()) {
    const column = Math.max(line.indexOf(`"${specifier}"`), line.indexOf(`'${specifier}'`));
    if (column !== -1) return { file, line: index + 1, column: column + 1 };
  }
  return undefined;
}
