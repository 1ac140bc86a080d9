// The requests a bridge is busy with, so that closing can wait for them.
import type { NodeResponse } from "./messages.ts";

/** One request that a bridge is busy with. */
export interface Flight {
  /** The answer is there and is being sent: from now on it may be cut off. */
  isAnswering: boolean;
  end(): void;
}

export class InFlight {
  readonly #flights = new Map<Flight, NodeResponse>();
  #whenEmpty: (() => void) | undefined;

  begin(response: NodeResponse): Flight {
    const flights = this.#flights;
    const flight: Flight = {
      isAnswering: false,
      end: () => {
        flights.delete(flight);
        if (flights.size === 0) this.#whenEmpty?.();
      },
    };
    flights.set(flight, response);
    return flight;
  }

  /**
   * Waits until all have ended. Answers that are still being sent after the grace time are cut off: an event
   * stream would never end by itself.
   *
   * @param grace Milliseconds.
   */
  async drain(grace: number): Promise<void> {
    if (this.#flights.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
    const timer = setInterval(() => this.#cutOff(), grace);
    await empty;
    clearInterval(timer);
  }

  #cutOff(): void {
    for (const [flight, response] of this.#flights) if (flight.isAnswering) cutOff(response);
  }
}

/** HTTP/2 responses have no `destroy()` of their own. */
function cutOff(response: NodeResponse): void {
  const closable = response as { destroy?(): void; stream?: { destroy(): void } };
  if (closable.destroy) closable.destroy();
  else closable.stream?.destroy();
}
