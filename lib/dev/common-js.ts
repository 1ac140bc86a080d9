// Vite runs ES modules. What is CommonJS is left to require(), and reloaded by what CommonJS has for that: its cache.
// That is one for the whole process: the host has its modules in it, and so have the pages of every bridge.
import { createRequire } from "node:module";
import { sep } from "node:path";
import { types } from "node:util";
import { namespaceOf } from "./common-js-namespace.ts";
import {
  childrenOf,
  forgetModules,
  isRequirable,
  requiredModule,
  requiredModules,
  withChildren,
  withParents,
} from "./required.ts";

/** Modules that pages were the first to ask for, whichever bridge's. */
const brought = new WeakSet<NodeModule>();
/** What an ES module requires with. Who imports it may have required whatever is there. */
const CREATE_REQUIRE = ["node:module", "module"];

/** Whether the host, or a page, has loaded a file through require(). */
export function isRequired(file: string): boolean {
  return requiredModule(file) !== undefined;
}

/** The files that the host has loaded through require(), first or not. */
export function filesOfHost(): string[] {
  PageRequires.adopt();
  const files = [...modulesOfHost()].filter(isRequirable).map(({ filename }) => filename);
  return files.filter((file) => !isPackage(file));
}

/** The CommonJS modules that the pages of one bridge have. Those that pages alone have may be dropped. */
export class PageRequires {
  /** Those of all bridges that are open. */
  static readonly #open = new Set<PageRequires>();
  /** Files that pages consist of, and that may have required others. */
  readonly #files = new Set<string>();
  /**
   * What no other module here has loaded: we have, or an ES module, or one that failed. A module stays until this
   * bridge has heard of the change for which another one has dropped it.
   */
  readonly #roots = new Map<string, NodeModule>();

  /** An ES module of the pages is about to run: what it requires is the pages'. */
  begin(file: string): void {
    PageRequires.#open.add(this);
    this.#files.add(file);
  }

  /**
   * The exports of a file as a namespace.
   *
   * @param source The file that pages import by its name, where another one was made of it.
   */
  load(file: string, source = file): object {
    this.begin(file);
    const isFirst = !isRequired(file);
    // One that stays would remember every version of what it was asked for.
    createRequire(file)(file);
    const module = requiredModule(file);
    if (isFirst && module !== undefined) brought.add(module);
    // The module itself: the cache may have another one later, or none.
    return namespaceOf(module, source);
  }

  /** Whether pages have brought a file into the process. */
  owns(file: string): boolean {
    const module = requiredModule(file);
    return module !== undefined && brought.has(module);
  }

  /** Whether these pages have asked for a file, be it the host's. */
  uses(file: string): boolean {
    PageRequires.adopt();
    const isOfFile = ({ filename }: NodeModule): boolean => filename === file;
    return [...withChildren(this.#roots.values(), isBrought)].some(
      (module) => isOfFile(module) || childrenOf(module).some(isOfFile),
    );
  }

  /**
   * Drops what pages alone have, and what has loaded that.
   *
   * @param files Only these.
   * @returns All whose importers have to run anew.
   */
  drop(files?: ReadonlySet<string>): string[] {
    PageRequires.adopt();
    const known = PageRequires.#known();
    const own = withChildren(this.#roots.values(), isBrought);
    const named = [...known].filter((one) => files?.has(one.filename) ?? own.has(one));
    if (named.length === 0) return [];
    const ofHost = modulesOfHost();
    const changed = named.filter((one) => !ofHost.has(one));
    if (changed.length === 0) return [];
    const gone = withParents(changed, known);
    forgetModules(gone);
    const names = new Set([...gone].map(({ filename }) => filename));
    for (const name of names) this.#roots.delete(name);
    return [...names, ...CREATE_REQUIRE];
  }

  /** Drops what no other bridge needs: nobody hears of its changes any more. */
  close(): void {
    PageRequires.adopt();
    PageRequires.#open.delete(this);
    this.#files.clear();
    this.#roots.clear();
    const needed = PageRequires.#known();
    const ofHost = modulesOfHost();
    const isNeeded = (module: NodeModule): boolean => needed.has(module) || ofHost.has(module);
    forgetModules(new Set(requiredModules().filter((one) => isBrought(one) && !isNeeded(one))));
  }

  /** Looks for what pages have required since, also while they answered. */
  static adopt(): void {
    if (PageRequires.#open.size === 0) return;
    for (const module of requiredModules()) {
      if (!PageRequires.#isOfPages(module)) continue;
      const { parent } = module;
      if (parent && isRequirable(parent)) continue;
      const files = [module, ...ancestorsOf(module)].map(({ filename }) => filename);
      for (const one of PageRequires.#open) {
        if (files.some((file) => one.#files.has(file))) one.#roots.set(module.filename, module);
      }
    }
  }

  /** Whether who was the first to ask for a module is of the pages. */
  static #isOfPages(module: NodeModule): boolean {
    if (isBrought(module)) return true;
    if (isPackage(module.filename)) return false;
    const { parent } = module;
    if (!parent) return false;
    const isNamed = (one: PageRequires): boolean => one.#files.has(parent.filename);
    const isOfPages =
      (!isRequirable(parent) && [...PageRequires.#open].some(isNamed)) ||
      PageRequires.#isOfPages(parent);
    if (isOfPages) brought.add(module);
    return isOfPages;
  }

  static #known(): Set<NodeModule> {
    const roots = [...PageRequires.#open].flatMap((one) => [...one.#roots.values()]);
    return withChildren(roots, isBrought);
  }
}

/** Modules that the host has, which pages may have been the first to ask for, and those that nobody can load anew. */
function modulesOfHost(): Set<NodeModule> {
  return withChildren(
    requiredModules().filter((one) => (!isBrought(one) && !isPackage(one.filename)) || isEsm(one)),
  );
}

/** Node keeps an ES module for good, also one that was required; who only hands it on is none. */
function isEsm(module: NodeModule): boolean {
  if (!types.isModuleNamespaceObject(module.exports)) return false;
  return !childrenOf(module).some(({ exports }) => exports === module.exports);
}

function isBrought(module: NodeModule): boolean {
  return brought.has(module);
}

/** What a test has put into the cache for a module need not have a name. */
function isPackage(file: string | undefined): boolean {
  return file?.includes(`${sep}node_modules${sep}`) ?? false;
}

function ancestorsOf({ parent }: NodeModule): NodeModule[] {
  return parent ? [parent, ...ancestorsOf(parent)] : [];
}
