// Where a source asks for its own place, or for modules by it. In a build that place is the folder of the chunks.
import type { Node, ParseSource } from "../loader/syntax-tree.ts";
import { isNode, textOf, visit } from "../loader/syntax-tree.ts";

/** What is asked for, and where. */
export interface PlaceAsked {
  readonly offset: number;
  /** As it is written: `__dirname`, `import.meta.url`, `require()`. */
  readonly what: string;
  /** A module by its place, and not the place itself. */
  readonly isModule: boolean;
}

const NAMES = new Set(["__dirname", "__filename"]);
const OF_META = new Set(["url", "dirname", "filename"]);
/** What stands there takes care of the place itself, or is told of on its own. */
const TOLD = /\bprocess\.cwd\b|\bimport\.meta\b|\b__(?:dir|file)name\b/;
/** Where an import or an export has names, and no values. */
const IN_A_LIST = /^(?:Import|Export)Specifier$|^ExportAll/;
const RELATIVE = /^\.{1,2}(?:\/|$)/;

/** In the order of the text; nothing for a source that cannot be parsed, of which the bundler tells. */
export function placesIn(file: string, text: string, parse: ParseSource): PlaceAsked[] {
  const { program, errors } = parse(file, text);
  if (errors.length > 0) return [];
  const own = declaredIn(program);
  const found: PlaceAsked[] = [];
  visit(program, (node, parent, key) => {
    const asked = placeOf(node, parent, key) ?? moduleOf(node, text, own.has("require"));
    if (asked !== undefined && !own.has(asked.what)) found.push({ ...asked, offset: node.start });
  });
  return found;
}

type Asked = Pick<PlaceAsked, "what" | "isModule">;

function placeOf(node: Node, parent: Node | undefined, key: string): Asked | undefined {
  if (node.type === "Identifier" && NAMES.has(node["name"] as string)) {
    const isKey = (key === "property" || key === "key") && parent?.["computed"] === false;
    const isName = isKey || IN_A_LIST.test(parent?.type ?? "");
    return isName ? undefined : { what: node["name"] as string, isModule: false };
  }
  if (node.type !== "MemberExpression" || node["computed"] === true) return undefined;
  const name = nameOf(node["property"]);
  if (!isMeta(node["object"]) || !OF_META.has(name)) return undefined;
  // Packages are found from a chunk, too.
  const isForRequire = parent?.type === "CallExpression" && nameOf(parent["callee"]) === MAKER;
  return isForRequire ? undefined : { what: `import.meta.${name}`, isModule: false };
}

const MAKER = "createRequire";

/** @param isOwn Whether the file has made its `require` itself: the bundler resolves nothing for that one. */
function moduleOf(node: Node, text: string, isOwn: boolean): Asked | undefined {
  if (node.type !== "CallExpression") return undefined;
  const callee = node["callee"] as Node;
  const isResolve =
    nameOf(callee["object"]) === "require" && nameOf(callee["property"]) === "resolve";
  if (!isResolve && (callee.type !== "Identifier" || nameOf(callee) !== "require"))
    return undefined;
  const [first] = node["arguments"] as Node[];
  if (first === undefined) return undefined;
  const literal = textOf(first);
  const isFine =
    literal === undefined
      ? TOLD.test(text.slice(first.start, first.end))
      : !RELATIVE.test(literal) || !(isResolve || isOwn);
  const what = isResolve ? "require.resolve()" : "require()";
  return isFine ? undefined : { what, isModule: true };
}

/** Names that a source declares, wherever: those are its own. */
function declaredIn(program: unknown): Set<string> {
  const names = new Set<string>();
  visit(program, (node) => {
    if (node.type === "VariableDeclarator") bind(node["id"]);
    else if (node.type === "CatchClause") bind(node["param"]);
    else if (node.type.startsWith("Import")) bind(node["local"]);
    else if (/Function/.test(node.type)) for (const one of node["params"] as unknown[]) bind(one);
  });
  return names;

  function bind(pattern: unknown): void {
    visit(pattern, (node, parent, key) => {
      const isKey = key === "key" && parent?.["shorthand"] !== true;
      if (node.type === "Identifier" && !isKey) names.add(nameOf(node));
    });
  }
}

function isMeta(value: unknown): boolean {
  return isNode(value) && value.type === "MetaProperty" && nameOf(value["meta"]) === "import";
}

/** The name of an identifier, or of the property that a member is asked for by name. */
function nameOf(value: unknown): string {
  if (!isNode(value)) return "";
  if (value.type === "MemberExpression" && value["computed"] !== true)
    return nameOf(value["property"]);
  return value.type === "Identifier" ? (value["name"] as string) : "";
}
