// An endpoint file as the target of a route: what it answers, before and after it is loaded.
import { allowedMethods, chooseExport, chooseHandler } from "./endpoint.ts";
import type { PageFile } from "./loader/pages.ts";
import type { EndpointModule, Props } from "./types.ts";

/** How files are prerendered. */
export interface PrerenderRules {
  /** Whether files are that do not say. */
  readonly isDefault: boolean;
  /** The paths of this file's route, canonical and without a slash at the end, with the props of each. */
  listPaths(module: EndpointModule): Promise<ReadonlyMap<string, Props>>;
}

export class Page {
  readonly kind = "page";
  readonly #file: PageFile;
  readonly #rules: PrerenderRules;
  #module: EndpointModule | undefined;
  #listing: Promise<ReadonlyMap<string, Props>> | undefined;
  #paths: ReadonlyMap<string, Props> | undefined;
  #isPrerendered: boolean | undefined;
  /** The method that the loaded module was last seen to answer, and the export that does. To look into a module takes 0.1 µs, three times a request. */
  #answered: string | undefined;
  #answering: string | undefined;

  constructor(file: PageFile, rules: PrerenderRules) {
    this.#file = file;
    this.#rules = rules;
  }

  /** Path for people: `src/pages/users/[id].ts`. */
  get source(): string {
    return this.#file.source;
  }

  /** Path relative to the pages folder: `users/[id].ts`. */
  get file(): string {
    return this.#file.file;
  }

  /** Names of exports, as far as known. */
  get exports(): Iterable<string> | undefined {
    const module = this.#module;
    if (module === undefined) return this.#file.exports;
    return Object.keys(module).filter((name) => module[name] != null);
  }

  /** The methods for `Allow`, as far as known. */
  get methods(): string[] | undefined {
    const names = this.exports;
    return names && allowedMethods(names);
  }

  /** Whether it is rendered ahead of requests; `undefined` while nobody knows. */
  get isPrerendered(): boolean | undefined {
    this.#isPrerendered ??= this.#readFlag();
    return this.#isPrerendered;
  }

  #readFlag(): boolean | undefined {
    const flag = this.#file.prerender ?? this.#module?.prerender;
    if (typeof flag === "boolean") return flag;
    const isSilent = this.#module !== undefined || this.#file.exports?.has("prerender") === false;
    return isSilent ? this.#rules.isDefault : undefined;
  }

  /** Whether the file answers a method; `undefined` while nobody knows. */
  answers(method: string): boolean | undefined {
    if (this.#module !== undefined) return this.handlerFor(method) !== undefined;
    const names = this.#file.exports;
    return names && chooseExport(method, (name) => names.has(name)) !== undefined;
  }

  /** The name of the export of the loaded module that answers a method. */
  handlerFor(method: string): string | undefined {
    // What was there stays there: the module is asked again only for a method that it did not have.
    if (this.#answered !== undefined && method === this.#answered) return this.#answering;
    const name = this.#module && chooseHandler(this.#module, method);
    if (name === undefined) return undefined;
    this.#answered = method;
    this.#answering = name;
    return name;
  }

  /** The module; from the second time on without waiting. */
  load(): EndpointModule | Promise<EndpointModule> {
    if (this.#module !== undefined) return this.#module;
    const loaded = this.#file.load();
    if (!(loaded instanceof Promise)) return this.#keep(loaded);
    return loaded.then((module) => this.#keep(module));
  }

  /** The paths that a prerendered file is rendered for; `getStaticPaths` is called once. */
  staticPaths(): Promise<ReadonlyMap<string, Props>> {
    this.#listing ??= this.#listPaths().catch((error: unknown) => {
      this.#listing = undefined;
      throw error;
    });
    return this.#listing;
  }

  /** What `getStaticPaths` gave with a path, once it was asked. */
  propsOf(path: string): Props {
    return { ...this.#paths?.get(path) };
  }

  async #listPaths(): Promise<ReadonlyMap<string, Props>> {
    this.#paths = await this.#rules.listPaths(await this.load());
    return this.#paths;
  }

  #keep(module: EndpointModule): EndpointModule {
    this.#module = module;
    return module;
  }
}
