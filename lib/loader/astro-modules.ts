// The one thing the bridge does to the process: a resolve hook that answers `astro:middleware`,
// `astro/middleware` and bare `astro`, for files under the roots only. Everything else passes untouched.
import Module from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { MessagePort } from "node:worker_threads";
import { MessageChannel } from "node:worker_threads";
import type { StandIns } from "./astro-target.ts";
import { astroTarget, unsupportedError } from "./astro-target.ts";
import type { ThreadData } from "./astro-thread.ts";
import { isBundled, ownFile } from "./own-files.ts";
import { realPath } from "./real-path.ts";

/**
 * The very modules that `starbridge/middleware` and our types are.
 *
 * @throws The error of modules that nobody provides, where a bundle holds them.
 */
export const STAND_INS: StandIns = {
  get middleware() {
    return hrefOf("../middleware-entry", "astro:middleware");
  },
  // Nothing but types, so it runs to nothing: what `import "astro"` may mean in an endpoint file.
  get types() {
    return hrefOf("../types", "astro");
  },
};

const roots = new Set<string>();
let announce: ((root: string) => void) | undefined;

/** Answers Astro's modules for the files under these folders from now on; single files do as well. */
export function provideAstroModules(paths: readonly string[]): void {
  // There is nothing to point to: Node's own refusal becomes the error that says so.
  if (isBundled()) return;
  announce ??= installHooks();
  for (const path of paths) {
    for (const spelling of [resolve(path), realPath(path)]) {
      if (roots.has(spelling)) continue;
      roots.add(spelling);
      announce(spelling);
    }
  }
}

function hrefOf(path: string, specifier: string): string {
  const file = ownFile(path);
  if (file === undefined || isBundled()) throw unsupportedError(specifier, undefined);
  return file.href;
}

/** Returns how to make a further root known. */
function installHooks(): (root: string) => void {
  const { registerHooks } = Module as ModuleWithHooks;
  if (registerHooks === undefined) {
    patchRequire();
    const port = registerThread();
    return (root) => port?.postMessage(root);
  }
  registerHooks({ resolve: resolveInThread });
  return () => {};
}

// Node 22.15 and later: synchronous hooks in this thread, for import and require.

/** Not in the types of Node 20. */
interface ModuleWithHooks {
  registerHooks?(hooks: { resolve: SyncResolve }): unknown;
}
interface Resolved {
  url: string;
  format?: string | null;
  shortCircuit?: boolean;
}
type SyncResolve = (
  specifier: string,
  context: { parentURL?: string | undefined },
  nextResolve: (specifier: string, context: object) => Resolved,
) => Resolved;

const resolveInThread: SyncResolve = (specifier, context, nextResolve) => {
  const target = astroTarget(specifier, context.parentURL, roots);
  if (target === undefined) return nextResolve(specifier, context);
  if (target !== "unsupported") {
    return { url: STAND_INS[target], format: "module", shortCircuit: true };
  }
  let failure: unknown;
  try {
    const resolved = nextResolve(specifier, context);
    // Somebody else's hook provides it.
    if (!resolved.url.startsWith("astro:")) return resolved;
  } catch (error) {
    failure = error;
  }
  throw unsupportedError(specifier, failure);
};

// Before: hooks for import in a thread of Node's, and a patch for require.

function registerThread(): MessagePort | undefined {
  const { port1, port2 } = new MessageChannel();
  const data: ThreadData = { standIns: { ...STAND_INS }, port: port2 };
  try {
    Module.register(ownFile("./astro-thread") ?? "", { data, transferList: [port2] });
  } catch {
    // A process that may not start threads (--experimental-permission): what needs no module of Astro's runs.
    port1.close();
    return undefined;
  }
  port1.unref();
  return port1;
}

interface ModuleWithInternals {
  _resolveFilename(request: string, parent: unknown, ...rest: unknown[]): string;
}

function patchRequire(): void {
  const internals = Module as unknown as ModuleWithInternals;
  const next = internals._resolveFilename;
  internals._resolveFilename = function (request, parent, ...rest) {
    const target = astroTarget(request, (parent as Module | undefined)?.filename, roots);
    if (target === undefined) return next.call(this, request, parent, ...rest);
    if (target !== "unsupported") return fileURLToPath(STAND_INS[target]);
    try {
      return next.call(this, request, parent, ...rest);
    } catch (error) {
      throw unsupportedError(request, error);
    }
  };
}
