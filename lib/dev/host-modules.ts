// Which files the host has loaded. A page that imports one of them gets the host's instance: one pool, not two.
import { createRequire } from "node:module";
import { extname, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Session } from "node:inspector";
import type { FindCompiled } from "../build/tsconfig.ts";
import { isLoadedByRequire } from "../loader/typescript.ts";
import { isCommonJs, isRequired, requiredFiles } from "./common-js.ts";

/** How a file that is the host's is had. */
export type Handed =
  | { readonly kind: "module"; readonly url: string }
  | { readonly kind: "cjs"; readonly file: string };

const OURS = fileURLToPath(new URL("../", import.meta.url));
/** Tells how the host has loaded us: loaders that hook into require() make a CommonJS instance of our code, too. */
const CORE = fileURLToPath(new URL(`../app${extname(import.meta.url)}`, import.meta.url));

export class HostModules {
  /** Files that Node has loaded as ES modules, and the exact URL: a query makes another instance. */
  readonly #modules = new Map<string, string>();
  readonly #isShared: (file: string) => boolean;
  readonly #findCompiled: FindCompiled;
  #isFresh = false;

  /**
   * @param isShared Files that the user says are the host's.
   * @param findCompiled What the host's compiler has made of a source.
   */
  constructor(isShared: (file: string) => boolean, findCompiled: FindCompiled) {
    this.#isShared = isShared;
    this.#findCompiled = findCompiled;
  }

  /** Whether an answer costs nothing. */
  get isFresh(): boolean {
    return this.#isFresh;
  }

  /** The host may have loaded more since: the next question looks again. */
  expire(): void {
    this.#isFresh = false;
  }

  /** How a file is had from the host; `undefined` when the host does not have it. */
  find(file: string): Handed | undefined {
    if (file.startsWith(OURS)) return isRequired(CORE) ? { kind: "cjs", file } : toModule(file);
    const compiled = this.#findCompiled(file);
    for (const path of compiled === undefined ? [file] : [file, compiled]) {
      const handed = this.#loaded(path);
      if (handed !== undefined) return handed;
    }
    const isNamed = /\.[cm]?[jt]s$/.test(file) && this.#isShared(file);
    return isNamed ? howToLoad(compiled ?? file) : undefined;
  }

  /** All files of the project that the host has loaded. */
  files(): string[] {
    this.#refresh();
    return [...this.#modules.keys(), ...requiredFiles().filter(isOfProject)];
  }

  #loaded(file: string): Handed | undefined {
    this.#refresh();
    const url = this.#modules.get(file);
    if (url !== undefined) return { kind: "module", url };
    return isRequired(file) ? { kind: "cjs", file } : undefined;
  }

  #refresh(): void {
    if (this.#isFresh) return;
    this.#isFresh = true;
    for (const url of loadedUrls()) {
      const file = pathOf(url);
      if (file === undefined || !isOfProject(file)) continue;
      // Of several instances the one without a query is what a plain import means.
      if (!this.#modules.has(file) || !url.includes("?")) this.#modules.set(file, url);
    }
  }
}

/** As the host would, which has not loaded it so far. */
function howToLoad(file: string): Handed {
  const isRequire = isCommonJs(file) || isLoadedByRequire(file);
  return isRequire ? { kind: "cjs", file } : toModule(file);
}

function toModule(file: string): Handed {
  return { kind: "module", url: pathToFileURL(file).href };
}

function isOfProject(file: string): boolean {
  return !file.includes(`${sep}node_modules${sep}`) && !file.startsWith(OURS);
}

function pathOf(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

/**
 * URLs of all ES modules in this process. Node has no list of them for us; the debugger does, and tells it while it is
 * being switched on (10 to 50 ms).
 */
function loadedUrls(): string[] {
  const urls: string[] = [];
  let session: Session;
  try {
    const inspector: typeof import("node:inspector") = createRequire(import.meta.url)(
      "node:inspector",
    );
    session = new inspector.Session();
    session.connect();
  } catch {
    // A Node without it, or a process that may not.
    return urls;
  }
  session.on("Debugger.scriptParsed", ({ params }) => {
    if (params.isModule && params.url.startsWith("file:")) urls.push(params.url);
  });
  session.post("Debugger.enable");
  session.post("Debugger.disable");
  session.disconnect();
  return urls;
}
