// The calls of `import.meta.glob()` in a source, the patterns that are written out there, and where Vite takes them to.
import { isAbsolute, normalize } from "node:path";
import type { Rolldown } from "vite";
import type { Node, ParseSource } from "./syntax-tree.ts";
import { isNode, textOf, visit } from "./syntax-tree.ts";

export interface GlobCall {
  readonly start: number;
  readonly patterns: readonly GlobPattern[];
  /** Whether all that it is given is literals: nobody runs the rest to know what is meant. */
  readonly isLiteral: boolean;
}

export interface GlobPattern {
  /** Of the literal, its quotes included. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What Vite says of itself when it asks for a pattern, and not for a file. */
const QUESTION = "vite:import-glob";

/** The path of a pattern that begins with a name, as Vite would have it; `undefined` when it knows no such name. */
export async function placeOfPattern(
  context: Rolldown.TransformPluginContext,
  pattern: string,
  importer: string,
): Promise<string | undefined> {
  const isSubImportsPattern = pattern.startsWith("#") && pattern.includes("*");
  const custom = { [QUESTION]: { isSubImportsPattern } };
  const found = await context.resolve(pattern, importer, { custom }).catch(() => null);
  return found !== null && isAbsolute(found.id) ? normalize(found.id) : undefined;
}

/** Whether it is a pattern that is resolved: that is Vite's. */
export function isPattern(custom: Rolldown.CustomPluginOptions | undefined): boolean {
  return custom?.[QUESTION] !== undefined;
}

const MENTION = /\bimport\.meta\.glob\b/;

/** In the order of the text; none for a source that cannot be parsed. */
export function globCallsIn(file: string, text: string, parse: ParseSource): GlobCall[] {
  if (!MENTION.test(text)) return [];
  const { program, errors } = parse(file, text);
  if (errors.length > 0) return [];
  const found: GlobCall[] = [];
  visit(program, ({ type, start, callee, arguments: given }) => {
    if (type !== "CallExpression" || !isNode(callee)) return;
    if (text.slice(callee.start, callee.end) !== "import.meta.glob") return;
    const [first, ...others] = (given as Node[]).map(bare);
    const list = first?.type === "ArrayExpression" ? (first["elements"] as Node[]) : [first];
    const patterns = list.flatMap((item): GlobPattern[] => {
      const literal = isNode(item) ? bare(item) : undefined;
      const pattern = literal && textOf(literal);
      if (literal === undefined || pattern === undefined) return [];
      return [{ start: literal.start, end: literal.end, text: pattern }];
    });
    const isLiteral = patterns.length === list.length && others.every(isWritten);
    found.push({ start, patterns, isLiteral });
  });
  return found;
}

/** Of options the bundler passes over what is none of this, templates and `!0` too, where Vite's own server takes it. */
function isWritten(value: unknown): boolean {
  if (!isNode(value)) return false;
  const { type, name, properties, elements } = bare(value);
  if (type === "ArrayExpression") return (elements as unknown[]).every(isWritten);
  if (type !== "ObjectExpression")
    return type === "Literal" || (type === "Identifier" && name === "undefined");
  return (properties as Node[]).every(({ computed, key, value: one }) => {
    const isNamed = !computed || (key as Node).type === "Literal";
    return isNamed && isWritten(one);
  });
}

/** Without what TypeScript puts around an expression. */
function bare(node: Node): Node {
  const isWrapped = /^(?:TS(?:As|Satisfies|NonNull)|Parenthesized)Expression$/.test(node.type);
  return isWrapped ? bare(node["expression"] as Node) : node;
}
