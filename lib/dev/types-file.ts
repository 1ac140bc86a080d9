// .starbridge/types.d.ts in development: who has had it written once finds it up to date, without a command of its own.
import { updateTypes } from "../loader/route-types.ts";
import type { Logger } from "../log.ts";
import { parseRouteFile } from "../routes/parse.ts";

export class TypesFile {
  /** Resolves when nothing is being written. */
  settled: Promise<void> = Promise.resolve();
  readonly #root: string;
  readonly #logger: Logger;
  #latest: string | undefined;

  constructor(root: string, logger: Logger) {
    this.#root = root;
    this.#logger = logger;
  }

  /**
   * Writes the types anew when the files are others than the last time; nobody waits for it.
   *
   * @param names Endpoint files, relative to the pages folder.
   */
  update(names: readonly string[]): void {
    const latest = names.join("\n");
    if (latest === this.#latest) return;
    this.#latest = latest;
    // One after the other: the last set of routes is what stays.
    this.settled = this.settled.then(() => this.#write(names));
  }

  async #write(names: readonly string[]): Promise<void> {
    try {
      await updateTypes(this.#root, names.map(parseRouteFile));
    } catch (error) {
      this.#logger.warn({ err: error }, "The types of the routes could not be written.");
    }
  }
}
