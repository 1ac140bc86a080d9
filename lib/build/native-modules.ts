// What Node can load as it stands, with everything that it imports: read from the sources, and nothing is run.
import { existsSync, readFileSync, statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, extname, join, resolve } from "node:path";

import { parse } from "es-module-lexer";

type Import = ReturnType<typeof parse>[0][number];

const JAVASCRIPT = /\.[cm]?js$/;
/** What only Vite knows. */
const VITE_ONLY = /\bimport\.meta\.(?:env|glob)\b/;

export class NativeModules {
  readonly #isOurs: (file: string) => boolean;
  readonly #known = new Map<string, boolean>();

  /** @param isOurs Files that are part of the build: what imports one of them would load it twice. */
  constructor(isOurs: (file: string) => boolean) {
    this.#isOurs = isOurs;
  }

  canLoad(file: string): boolean {
    const known = this.#known.get(file);
    if (known !== undefined) return known;
    // In a cycle the answer is that of all others.
    this.#known.set(file, true);
    const answer = this.#look(file);
    this.#known.set(file, answer);
    return answer;
  }

  #look(file: string): boolean {
    if (!JAVASCRIPT.test(file) || this.#isOurs(file)) return false;
    let source: string;
    let parsed: ReturnType<typeof parse>;
    try {
      source = readFileSync(file, "utf8");
      parsed = parse(source);
    } catch {
      return false;
    }
    if (VITE_ONLY.test(source)) return false;
    const [imports, , , isModule] = parsed;
    // What require() asks for was written for Node.
    return !isModule || imports.every((item) => this.#resolves(item, file));
  }

  #resolves(item: Import, from: string): boolean {
    if (item.type === "import-meta" || !("specifier" in item) || item.specifier === undefined)
      return true;
    const { specifier } = item;
    if (isBuiltin(specifier) || specifier.startsWith("#")) return true;
    if (/^[a-z]+:/.test(specifier)) return /^(?:file|data):/.test(specifier);
    if (!/^\.{0,2}\//.test(specifier)) return findPackage(specifier, from) !== undefined;
    const path = specifier.startsWith("/") ? specifier : resolve(dirname(from), specifier);
    if (!isFile(path)) return false;
    if (extname(path) === ".json") return item.attributesStart !== -1;
    return extname(path) === ".node" || extname(path) === ".wasm" || this.canLoad(path);
  }
}

/** The folder of the package that a bare specifier means, as Node looks for it; or the package it is in itself. */
export function findPackage(specifier: string, from: string): string | undefined {
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0];
  if (name === undefined) return undefined;
  for (let at = dirname(from); ; at = dirname(at)) {
    const folder = join(at, "node_modules", name);
    if (existsSync(folder)) return folder;
    if (nameOf(at) === name) return at;
    if (at === dirname(at)) return undefined;
  }
}

const names = new Map<string, string | undefined>();

function nameOf(folder: string): string | undefined {
  if (!names.has(folder)) {
    let name: string | undefined;
    try {
      name = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).name;
    } catch {
      // No package, or none with a name.
    }
    names.set(folder, name);
  }
  return names.get(folder);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
