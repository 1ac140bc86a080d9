// A module of the host that is CommonJS, as an ES module of the build. Its names are read from `module.exports` at every
// use, as in development: an import of the file itself would know only what Node's lexer sees, keep first values, and
// take everything for the default export where a compiler has put `__esModule`.
import { readFileSync } from "node:fs";
import { parse } from "es-module-lexer";
import { isCommonJs, meansItsDefault } from "../loader/common-js.ts";
import { readExports } from "../loader/exports.ts";

const NAMES = "\0starbridge:names:";
const EXPORTS = "\0starbridge:exports:";
const VALUE = "\0starbridge:value:";
/** At the end of all of them: a bundler would tell by the ending of the file what they are. */
const END = "?";
/** What the lexer of exports does not tell. */
const UNTOLD = /\bexport\s+(?:import\b|@)/;

export interface HostExportsFacts {
  readonly root: string;
  /** The way from the chunks to a file of the host. */
  specifierTo(place: string): string;
}

export class HostExports {
  readonly #facts: HostExportsFacts;
  /** The file of the host by its source. */
  readonly #places = new Map<string, string>();

  constructor(facts: HostExportsFacts) {
    this.#facts = facts;
  }

  /**
   * The module to import in place of a source; `undefined` when the file of the host itself will do.
   *
   * @param place The file that the host loads.
   * @param importer The module that asks for `specifier`.
   */
  idOf(source: string, place: string, specifier: string, importer: string): string | undefined {
    if (!isCommonJs(place)) return undefined;
    // All names of a module that does not tell them: Node knows more than a bundler would.
    if (this.#namesOf(source) === undefined && isSpread(specifier, importer)) return undefined;
    this.#places.set(source, place);
    return NAMES + source + END;
  }

  /** Resolves what the modules made here import. */
  readonly resolveId = (specifier: string, importer: string): ReturnType<ResolveId> => {
    if (specifier.startsWith(EXPORTS) || specifier.startsWith(VALUE)) return specifier;
    const isOurs = importer.startsWith(EXPORTS) || importer.startsWith(VALUE);
    return isOurs ? { id: specifier, external: true } : null;
  };

  /** The text of a module made here. */
  readonly load = (id: string): string | null => {
    if (id.startsWith(NAMES)) return this.#textOf(id.slice(NAMES.length, -END.length));
    if (id.startsWith(EXPORTS)) return `module.exports = ${this.#require(EXPORTS, id)};`;
    if (id.startsWith(VALUE)) return `exports.value = ${this.#require(VALUE, id)};`;
    return null;
  };

  #textOf(source: string): string {
    const place = this.#places.get(source) ?? source;
    const from = JSON.stringify(EXPORTS + place + END);
    const value = `export { value as default } from ${JSON.stringify(VALUE + place + END)};`;
    const names = this.#namesOf(source);
    // A bundler takes `__esModule` into account where the default is asked for.
    if (names !== undefined) {
      const list = [...names].map((name) => (/^[\w$]+$/.test(name) ? name : JSON.stringify(name)));
      return `export { ${list.join(", ")} } from ${from};`;
    }
    const isItsDefault = meansItsDefault(source);
    return `export * from ${from};\n${isItsDefault ? `export { default } from ${from};` : value}`;
  }

  #namesOf(source: string): ReadonlySet<string> | undefined {
    const names = readExports(source, this.#facts.root);
    return names === undefined || UNTOLD.test(readFileSync(source, "utf8")) ? undefined : names;
  }

  #require(prefix: string, id: string): string {
    const specifier = this.#facts.specifierTo(id.slice(prefix.length, -END.length));
    return `require(${JSON.stringify(specifier)})`;
  }
}

type ResolveId = (id: string, importer: string) => string | { id: string; external: true } | null;

/** Whether a module says `export * from` a specifier. */
function isSpread(specifier: string, importer: string): boolean {
  try {
    const [, exports] = parse(readFileSync(importer, "utf8"));
    return exports.some((item) => item.type === "reexport-all" && item.from === specifier);
  } catch {
    return false;
  }
}
