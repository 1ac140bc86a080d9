// What is said once: what every reading of the files finds out, and what requests bring up.

/** What of a logger is needed to tell something. */
export interface Teller {
  info(message: string): void;
  warn(message: string): void;
}

/** What is found out at every reading of the files: a reload tells what is new, and what has come back. */
export class News {
  #latest: ReadonlySet<string> = new Set();

  /** Begins a reading: what was told at the one before is not told again. */
  begin(logger: Teller): Teller {
    const before = this.#latest;
    const latest = new Set<string>();
    this.#latest = latest;
    const isNew = (message: string): boolean => {
      if (latest.has(message)) return false;
      latest.add(message);
      return !before.has(message);
    };
    return {
      info: (message) => void (isNew(message) && logger.info(message)),
      warn: (message) => void (isNew(message) && logger.warn(message)),
    };
  }
}

/** What requests bring up of a file. One line for each file and matter: who sends requests cannot fill the log. */
export class Remarks {
  readonly #logger: Teller;
  readonly #isWatched: boolean;
  readonly #made = new Set<string>();

  /** @param isWatched Somebody reads along: in development, and while a build is made. */
  constructor(logger: Teller, isWatched: boolean) {
    this.#logger = logger;
    this.#isWatched = isWatched;
  }

  /** Warns once. */
  once(source: string, matter: string, message: string): void {
    const key = `${matter} ${source}`;
    if (this.#made.has(key)) return;
    this.#made.add(key);
    this.#logger.warn(`${message} Said once for this file.`);
  }

  /** Warns each time while somebody reads along, and otherwise once. */
  often(source: string, matter: string, message: string): void {
    if (this.#isWatched) this.#logger.warn(message);
    else this.once(source, matter, message);
  }
}
