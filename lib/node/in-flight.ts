// The requests a bridge is busy with, so that closing can wait for them.
import type { NodeRequest, NodeResponse } from "./messages.ts";
import { isOver } from "./messages.ts";

/** One request that a bridge is busy with. */
export interface Flight {
  /** The answer is there and is being sent: from now on it may be cut off. */
  isAnswering: boolean;
  end(): void;
}

interface Exchange {
  readonly req: NodeRequest;
  readonly res: NodeResponse;
}

/** Milliseconds between two looks at what is still open. */
const LOOK = 100;

export class InFlight {
  readonly #flights = new Map<Flight, Exchange>();
  #whenEmpty: (() => void) | undefined;

  begin(req: NodeRequest, res: NodeResponse): Flight {
    const flight: Flight = { isAnswering: false, end: () => this.#end(flight) };
    this.#flights.set(flight, { req, res });
    return flight;
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
    if (this.#flights.size === 0) return 0;
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
    return this.#flights.size;
  }

  /** A handler that never settles after its client has left holds nothing up. */
  #look(isGraceOver: boolean): void {
    for (const [flight, { req, res }] of this.#flights) {
      if (isOver(req, res)) this.#end(flight);
      else if (isGraceOver && flight.isAnswering) cutOff(res);
    }
  }

  #end(flight: Flight): void {
    this.#flights.delete(flight);
    if (this.#flights.size === 0) this.#whenEmpty?.();
  }
}

/** HTTP/2 responses have no `destroy()` of their own. */
function cutOff(response: NodeResponse): void {
  const closable = response as { destroy?(): void; stream?: { destroy(): void } };
  if (closable.destroy) closable.destroy();
  else closable.stream?.destroy();
}
