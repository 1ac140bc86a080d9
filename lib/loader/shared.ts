// What the option `shared` says of a file: that it is the host's, that it is never the host's, or which file the host
// has in its place. Development and a build ask the same.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Logger } from "../log.ts";
import type { BridgeOptions } from "../types.ts";
import { realPath } from "./real-path.ts";

/** What is asked for, and how globs are read. */
export interface SharedFacts {
  readonly root: string;
  readonly shared: NonNullable<BridgeOptions["shared"]>;
  /** Vite's own. */
  readonly createFilter: (
    include: string[],
    exclude: string[],
    options: { resolve: string },
  ) => (file: string) => boolean;
}

const GLOB = /[*?{}[\]()!+@]/;

type Test = (file: string) => boolean;

export class SharedModules {
  readonly #places: ReadonlyMap<string, string>;
  /** Names of files that are not there, globs left aside. */
  readonly #missing: readonly string[];
  /** Whether a glob names a file as the host's. */
  readonly isShared: Test;
  /** Whether a glob with `!` says that pages have it for themselves. */
  readonly isCopied: Test;

  constructor({ root, shared, createFilter }: SharedFacts) {
    const globs = isList(shared) ? shared : [];
    const named = isList(shared) ? [] : Object.entries(shared);
    this.#places = new Map(
      named.map(([source, file]) => [realPath(resolve(root, source)), resolve(root, file)]),
    );
    const names = [...globs.filter((glob) => !GLOB.test(glob)), ...named.map(([source]) => source)];
    this.#missing = names.filter((name) => !existsSync(resolve(root, name)));
    const test = (wanted: string[]): Test =>
      wanted.length === 0 ? () => false : createFilter(wanted, [], { resolve: root });
    this.isShared = test(globs.filter((glob) => !glob.startsWith("!")));
    this.isCopied = test(globs.filter((glob) => glob.startsWith("!")).map((glob) => glob.slice(1)));
  }

  /** Tells of names that mean nothing: a slip, or a file that was renamed. */
  warnOfMissing(logger: Logger): void {
    for (const name of this.#missing) {
      logger.warn(`The option shared names ${name}, and there is no such file: nothing is shared.`);
    }
  }

  /** The file that the host itself loads for a source, where the option names it. */
  placeOf(source: string): string | undefined {
    return this.#places.get(source);
  }
}

function isList(shared: SharedFacts["shared"]): shared is string[] {
  return Array.isArray(shared);
}
