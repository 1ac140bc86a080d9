// An endpoint file as the target of a route: what it answers, before and after it is loaded.
import { allowedMethods, chooseExport, chooseHandler } from "./endpoint.ts";
import type { PageFile } from "./loader/pages.ts";
import type { EndpointModule } from "./types.ts";

export class Page {
  readonly kind = "page";
  readonly #file: PageFile;
  #module: EndpointModule | undefined;

  constructor(file: PageFile) {
    this.#file = file;
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

  /** Whether the file answers a method; `undefined` while nobody knows. */
  answers(method: string): boolean | undefined {
    if (this.#module !== undefined) return chooseHandler(this.#module, method) !== undefined;
    const names = this.#file.exports;
    return names && chooseExport(method, (name) => names.has(name)) !== undefined;
  }

  /** The module; from the second time on without waiting. */
  load(): EndpointModule | Promise<EndpointModule> {
    if (this.#module !== undefined) return this.#module;
    const loaded = this.#file.load();
    if (!(loaded instanceof Promise)) return this.#keep(loaded);
    return loaded.then((module) => this.#keep(module));
  }

  #keep(module: EndpointModule): EndpointModule {
    this.#module = module;
    return module;
  }
}
