// Module hooks for Node before 22.15, where they run in a thread of their own.
import type { InitializeHook, ResolveHook } from "node:module";
import type { MessagePort } from "node:worker_threads";
import { receiveMessageOnPort } from "node:worker_threads";
import type { StandIns } from "./astro-target.ts";
import { astroTarget, unsupportedError } from "./astro-target.ts";

/** What the main thread hands over. */
export interface ThreadData {
  readonly standIns: StandIns;
  /** Brings the paths of further roots. */
  readonly port: MessagePort;
}

const roots = new Set<string>();
const ports: MessagePort[] = [];
let standIns: StandIns | undefined;

/** Called by Node, for each thread of the process that registers this module. */
export const initialize: InitializeHook<ThreadData> = (data) => {
  ports.push(data.port);
  standIns = data.standIns;
};

/** Called by Node for every import. */
export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  if (standIns === undefined || !specifier.startsWith("astro")) {
    return nextResolve(specifier, context);
  }
  receiveRoots();
  const target = astroTarget(specifier, context.parentURL, roots);
  if (target === undefined) return nextResolve(specifier, context);
  if (target !== "unsupported") {
    return { url: standIns[target], format: "module", shortCircuit: true };
  }
  let failure: unknown;
  try {
    const resolved = await nextResolve(specifier, context);
    // Somebody else's hook provides it.
    if (!resolved.url.startsWith("astro:")) return resolved;
  } catch (error) {
    failure = error;
  }
  throw unsupportedError(specifier, failure);
};

/**
 * Here and not in a listener: a root that was sent before the import that needs it is always there in time, and
 * the port never keeps the process alive.
 */
function receiveRoots(): void {
  for (const port of ports) {
    for (let sent = receiveMessageOnPort(port); sent; sent = receiveMessageOnPort(port)) {
      roots.add(sent.message);
    }
  }
}
