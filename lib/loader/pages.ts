// What a loader gives: the endpoint files and the middleware. Everything else knows only this.
import { isAbsolute, relative, sep } from "node:path";
import type { IgnoredFile } from "../routes/scan.ts";
import type { EndpointModule, Incoming, MiddlewareHandler } from "../types.ts";

export type { IgnoredFile } from "../routes/scan.ts";

/** One endpoint file. */
export interface PageFile {
  /** Path relative to the pages folder, forward slashes: "users/[id].ts". */
  readonly file: string;
  /** Names it exports, when known without running it; `undefined` when not. */
  readonly exports: ReadonlySet<string> | undefined;
  /** What `export const prerender` says; `undefined` when the file does not say, or nobody looked. */
  readonly prerender?: boolean | undefined;
  /** Where it is, for people: "src/pages/users/[id].ts", relative to root when possible. */
  readonly source: string;
  /**
   * The module: loaded on the first call, the value itself from then on. A failure is not kept, the next call
   * tries again.
   *
   * @throws BridgeError `STARBRIDGE_MODULE_FAILED` and its kin, the module's own error as `cause`.
   */
  load(): EndpointModule | Promise<EndpointModule>;
}

/** One reading of the endpoint files and the middleware. */
export interface Pages {
  readonly files: readonly PageFile[];
  /** The files are in the order in which their routes are asked, as a build leaves them. */
  readonly isSorted?: boolean;
  readonly ignored: readonly IgnoredFile[];
  readonly middleware: MiddlewareHandler | undefined;
  /**
   * Answers that a build has made already, by canonical path without the mount path and without a slash at the
   * end. Absent where there is no build: prerendered files then run on request.
   */
  readonly prerendered?: ReadonlyMap<string, PrerenderedAnswer>;
}

/** One answer of a build. */
export interface PrerenderedAnswer {
  /** The endpoint file that gave it: "posts/[slug].ts". */
  readonly route: string;
  /** The answer to a client: its conditions, its range and the encodings it takes count. */
  answer(incoming: Incoming): Promise<Response>;
  /** All of it, for who does not hand it to a client as it is: a rewrite, an error route. */
  whole(): Promise<Response>;
}

/** Where pages come from. */
export interface Loader {
  /** Reads afresh; runs no endpoint file, and the middleware module. */
  load(): Promise<Pages>;
  close(): Promise<void>;
  /** Calls back when `load()` would give something else: files were added, removed or changed. */
  onChange?(listener: () => void): void;
}

/** The endpoint file of a module that is there already. */
export function fileOfModule(file: string, source: string, module: EndpointModule): PageFile {
  const prerender = typeof module.prerender === "boolean" ? module.prerender : undefined;
  return { file, exports: new Set(Object.keys(module)), prerender, source, load: () => module };
}

/**
 * The `load` of a `PageFile`: runs `importModule` once for callers that come together, and keeps what it gave.
 */
export function loadOnce(importModule: () => Promise<EndpointModule>): PageFile["load"] {
  let loaded: EndpointModule | undefined;
  let loading: Promise<EndpointModule> | undefined;
  return () => {
    if (loaded !== undefined) return loaded;
    loading ??= importModule().then(
      (module) => {
        loaded = module;
        return module;
      },
      (error: unknown) => {
        // A file that was missing or locked may be there the next time; Node itself remembers what must be.
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
}

/** What a file gives that is not there any more: it answers nothing, and nobody needs to be told. */
export const NO_MODULE: EndpointModule = Object.freeze({});

/** A path as people know it: relative to root where it is inside, forward slashes. */
export function nameForPeople(root: string, path: string): string {
  const name = relative(root, path);
  const isInside =
    name !== "" && name !== ".." && !name.startsWith(`..${sep}`) && !isAbsolute(name);
  return (isInside ? name : path).replaceAll(sep, "/");
}
