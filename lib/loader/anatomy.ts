// What of a module's code may be moved: where its parts begin, which of its lines' ends mean something, what is comment.

import { isNode, visit } from "./syntax-tree.ts";

/** Parses JavaScript. A file name and options as those of Vite's `parseSync`. */
export type ParseCode = (
  file: string,
  code: string,
  options: { readonly lang: "js"; readonly sourceType: "module" },
) => {
  readonly program: unknown;
  readonly comments: readonly Range[];
  readonly errors: readonly unknown[];
};

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Offsets in a module's code. */
export interface Anatomy {
  /** Where an expression, a statement or a name begins: a line may begin there, too. */
  readonly starts: ReadonlySet<number>;
  /** Ends of statements that have no semicolon: the end of their line stands for it. */
  readonly unended: readonly number[];
  /** Expressions that have to begin in the line of the word before them, or to stand in parentheses that do. */
  readonly bound: readonly Range[];
  readonly comments: readonly Range[];
  /** Literals over several lines, in their order: their lines are what they say. */
  readonly texts: readonly Range[];
}

const BINDING = new Set(["ReturnStatement", "ThrowStatement", "YieldExpression"]);

const ENDED_BY_SEMICOLON = new Set([
  "ExpressionStatement",
  "VariableDeclaration",
  "ReturnStatement",
  "ThrowStatement",
  "BreakStatement",
  "ContinueStatement",
  "DebuggerStatement",
  "DoWhileStatement",
  "PropertyDefinition",
  "AccessorProperty",
]);

/** @returns `undefined` for code that cannot be parsed. */
export function anatomyOf(code: string, parse: ParseCode): Anatomy | undefined {
  const { program, comments, errors } = parse("module.js", code, {
    lang: "js",
    sourceType: "module",
  });
  if (errors.length > 0) return undefined;
  const starts = new Set<number>();
  const unended: number[] = [];
  const bound: Range[] = [];
  const texts: Range[] = [];
  visit(program, (node, parent, key) => {
    const { type, start, end } = node;
    const argument = node["argument"];
    if (type === "TemplateElement" || type === "Literal") {
      if (code.slice(start, end).includes("\n")) texts.push(node);
    }
    if (type !== "TemplateElement") starts.add(start);
    const isHead = parent?.type.startsWith("For") && (key === "init" || key === "left");
    if (ENDED_BY_SEMICOLON.has(type) && !isHead && code[end - 1] !== ";") unended.push(end);
    if (BINDING.has(type) && isNode(argument)) bound.push(argument);
  });
  texts.sort((one, other) => one.start - other.start);
  return { starts, unended, bound, comments, texts };
}
