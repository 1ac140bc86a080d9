// Tells when names in a folder change. Each folder is watched by itself: Node's recursive watch on Linux loses a file
// that an editor has saved by renaming, and names are all that is asked for here.
import type { FSWatcher } from "node:fs";
import { existsSync, readdirSync, watch } from "node:fs";
import { dirname, join } from "node:path";

/** Milliseconds in which changes count as one: a checkout changes many files. */
const PAUSE = 30;

/** Watches a folder and what is below it, from now on; the folder may come and go. */
export class FolderWatch {
  readonly #folder: string;
  #watchers: FSWatcher[] = [];
  #isChanged = false;
  #wake: () => void = () => {};

  constructor(folder: string) {
    this.#folder = folder;
    this.#watchAll();
  }

  /** Resolves after one or more changes since the last time. */
  async change(): Promise<void> {
    while (!this.#isChanged) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    this.#isChanged = false;
    this.#watchAll();
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }

  /**
   * Anew each time: a folder that was removed and made again has lost its watcher, and nobody tells. A new folder may
   * have been filled before it was watched: so again, until there is none.
   */
  #watchAll(): void {
    let folders = this.#folders();
    for (let known = ""; known !== folders.join("\0"); folders = this.#folders()) {
      known = folders.join("\0");
      this.close();
      for (const folder of folders) this.#watchOne(folder);
    }
  }

  #watchOne(folder: string): void {
    const notify = () => {
      this.#isChanged = true;
      this.#wake();
    };
    try {
      this.#watchers.push(watch(folder, notify).on("error", notify));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      // It was there a moment ago: look again.
      notify();
    }
  }

  /** The folder with all below it, and the one above, for when it comes or goes. */
  #folders(): string[] {
    const folders = [dirname(this.#folder)];
    while (!existsSync(folders[0] as string)) folders[0] = dirname(folders[0] as string);
    try {
      const below = readdirSync(this.#folder, { recursive: true, withFileTypes: true });
      folders.push(this.#folder);
      for (const entry of below) {
        if (entry.isDirectory()) folders.push(join(entry.parentPath, entry.name));
      }
    } catch {
      // Not there, or going away just now.
    }
    return folders;
  }
}
