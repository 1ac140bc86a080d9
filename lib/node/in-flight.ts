// The requests a bridge is busy with, so that closing can wait for them.
import type { NodeRequest, NodeResponse } from "./messages.ts";
import { isOver } from "./messages.ts";

/** One request that a bridge is busy with. */
export interface Flight {
  /** The answer is there and is being sent: from now on it may be cut off. */
  isAnswering: boolean;
  end(): void;
}

/** Milliseconds between two looks at what is still open. */
const LOOK = 100;

/**
 * A list whose entries know their neighbours, and forget them when they leave. Not a Map: that is made anew every few
 * entries, and the one before points to it. Once one has moved to the old part of the heap, all that follow stay there
 * until a full collection, each with the requests that it held (three middlewares: 10 µs instead of 7).
 */
export class InFlight {
  #first: Entry | undefined;
  #size = 0;
  #whenEmpty: (() => void) | undefined;

  begin(req: NodeRequest, res: NodeResponse): Flight {
    const entry = new Entry(this, req, res, this.#first);
    if (this.#first !== undefined) this.#first.before = entry;
    this.#first = entry;
    this.#size++;
    return entry;
  }

  /** Takes one out that is in the list. */
  remove(entry: Entry): void {
    const { before, after } = entry;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after !== undefined) after.before = before;
    entry.before = undefined;
    entry.after = undefined;
    this.#size--;
    if (this.#size === 0) this.#whenEmpty?.();
  }

  /**
   * Waits until all have ended, or have lost their client. Answers that are still being sent after the grace time
   * are cut off: an event stream would never end by itself. A handler that never settles is not waited for longer
   * than `most`.
   *
   * @param grace Milliseconds.
   * @param most Milliseconds.
   * @returns How many requests are left.
   */
  async drain(grace: number, most: number): Promise<number> {
    if (this.#size === 0) return 0;
    const empty = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
    const begin = performance.now();
    const timer = setInterval(
      () => {
        const waited = performance.now() - begin;
        this.#look(waited >= grace);
        if (waited >= most) this.#whenEmpty?.();
      },
      Math.min(LOOK, grace),
    );
    await empty;
    clearInterval(timer);
    return this.#size;
  }

  /** A handler that never settles after its client has left holds nothing up. */
  #look(isGraceOver: boolean): void {
    for (let entry = this.#first; entry !== undefined; ) {
      const { req, res, after } = entry;
      if (isOver(req, res)) entry.end();
      else if (isGraceOver && entry.isAnswering) cutOff(res);
      entry = after;
    }
  }
}

class Entry implements Flight {
  isAnswering = false;
  before: Entry | undefined;
  after: Entry | undefined;
  readonly req: NodeRequest;
  readonly res: NodeResponse;
  readonly #list: InFlight;
  #hasEnded = false;

  constructor(list: InFlight, req: NodeRequest, res: NodeResponse, after: Entry | undefined) {
    this.#list = list;
    this.req = req;
    this.res = res;
    this.after = after;
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#list.remove(this);
  }
}

/** HTTP/2 responses have no `destroy()` of their own. */
function cutOff(response: NodeResponse): void {
  const closable = response as { destroy?(): void; stream?: { destroy(): void } };
  if (closable.destroy) closable.destroy();
  else closable.stream?.destroy();
}
