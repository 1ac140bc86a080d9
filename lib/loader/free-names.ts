// Which ES modules use the names of CommonJS without having them: Node runs those up to such a name, and fails there.
// Told from the sources, before any of them runs.
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse as parseImports } from "es-module-lexer";
import { hasModuleSyntax } from "./common-js.ts";
import { isOwnSource } from "./config-source.ts";
import { realPath } from "./real-path.ts";
import type { Node, ParseSource } from "./syntax-tree.ts";
import { visit } from "./syntax-tree.ts";
import { isInModulePackage, isLoadedByRequire } from "./typescript.ts";

/** A source that Node takes for an ES module. */
export interface ModuleSource {
  readonly file: string;
  readonly text: string;
}

const NAMES = ["require", "module", "exports", "__filename", "__dirname"];
const MENTION = new RegExp(`\\b(?:${NAMES.join("|")})\\b`);

/** Of a file and of what it imports of the project, what mentions such a name, be it in a comment. */
export function mentioning(file: string): ModuleSource[] {
  const found: ModuleSource[] = [];
  const paths = new Set([realPath(file)]);
  // A set is walked with what is added on the way.
  for (const path of paths) {
    const text = readModule(path);
    if (text === undefined) continue;
    if (MENTION.test(text)) found.push({ file: path, text });
    for (const imported of importsOf(path, text)) paths.add(realPath(imported));
  }
  return found;
}

/** Whether one of the names is used, and is neither declared anywhere in the source nor asked for with `typeof`. */
export function hasFreeName({ file, text }: ModuleSource, parse: ParseSource): boolean {
  const { program, errors } = parse(file, text);
  if (errors.length > 0) return false;
  const used = new Set<unknown>();
  const own = new Set<unknown>();
  const patterns = new Set<Node>();
  /** Declared for TypeScript alone. */
  const ambient = new Set<Node>();
  visit(program, (node, parent, key) => {
    if (node.type === "ObjectPattern") {
      for (const property of node["properties"] as Node[]) patterns.add(property);
    }
    if (node.type === "VariableDeclaration" && node["declare"] === true) {
      for (const declarator of node["declarations"] as Node[]) ambient.add(declarator);
    }
    const name = node["name"];
    if (node.type !== "Identifier" || parent === undefined || !NAMES.includes(name as string))
      return;
    if (ambient.has(parent)) return;
    const isPatterns = patterns.has(parent) && key === "value";
    if (isPatterns || DECLARING.has(`${parent.type}.${key}`) || isAskedFor(parent)) own.add(name);
    else if (!isLabel(parent, key)) used.add(name);
  });
  return [...used].some((name) => !own.has(name));
}

const DECLARING = new Set([
  "VariableDeclarator.id",
  "ImportSpecifier.local",
  "ImportDefaultSpecifier.local",
  "ImportNamespaceSpecifier.local",
  "FunctionDeclaration.id",
  "FunctionDeclaration.params",
  "FunctionExpression.id",
  "FunctionExpression.params",
  "ArrowFunctionExpression.params",
  "ClassDeclaration.id",
  "ClassExpression.id",
  "CatchClause.param",
  "ArrayPattern.elements",
  "RestElement.argument",
  "AssignmentPattern.left",
]);

function isAskedFor({ type, operator }: Node): boolean {
  return type === "UnaryExpression" && operator === "typeof";
}

/** Whether an identifier is what something is called, or part of a type. */
function isLabel({ type, computed }: Node, key: string): boolean {
  if (type.startsWith("TS")) return key !== "expression";
  if (key === "property" || key === "key") return computed !== true;
  return key === "imported" || key === "exported" || key === "label" || type === "MetaProperty";
}

/** The text of what Node takes for an ES module. */
function readModule(file: string): string | undefined {
  const extension = extname(file);
  if (/^\.c/.test(extension) || isLoadedByRequire(file) || !isOwnSource(file)) return undefined;
  try {
    const text = readFileSync(file, "utf8");
    if (extension.startsWith(".m") || isInModulePackage(file)) return text;
    return hasModuleSyntax(text) ? text : undefined;
  } catch {
    // Not there or not understood: the import says it better.
    return undefined;
  }
}

function importsOf(file: string, text: string): string[] {
  try {
    const [imports] = parseImports(text);
    return imports.flatMap((one) =>
      (one.type === "static" || one.type === "reexport-star") && /^\.{1,2}\//.test(one.specifier)
        ? [fileURLToPath(new URL(one.specifier, pathToFileURL(file)))]
        : [],
    );
  } catch {
    return [];
  }
}
