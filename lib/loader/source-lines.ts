// Code that runs at the lines of its source. V8 names the lines of the code that it was given, and an error that a page
// catches and logs by itself passes nobody who could correct it: so each part goes to the line that it has in the source.
import { dirname, resolve } from "node:path";
import type { SourceMapSegment } from "@jridgewell/sourcemap-codec";
import { decode, encode } from "@jridgewell/sourcemap-codec";
import type { Anatomy, ParseCode } from "./anatomy.ts";
import { anatomyOf } from "./anatomy.ts";

/** Code, and how it came from its source. */
export interface MappedCode<Map extends SourceMapText = SourceMapText> {
  readonly code: string;
  readonly map: Map;
}

/** What is needed here of a source map, version 3. */
export interface SourceMapText {
  readonly mappings: string;
  readonly sources: readonly (string | null)[];
}

/** Column, index of the source, line and column there, all from 0, and perhaps the index of a name. */
type Segment = Exclude<SourceMapSegment, [number]>;

/** What changes at an offset of the code, or is known of it. */
type Step =
  | { readonly kind: "semicolon"; readonly at: number }
  | { readonly kind: "open" | "close"; readonly at: number; readonly parentheses: Parentheses }
  | { readonly kind: "gap"; readonly at: number; readonly end: number }
  | { readonly kind: "mapped"; readonly at: number; readonly segment: Segment; isPinned: boolean };

/** What they would hold is moved to another line. */
interface Parentheses {
  isNeeded: boolean;
}

/** What ends at an offset comes before what begins there. */
const ORDER = { close: 0, semicolon: 1, gap: 2, open: 3, mapped: 4 };

