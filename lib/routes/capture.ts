// Segments of several pieces and rest parameters, matched lazily from the left as Astro's patterns are, without
// a RegExp: each (piece, position) fails at most once, so time grows with the length of the path, never faster.
import { canonicalText } from "./path.ts";
import type { Segment } from "./route.ts";

type Token =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "param" | "rest" }
  /** `/[...rest]`: the slash belongs to it and may be absent with it. */
  | { readonly kind: "optional" };

/** A compiled run of segments. Captures come in order of the parameters. */
export type Capture = (path: string, start: number) => (string | undefined)[] | undefined;

/** Compiles one segment; what it takes has no slash before it. */
export function compileSegment(segment: Segment): Capture {
  return compile(tokensOf(segment));
}

/** Compiles segments from one with a rest parameter on; what they take begins with a slash, or is empty. */
export function compileRest(segments: readonly Segment[]): Capture {
  const tokens: Token[] = [];
  for (const segment of segments) {
    if (segment.length === 1 && segment[0]?.kind === "rest") tokens.push({ kind: "optional" });
    else tokens.push({ kind: "text", text: "/" }, ...tokensOf(segment));
  }
  return compile(tokens);
}

function tokensOf(segment: Segment): Token[] {
  return segment.map((part) =>
    part.kind === "text" ? { kind: "text", text: canonicalText(part.value) } : { kind: part.kind },
  );
}

function compile(tokens: readonly Token[]): Capture {
  return (path, start) => new Attempt(tokens, path).run(start);
}

class Attempt {
  readonly #tokens: readonly Token[];
  readonly #path: string;
  readonly #captures: (string | undefined)[] = [];
  /** Positions at which the tokens from an index on are known to fail. */
  readonly #failed: (Set<number> | undefined)[] = [];
  /** Ends from which a parameter cannot grow to a success any more, by index of its token. */
  readonly #dead: (Set<number> | undefined)[] = [];

  constructor(tokens: readonly Token[], path: string) {
    this.#tokens = tokens;
    this.#path = path;
  }

  run(start: number): (string | undefined)[] | undefined {
    return this.#from(0, start) ? this.#captures : undefined;
  }

  #from(index: number, at: number): boolean {
    const token = this.#tokens[index];
    if (token === undefined) return at === this.#path.length;
    let failed = this.#failed[index];
    if (failed?.has(at)) return false;
    if (this.#take(token, index, at)) return true;
    if (failed === undefined) {
      failed = new Set();
      this.#failed[index] = failed;
    }
    failed.add(at);
    return false;
  }

  #take(token: Token, index: number, at: number): boolean {
    if (token.kind === "text") {
      return this.#path.startsWith(token.text, at) && this.#from(index + 1, at + token.text.length);
    }
    const slot = this.#captures.length;
    if (token.kind === "optional") {
      if (this.#path[at] === "/" && this.#grow(index, at + 1, at + 1, true)) return true;
      this.#captures.length = slot;
      this.#captures.push(undefined);
      if (this.#from(index + 1, at)) return true;
      this.#captures.length = slot;
      return false;
    }
    const rest = token.kind === "rest";
    if (!rest && (at >= this.#path.length || this.#path[at] === "/")) return false;
    return this.#grow(index, at, rest ? at : this.#step(at), rest);
  }

  /** Takes as little as possible, then more: from `at` up to `end`, `end + 1`, … */
  #grow(index: number, at: number, firstEnd: number, crossesSlash: boolean): boolean {
    const slot = this.#captures.length;
    if (index === this.#tokens.length - 1) {
      if (!crossesSlash && this.#path.indexOf("/", at) !== -1) return false;
      this.#captures.push(at < this.#path.length ? this.#path.slice(at) : undefined);
      return true;
    }
    this.#dead[index] ??= new Set();
    const dead = this.#dead[index];
    for (let end = firstEnd; !dead.has(end); end = this.#step(end)) {
      dead.add(end);
      this.#captures.length = slot;
      this.#captures.push(end > at ? this.#path.slice(at, end) : undefined);
      if (this.#from(index + 1, end)) return true;
      if (end >= this.#path.length || (!crossesSlash && this.#path[end] === "/")) break;
    }
    this.#captures.length = slot;
    return false;
  }

  /** An escape is one character: text never begins in the middle of it. */
  #step(at: number): number {
    return this.#path[at] === "%" ? at + 3 : at + 1;
  }
}
