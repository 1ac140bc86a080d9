// What a fault may leave behind in a server's process, as numbers: listeners, handles, connections, objects, bytes.
import type { EventEmitter } from "node:events";
import type { Server } from "node:net";

export type Tally = Record<string, number>;

/** What has to be the same before and after. */
export interface Counts {
  processListeners: Tally;
  serverListeners: Tally;
  /** Of all connections that are open, and of their HTTP/2 sessions. */
  connectionListeners: Tally;
  /** By kind, as Node names them. */
  handles: Tally;
  connections: number;
}

/** Bytes after a garbage collection. */
export interface Memory {
  heap: number;
  /** Of buffers, which are not on the heap. */
  buffers: number;
}

/** Connections of a server that are open, and their sessions where it speaks HTTP/2. */
export class OpenConnections {
  readonly #open = new Set<EventEmitter>();

  constructor(server: Server, seen: Seen) {
    for (const event of ["connection", "secureConnection", "session"]) {
      server.on(event, (connection: EventEmitter) => {
        seen.add(event, connection);
        this.#open.add(connection);
        connection.on("close", () => this.#open.delete(connection));
      });
    }
  }

  get all(): readonly EventEmitter[] {
    return [...this.#open];
  }
}

/** Objects that somebody may still hold. */
export class Seen {
  readonly #refs = new Map<string, Set<WeakRef<object>>>();

  add(kind: string, object: object): void {
    const refs = this.#refs.get(kind) ?? new Set();
    this.#refs.set(kind, refs.add(new WeakRef(object)));
  }

  /** How many of each kind are not collected yet. */
  left(): Tally {
    const left: Tally = {};
    for (const [kind, refs] of this.#refs) {
      for (const ref of refs) if (ref.deref() === undefined) refs.delete(ref);
      left[kind] = refs.size;
    }
    return left;
  }
}

/** Counts what is there now. */
export function count(server: Server, open: OpenConnections): Counts {
  return {
    processListeners: listenersOf([process]),
    serverListeners: listenersOf([server]),
    connectionListeners: listenersOf(open.all),
    handles: handles(),
    connections: open.all.length,
  };
}

// What is in progress and ends by itself: a module that is being read, a write that is under way.
const REQUESTS = /Req|^(?:Immediate|TickObject|ConnectWrap|WriteWrap|ShutdownWrap)$/;

/** Handles that are open: sockets, servers, timers. */
export function handles(): Tally {
  const tally: Tally = {};
  for (const kind of process.getActiveResourcesInfo().sort()) {
    if (!REQUESTS.test(kind)) tally[kind] = (tally[kind] ?? 0) + 1;
  }
  return tally;
}

/** Collects garbage until nothing more is found, and measures; needs `--expose-gc`. */
export async function measure(): Promise<Memory> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error("Run with --expose-gc.");
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round += 1) {
    // Finalizers of the round before run in between, and free what they held.
    await new Promise((resolve) => setImmediate(resolve));
    gc();
    least = Math.min(least, process.memoryUsage().heapUsed);
  }
  return { heap: least, buffers: process.memoryUsage().external };
}

function listenersOf(emitters: readonly EventEmitter[]): Tally {
  const tally: Tally = {};
  for (const emitter of emitters) {
    for (const name of emitter.eventNames()) {
      const key = String(name);
      tally[key] = (tally[key] ?? 0) + emitter.listenerCount(name);
    }
  }
  return Object.fromEntries(Object.entries(tally).sort(([a], [b]) => (a < b ? -1 : 1)));
}
