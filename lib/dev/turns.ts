// Modules are loaded one after another: the runner gives who comes second what a module of a cycle has exported so far,
// though only the one that runs the cycle could know how to live with that.
import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout } from "node:timers/promises";

/** Milliseconds without a module after which a load waits for something else: a database, or for us. The next may begin. */
const IDLE = 50;

/** A load that goes on, or is over. */
interface Turn {
  isOver: boolean;
}

export class Turns {
  readonly #turns = new AsyncLocalStorage<Turn>();
  #latest: Promise<unknown> = Promise.resolve();
  #fetching = 0;
  #lastFetch = 0;

  /** Loads when those that have begun are done; what a module imports while it is loaded is part of that load. */
  take<Value>(load: () => Promise<Value>): Promise<Value> {
    if (this.#turns.getStore()?.isOver === false) return load();
    const turn: Turn = { isOver: false };
    const loading = this.#latest.then(() => this.#turns.run(turn, load));
    const end = loading.then(noValue, noValue).then(() => {
      turn.isOver = true;
    });
    this.#latest = this.#latest.then(() => this.#until(turn, end));
    return loading;
  }

  /** While a module is read and transformed, a load is not idle. */
  async during<Value>(fetching: Promise<Value>): Promise<Value> {
    this.#fetching++;
    try {
      return await fetching;
    } finally {
      this.#fetching--;
      this.#lastFetch = performance.now();
    }
  }

  async #until(turn: Turn, end: Promise<void>): Promise<void> {
    const waiting = new AbortController();
    const { signal } = waiting;
    for (let isIdle = false; !turn.isOver && !isIdle; ) {
      await Promise.race([end, setTimeout(IDLE, undefined, { signal }).catch(noValue)]);
      isIdle = this.#fetching === 0 && performance.now() - this.#lastFetch >= IDLE;
    }
    waiting.abort();
  }
}

function noValue(): void {}
