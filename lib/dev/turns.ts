// Modules are loaded one after another: the runner gives who comes second what a module of a cycle has exported so far,
// though only the one that runs the cycle could know how to live with that.
import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout } from "node:timers/promises";

/** Milliseconds that a load waits for the one before it: that one may itself wait, for a database or for us. */
const PATIENCE = 1000;

/** A load that goes on, or is over. */
interface Turn {
  isOver: boolean;
}

export class Turns {
  readonly #turns = new AsyncLocalStorage<Turn>();
  #latest: Promise<unknown> = Promise.resolve();

  /** Loads when those that have begun are done; what a module imports while it is loaded is part of that load. */
  take<Value>(load: () => Promise<Value>): Promise<Value> {
    if (this.#turns.getStore()?.isOver === false) return load();
    const turn: Turn = { isOver: false };
    const loading = this.#latest.then(() => this.#turns.run(turn, load));
    const end = loading.then(noValue, noValue).then(() => {
      turn.isOver = true;
    });
    this.#latest = this.#latest.then(() => soon(end));
    return loading;
  }
}

async function soon(end: Promise<void>): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  await Promise.race([end, setTimeout(PATIENCE, undefined, { signal }).catch(noValue)]);
  waiting.abort();
}

function noValue(): void {}
