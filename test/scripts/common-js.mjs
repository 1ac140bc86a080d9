// What stands at an entry for whoever requires it. The package is ESM only, and Node can require() that; TypeScript knows it
// under "nodenext", while "node16" and "node18" refuse to require the declarations of an ES module. So each entry has a
// file and a declaration of CommonJS beside it that hold nothing of their own: every value and every type is the entry's.
import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** @param declaration Path of the entry's `.d.ts`, its `.js` beside it. */
export function writeCommonJs(declaration) {
  const entry = `"./${basename(declaration, ".d.ts")}.js"`;
  const names = exportsOf(declaration);
  writeFileSync(declaration.replace(/\.d\.ts$/, ".cjs"), scriptFor(names, entry));
  writeFileSync(declaration.replace(/\.ts$/, ".cts"), declarationFor(names, entry));
}

// Name by name: what reads CommonJS without running it finds them.
function scriptFor({ values }, entry) {
  const lines = [
    '"use strict";',
    `const entry = require(${entry});`,
    'Object.defineProperty(exports, "__esModule", { value: true });',
    ...values.map(({ name }) => `exports.${name} = entry.${name};`),
  ];
  return `${lines.join("\n")}\n`;
}

function declarationFor({ types, values }, entry) {
  const from = `${entry} with { "resolution-mode": "import" }`;
  const lines = [`import type * as entry from ${from};`];
  if (types.length > 0) lines.push(`export type { ${types.join(", ")} } from ${from};`);
  for (const { name, isClass } of values) {
    if (name === "default") {
      lines.push("declare const value: typeof entry.default;", "export default value;");
      continue;
    }
    lines.push(`export declare const ${name}: typeof entry.${name};`);
    if (isClass) lines.push(`export type ${name} = entry.${name};`);
  }
  return `${lines.join("\n")}\n`;
}

/** An entry names all that it exports: `export { … } from`, or the declaration itself. */
function exportsOf(declaration) {
  const text = readFileSync(declaration, "utf8");
  const types = [];
  const values = [];
  for (const [, isType, list, source] of text.matchAll(LISTED)) {
    for (const item of list.split(",").filter((one) => one.trim() !== "")) {
      const [name, alias = name] = item.trim().split(" as ");
      if (isType) types.push(alias);
      else values.push({ name: alias, isClass: isClassIn(declaration, source, name) });
    }
  }
  for (const [, kind, name] of text.matchAll(DECLARED)) {
    if (kind === "interface" || kind === "type") types.push(name);
    else values.push({ name, isClass: kind === "class" });
  }
  return { types, values };
}

const LISTED = /^export (type )?\{([^}]*)\} from "([^"]+)";$/gm;
const DECLARED = /^export (?:declare )?(interface|type|class|function|const) (\w+)/gm;

/** Of a class the name is a type as well. */
function isClassIn(declaration, source, name) {
  const file = join(dirname(declaration), source.replace(/\.[jt]s$/, ".d.ts"));
  return new RegExp(`^export declare class ${name}\\b`, "m").test(readFileSync(file, "utf8"));
}