/** What has to stand in one line with what follows it; what a value follows gets parentheses. */
const BOUND = /(?:^|[^\w$.#])(?:async|break|continue|using|accessor)$/;
const BOUND_LENGTH = "continue".length + 1;
/** What begins a line for V8. */
const LINE_END = /\r\n?|[\n\u2028\u2029]/g;
const HAS_LINE_END = /[\r\n\u2028\u2029]/;
const WHITE = /\s*/y;

/**
 * Moves the parts of a module to the lines that they have in its source.
 *
 * Only white space changes, comments go, and semicolons and parentheses come where lines begin or end now. What the compiler has
 * taken out of its order stands where there is room; the map knows of it as well. Code that was made of other files before
 * it was read, or that is not understood, stays as it is.
 *
 * @param file Where the code was read.
 * @param indent Columns that stand before the code in its first line.
 */
export function atSourceLines<Map extends SourceMapText>(
  { code, map }: MappedCode<Map>,
  file: string,
  parse: ParseCode | undefined,
  indent: number,
): MappedCode<Map> {
  const anatomy = parse !== undefined && isOfFile(map, file) ? anatomyOf(code, parse) : undefined;
  const page = new Page(indent);
  const mapped = mappedSteps(code, map.mappings, anatomy?.starts ?? new Set());
  keepInOrder(mapped);
  const added = anatomy === undefined ? [] : changes(code, anatomy);
  const steps: Step[] = [...mapped, ...added];
  steps.sort((one, other) => one.at - other.at || ORDER[one.kind] - ORDER[other.kind]);
  let cursor = 0;
  for (const [index, step] of steps.entries()) {
    if (step.at > cursor) {
      page.write(code.slice(cursor, step.at));
      cursor = step.at;
    }
    switch (step.kind) {
      case "mapped":
        page.mark(step.segment, step.isPinned && step.at === cursor);
        break;
      case "semicolon":
        page.write(";");
        break;
      case "open":
        step.parentheses.isNeeded = lineOf(steps, index + 1, step.at) > page.line;
        if (step.parentheses.isNeeded) page.write("(");
        break;
      case "close":
        if (step.parentheses.isNeeded) page.write(")");
        break;
      case "gap":
        if (step.end > cursor) page.write(" ");
        cursor = Math.max(cursor, step.end);
    }
  }
  page.write(code.slice(cursor));
  return { code: page.text, map: { ...map, mappings: page.mappings } };
}

function isOfFile({ sources, mappings }: SourceMapText, file: string): boolean {
  const [source] = sources;
  if (sources.length !== 1 || source == null || mappings === "") return false;
  return resolve(dirname(file), source) === resolve(file);
}

/** The line that what begins at an offset goes to, where it may be moved. */
function lineOf(steps: readonly Step[], first: number, at: number): number {
  let line = -1;
  for (let index = first; steps[index]?.at === at; index++) {
    const step = steps[index] as Step;
    if (step.kind === "mapped" && step.isPinned) line = Math.max(line, step.segment[2]);
  }
  return line;
}

type MappedStep = Extract<Step, { kind: "mapped" }>;

function mappedSteps(code: string, mappings: string, starts: ReadonlySet<number>): MappedStep[] {
  const steps: MappedStep[] = [];
  let start = 0;
  for (const line of decode(mappings)) {
    for (const segment of line) {
      const at = start + segment[0];
      if (segment.length === 1 || at >= code.length) continue;
      steps.push({ kind: "mapped", at, segment, isPinned: starts.has(at) });
    }
    start = code.indexOf("\n", start) + 1;
    if (start === 0) break;
  }
  return steps;
}

/** Of what could be moved, as much as goes without crossing: a longest row whose lines do not go back. */
function keepInOrder(steps: readonly MappedStep[]): void {
  const candidates = steps.filter(({ isPinned }) => isPinned);
  /** The last one of the best row of each length, and the one before each. */
  const lasts: number[] = [];
  const before: number[] = [];
  const lineAt = (index: number): number => (candidates[index] as MappedStep).segment[2];
  for (const [index, step] of candidates.entries()) {
    step.isPinned = false;
    let low = 0;
    let high = lasts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (lineAt(lasts[middle] as number) <= step.segment[2]) low = middle + 1;
      else high = middle;
    }
    before[index] = lasts[low - 1] ?? -1;
    lasts[low] = index;
  }
  for (let index = lasts.at(-1) ?? -1; index !== -1; index = before[index] as number) {
    (candidates[index] as MappedStep).isPinned = true;
  }
}

/** Comments and the ends of lines go: what follows finds its line by itself. */
function changes(code: string, { comments, texts, unended, bound }: Anatomy): Step[] {
  const steps: Step[] = unended.map((at) => ({ kind: "semicolon", at }));
  for (const { start, end } of bound) {
    const parentheses = { isNeeded: false };
    steps.push({ kind: "open", at: start, parentheses }, { kind: "close", at: end, parentheses });
  }
  for (const { start, end } of comments) steps.push({ kind: "gap", at: start, end });
  const closed = [...comments, ...texts].sort((one, other) => one.start - other.start);
  let at = code.indexOf("\n");
  for (const { start, end } of [...closed, { start: code.length, end: code.length }]) {
    while (at !== -1 && at < start) {
      WHITE.lastIndex = at;
      WHITE.test(code);
      steps.push({ kind: "gap", at, end: WHITE.lastIndex });
      at = code.indexOf("\n", WHITE.lastIndex);
    }
    if (at !== -1 && at < end) at = code.indexOf("\n", end);
  }
  return steps;
}

/** What is written, and where one is in it. */
class Page {
  readonly #pieces: string[] = [];
  readonly #segments: SourceMapSegment[][] = [[]];
  #line = 0;
  #column: number;

  constructor(indent: number) {
    this.#column = indent;
  }

  get line(): number {
    return this.#line;
  }

  get text(): string {
    return this.#pieces.join("");
  }

  get mappings(): string {
    return encode(this.#segments);
  }

  write(piece: string): void {
    this.#pieces.push(piece);
    let start = 0;
    if (!HAS_LINE_END.test(piece)) {
      this.#column += piece.length;
      return;
    }
    for (const { index, 0: end } of piece.matchAll(LINE_END)) {
      this.#line++;
      this.#column = 0;
      start = index + end.length;
      this.#segments[this.#line] = [];
    }
    this.#column += piece.length - start;
  }

  /** What follows comes from a place in the source; where it can be moved, it goes there. */
  mark(segment: Segment, canMove: boolean): void {
    const [, source, line, column, ...name] = segment;
    if (canMove && line > this.#line && !BOUND.test(this.#end())) {
      this.write("\n".repeat(line - this.#line) + " ".repeat(column));
    } else if (canMove && line === this.#line && column > this.#column) {
      this.write(" ".repeat(column - this.#column));
    }
    const place = [this.#column, source, line, column, ...name] as SourceMapSegment;
    this.#segments[this.#line]?.push(place);
  }

  /** The last that was written, without white space. */
  #end(): string {
    let end = "";
    for (let at = this.#pieces.length - 1; at >= 0 && end.length < BOUND_LENGTH; at--) {
      end = ((this.#pieces[at] as string) + end).trimEnd().slice(-BOUND_LENGTH);
    }
    return end;
  }
}
