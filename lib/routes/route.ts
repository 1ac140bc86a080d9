// What a route is once it is parsed: a value, built at start and never edited.

/** A piece of a segment: text, `[name]`, or `[...name]`. */
export interface Part {
  readonly kind: "text" | "param" | "rest";
  /** The text in Unicode NFC, or the parameter's name. */
  readonly value: string;
}

/** What stands between two slashes. */
export type Segment = readonly Part[];

/** A pattern, taken apart. */
export interface RoutePattern {
  /** As Astro writes it: `/users/[id]`, `/` for the root index. */
  readonly pattern: string;
  readonly segments: readonly Segment[];
  /** Names of the parameters in order of appearance. */
  readonly params: readonly string[];
  /** The last segment ends like a file name (`/data.json`): such a route never takes a trailing slash. */
  readonly hasExtension: boolean;
}

/** A route of a table. `Target` is what it leads to. */
export interface Route<Target = unknown> extends RoutePattern {
  /** What a person looks for: `src/pages/users/[id].ts`, or the redirect's key. */
  readonly source: string;
  readonly target: Target;
}

// Loops, and not every() and some(): these run for each segment of each route at start, cold.
export function isStatic(segment: Segment): boolean {
  for (const part of segment) if (part.kind !== "text") return false;
  return true;
}

/** One parameter and nothing else, `[id]` or `[...rest]`. */
export function isDynamic(segment: Segment): boolean {
  return segment.length === 1 && segment[0]?.kind !== "text";
}

export function hasRest(segment: Segment): boolean {
  for (const part of segment) if (part.kind === "rest") return true;
  return false;
}

export function textOf(segment: Segment): string {
  if (segment.length === 1) return segment[0]?.value ?? "";
  let text = "";
  for (const part of segment) text += part.value;
  return text;
}
