// What is found out at every reading of the files, said once: a reload tells what is new, and what has come back.

/** What of a logger is needed to tell something. */
export interface Teller {
  info(message: string): void;
  warn(message: string): void;
}

export class News {
  #latest: ReadonlySet<string> = new Set();

  /** Begins a reading: what was told at the one before is not told again. */
  begin(logger: Teller): Teller {
    const before = this.#latest;
    const latest = new Set<string>();
    this.#latest = latest;
    const isNew = (message: string): boolean => {
      latest.add(message);
      return !before.has(message);
    };
    return {
      info: (message) => void (isNew(message) && logger.info(message)),
      warn: (message) => void (isNew(message) && logger.warn(message)),
    };
  }
}
