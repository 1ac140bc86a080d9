// Which files the host has loaded. A page that imports one of them gets the host's instance: one pool, not two.
import { existsSync } from "node:fs";
import { dirname, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Session } from "node:inspector";
import type { FindCompiled } from "../build/tsconfig.ts";
import { isCommonJs } from "../loader/common-js.ts";
import type { SharedModules } from "../loader/shared.ts";
import { isBundled, ownFile, ownRequire } from "../loader/own-files.ts";
import { isLoadedByRequire } from "../loader/typescript.ts";
import { filesOfHost, isRequired } from "./common-js.ts";

/** How a file that is the host's is had. */
export type Handed =
  | { readonly kind: "module"; readonly url: string }
  | { readonly kind: "cjs"; readonly file: string };

const SCRIPT = /\.[cm]?[jt]s$/;
/** Tells how the host has loaded us: loaders that hook into require() make a CommonJS instance of our code, too. */
const CORE = isBundled() ? "" : fileURLToPath(ownFile("../app") ?? "");
/** Folder of our files; in a bundle there is none. */
const OURS = CORE && dirname(CORE) + sep;

export class HostModules {
  /** Files that Node has loaded as ES modules, and the exact URL: a query makes another instance. */
  readonly #modules = new Map<string, string>();
  readonly #root: string;
  readonly #shared: SharedModules;
  readonly #findCompiled: FindCompiled;
  #isFresh = false;

  /**
   * @param root Folder of the project, as a real path.
   * @param shared Files that the user says are the host's, or never the host's.
   * @param findCompiled What the host's compiler has made of a source.
   */
  constructor(root: string, shared: SharedModules, findCompiled: FindCompiled) {
    this.#root = root;
    this.#shared = shared;
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
    if (isOurs(file)) return isRequired(CORE) ? { kind: "cjs", file } : toModule(file);
    if (this.#shared.isCopied(file)) return undefined;
    const named = this.#shared.placeOf(file);
    const compiled = named === undefined ? this.#findCompiled(file) : undefined;
    for (const path of [named, file, compiled]) {
      const handed = path === undefined ? undefined : this.#loaded(path);
      if (handed !== undefined) return handed;
    }
    // A host that is not compiled yet does not run, either.
    if (named !== undefined) return existsSync(named) ? howToLoad(named) : undefined;
    const isShared = SCRIPT.test(file) && this.#shared.isShared(file);
    return isShared ? howToLoad(compiled ?? file) : undefined;
  }

  /** All files of the project that the host has loaded, and that pages are not meant to have twice. */
  files(): string[] {
    this.#refresh();
    const files = [
      ...this.#modules.keys(),
      ...filesOfHost().filter((file) => isOfProject(this.#root, file)),
    ];
    return files.filter((file) => !this.#shared.isCopied(file));
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
      if (file === undefined || !isOfProject(this.#root, file)) continue;
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

/** A project may itself be below a folder of packages: only what is below its root counts. */
function isOfProject(root: string, file: string): boolean {
  const path = file.startsWith(root + sep) ? file.slice(root.length) : file;
  return !path.includes(`${sep}node_modules${sep}`) && !isOurs(file);
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
    const inspector: typeof import("node:inspector") = ownRequire()("node:inspector");
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

function isOurs(file: string): boolean {
  return OURS !== "" && file.startsWith(OURS);
}
