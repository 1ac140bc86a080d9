// What a build waits for that only the project's own code can end: whoever looks on is told when it takes long, and when
// the process ends before it.

/** Milliseconds after which somebody may wonder. */
const LONG = 10_000;

export interface PendingListener {
  /** Called with what is waited for, in words, when it becomes something else; `undefined` is nothing. */
  onActivity: ((activity: string | undefined) => void) | undefined;
  /** Called for what takes long, once. */
  onLong(activity: string, seconds: number): void;
}

export class Pending {
  readonly #listener: PendingListener;
  /** Several at a time: the oldest first. */
  readonly #activities = new Set<string>();

  constructor(listener: PendingListener) {
    this.#listener = listener;
  }

  /**
   * Waits for work of the project's.
   *
   * @param activity In words: `rendering /a of src/pages/a.ts`.
   */
  async during<Value>(activity: string, work: () => Value | Promise<Value>): Promise<Value> {
    this.#activities.add(activity);
    this.#tell();
    const timer = setTimeout(() => this.#listener.onLong(activity, LONG / 1000), LONG);
    // Work that nothing can end any more is no reason to wait.
    timer.unref();
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      this.#activities.delete(activity);
      this.#tell();
    }
  }

  #tell(): void {
    const [first, ...others] = this.#activities;
    const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
    this.#listener.onActivity?.(first && first + more);
  }
}
