// What modules do to the process that loads them: fail in the background, wait for what nobody can bring. None of that
// is to end a check, which has other files to look into.

export class Custody {
  /** What failed in the background since the last time that somebody asked. */
  #failures: unknown[] = [];
  readonly #onFailure = (error: unknown) => void this.#failures.push(error);

  constructor() {
    // Rejections that nobody handles come here as well.
    process.on("uncaughtException", this.#onFailure);
  }

  /**
   * Waits for a module.
   *
   * @param seconds How long; 0 is for ever.
   * @throws Late
   */
  async load<Value>(seconds: number, work: Promise<Value>): Promise<Value> {
    let timer: NodeJS.Timeout | undefined;
    let onIdle = (): void => {};
    const late = new Promise<never>((_, reject) => {
      // Where nothing else is going on, nothing will come. The turn that is waited for lets Node ask again later.
      onIdle = () => void setImmediate(() => reject(new Late(true)));
      process.once("beforeExit", onIdle);
      if (seconds > 0) timer = setTimeout(() => reject(new Late(false)), seconds * 1000).unref();
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
      process.off("beforeExit", onIdle);
    }
  }

  /** What has failed in the background by now. */
  async failures(): Promise<unknown[]> {
    // A rejection is told of when its turn of the event loop is over.
    await new Promise((resolve) => setImmediate(resolve));
    const failures = this.#failures;
    this.#failures = [];
    return failures;
  }

  release(): void {
    process.off("uncaughtException", this.#onFailure);
  }
}

/** A module was not there in time. */
export class Late extends Error {
  /** Nothing is going on any more that it could wait for. */
  readonly isIdle: boolean;

  constructor(isIdle: boolean) {
    super();
    this.isIdle = isIdle;
  }
}
