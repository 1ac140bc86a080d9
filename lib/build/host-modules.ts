// Which modules stay the host's. A page imports the host's services; a copy of them in the build would be a second
// database pool. So what Node can load as it stands (JavaScript, or what the host's compiler made of TypeScript)
// stays where it is, and the page imports that very file. Pages, the middleware, and what only a bundler can load
// become part of the build.
import { statSync } from "node:fs";
import { sep } from "node:path";
import type { Logger } from "../log.ts";
import { nameForPeople } from "../loader/pages.ts";
import type { SharedModules } from "../loader/shared.ts";
import { NativeModules } from "./native-modules.ts";
import type { FindCompiled } from "./tsconfig.ts";

/** What the decision is made from. */
export interface HostModuleFacts {
  readonly root: string;
  /** Folder of the endpoint files. */
  readonly pages: string;
  readonly middleware: string | undefined;
  readonly shared: SharedModules;
  readonly findCompiled: FindCompiled;
  readonly logger: Logger;
}

const SCRIPT = /\.[cm]?[jt]s$/;

export class HostModules {
  readonly #facts: HostModuleFacts;
  readonly #native: NativeModules;
  readonly #isOurs: (file: string) => boolean;
  readonly #places = new Map<string, string | undefined>();
  readonly #copied: string[] = [];

  constructor(facts: HostModuleFacts) {
    this.#facts = facts;
    const { pages, middleware, shared } = facts;
    this.#isOurs = (file) =>
      file.startsWith(pages + sep) ||
      file === middleware ||
      shared.isCopied(file) ||
      file.includes(`${sep}node_modules${sep}`);
    this.#native = new NativeModules(this.#isOurs);
  }

  /** Sources that are copied into the build, for people. */
  get copied(): readonly string[] {
    return this.#copied;
  }

  /** Sources that stay, for people. */
  get kept(): readonly string[] {
    const { root } = this.#facts;
    const places = [...this.#places.values()].filter((place) => place !== undefined);
    return places.map((place) => nameForPeople(root, place)).sort();
  }

  /**
   * The file that stands for a source at run time; `undefined` when the source becomes part of the build.
   *
   * @param file Absolute path, without a query.
   */
  placeOf(file: string): string | undefined {
    if (this.#places.has(file)) return this.#places.get(file);
    const place = this.#decide(file);
    this.#places.set(file, place);
    return place;
  }

  /** Whether Node can load a file as it stands. */
  canLoad(file: string): boolean {
    return this.#native.canLoad(file);
  }

  #decide(file: string): string | undefined {
    const named = this.#facts.shared.placeOf(file);
    if (named !== undefined) {
      this.#warnWhenOld(file, named);
      return named;
    }
    if (!SCRIPT.test(file) || this.#isOurs(file)) return undefined;
    const compiled = this.#facts.findCompiled(file);
    if (compiled !== undefined) this.#warnWhenOld(file, compiled);
    if (this.#facts.shared.isShared(file)) return compiled ?? file;
    const place = compiled ?? file;
    if (this.#native.canLoad(place)) return place;
    this.#copied.push(nameForPeople(this.#facts.root, file));
    return undefined;
  }

  #warnWhenOld(source: string, compiled: string): void {
    const made = statSync(compiled, { throwIfNoEntry: false })?.mtimeMs;
    if (made !== undefined && made >= statSync(source).mtimeMs) return;
    const { root, logger } = this.#facts;
    const [from, to] = [nameForPeople(root, source), nameForPeople(root, compiled)];
    const state =
      made === undefined ? `does not exist (it is shared for ${from})` : `is older than ${from}`;
    logger.warn(`${to} ${state}: compile the host before the pages are built.`);
  }
}
