// Vite runs ES modules. What is CommonJS is left to require(), and reloaded by what CommonJS has for that: its cache.
import { sep } from "node:path";
import { types } from "node:util";
import { meansItsDefault } from "../loader/common-js.ts";
import { ownRequire } from "../loader/own-files.ts";

// Its cache is that of the process.
const require = ownRequire();

/** Whether the host, or a page, has loaded a file through require(). */
export function isRequired(file: string): boolean {
  return require.cache[file] !== undefined;
}

/** All files that require() has loaded, whoever asked. */
export function requiredFiles(): string[] {
  return Object.keys(require.cache);
}

/** The CommonJS modules that pages have brought into the process: they may be dropped, the host's may not. */
export class PageRequires {
  readonly #files = new Set<string>();

  /**
   * The exports of a file as a namespace; whatever it loads for the first time is ours from then on.
   *
   * @param source The file that pages import by its name, where another one was made of it.
   */
  load(file: string, source = file): object {
    const before = new Set(Object.keys(require.cache));
    try {
      require(file);
    } finally {
      for (const path of Object.keys(require.cache)) {
        if (!before.has(path) && !isPackage(path)) this.#files.add(path);
      }
    }
    return namespaceOf(file, source);
  }

  owns(file: string): boolean {
    return this.#files.has(file);
  }

  /** Drops files, and those of ours that have loaded them. @returns All that is gone. */
  drop(files: Iterable<string>): string[] {
    if (this.#files.size === 0) return [];
    this.#adopt();
    const gone = new Set([...files].filter((file) => this.#files.has(file)));
    for (const file of gone) {
      for (const other of this.#files) {
        const loaded = require.cache[other]?.children.some((child) => child.filename === file);
        // A set is walked with what is added on the way.
        if (loaded) gone.add(other);
      }
    }
    for (const file of gone) {
      forget(file);
      this.#files.delete(file);
    }
    return [...gone];
  }

  /** What one of ours has required while it ran is ours, unless somebody had it before. */
  #adopt(): void {
    const modules = Object.values(require.cache).filter((module) => module !== undefined);
    const isOurs = ({ filename, parent }: NodeModule): boolean =>
      !this.#files.has(filename) && this.#files.has(parent?.filename ?? "") && !isPackage(filename);
    for (let found = modules.filter(isOurs); found.length > 0; found = modules.filter(isOurs)) {
      for (const { filename } of found) this.#files.add(filename);
    }
  }
}

function isPackage(file: string): boolean {
  return file.includes(`${sep}node_modules${sep}`);
}

/** Whoever has required a module remembers it as a child, and would keep every version of it. */
function forget(file: string): void {
  const module = require.cache[file];
  delete require.cache[file];
  for (const other of [require.cache, ...[module?.parent]].flatMap(modulesIn)) {
    const at = module === undefined ? -1 : other.children.indexOf(module);
    if (at !== -1) other.children.splice(at, 1);
  }
}

function modulesIn(where: NodeJS.Dict<NodeModule> | NodeModule | null | undefined): NodeModule[] {
  if (where === null || where === undefined) return [];
  if ("children" in where && Array.isArray(where.children)) return [where as NodeModule];
  return Object.values(where as NodeJS.Dict<NodeModule>).filter((module) => module !== undefined);
}

/**
 * What `import` gives of a CommonJS module: all its names, live, and its exports as the default. What was compiled to
 * CommonJS means the default of its source, as the compilers and the loaders that compile it say.
 */
function namespaceOf(file: string, source: string): object {
  // The module itself: the cache may have another one by now, or none.
  const module = require.cache[file];
  const exports = (): unknown => module?.exports;
  const first = exports();
  if (types.isModuleNamespaceObject(first)) return first as object;
  const namespace: object = Object.create(null);
  const isCompiled = meansItsDefault(source) && Boolean((first as Compiled | null)?.__esModule);
  const names = typeof first === "object" || typeof first === "function" ? namesOf(first) : [];
  for (const name of names) {
    if (name === "default") continue;
    Object.defineProperty(namespace, name, {
      enumerable: true,
      get: () => (exports() as Record<string, unknown>)[name],
    });
  }
  Object.defineProperty(namespace, "default", {
    enumerable: true,
    get: () => (isCompiled ? (exports() as Compiled).default : exports()),
  });
  return namespace;
}

interface Compiled {
  readonly __esModule?: unknown;
  readonly default?: unknown;
}

function namesOf(exports: object | null): string[] {
  return exports === null ? [] : Object.keys(exports);
}
