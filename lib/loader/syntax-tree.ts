// A source as a tree, parsed by Vite and walked by us.

/** Parses a source by the ending of its name, as Vite's `parseSync` does. */
export type ParseSource = (
  file: string,
  text: string,
) => { readonly program: unknown; readonly errors: readonly unknown[] };

/** A node of ESTree, with offsets. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** @param key The property of the parent that it stands in. */
export type Visitor = (node: Node, parent: Node | undefined, key: string) => void;

/** Calls back for a node and all below it, in the order of the text. */
export function visit(value: unknown, visitor: Visitor, parent?: Node, key = ""): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, visitor, parent, key);
    return;
  }
  if (!isNode(value)) return;
  visitor(value, parent, key);
  for (const name in value) visit(value[name], visitor, value, name);
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}

/** The text of a literal; `undefined` for what only running it would tell. */
export function textOf(node: Node): string | undefined {
  if (node.type === "Literal") return String(node["value"]);
  if (node.type !== "TemplateLiteral") return undefined;
  const [only, ...others] = node["quasis"] as { value: { cooked: string } }[];
  return others.length === 0 ? only?.value.cooked : undefined;
}
