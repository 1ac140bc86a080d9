// Files that changed, as few batches: an editor, a formatter or a checkout touches many, and some of them twice. The
// watcher is fast, but not without gaps: it says that it is ready while it still reads folders, and drops what follows a
// change of the same file within 50 ms. So after everything that happens it is looked once more.
import { statSync } from "node:fs";
import type { FSWatcher } from "vite";

export type Change = "added" | "changed" | "removed";

/** Milliseconds from the first event of a batch to its end: one save is often two events. */
const BATCH = 8;
/** What a file looked like that was gone when one looked: nothing that it looks like now. */
const SEEN = "seen";
/** Milliseconds from the start, and from the latest batch, to each further look. */
const LOOKS = [70, 400, 1500];

export interface ChangesParts {
  readonly watcher: FSWatcher;
  /** Lists the files that count as soon as they are there, by absolute path. */
  readonly list: () => Promise<readonly string[]>;
  /** Whether a change means anything: a log or a database below the root changes all the time, and nobody waits for it. */
  readonly matters: (file: string, change: Change) => boolean;
  /** Hears what changed, by absolute path. */
  readonly listener: (changes: ReadonlyMap<string, Change>) => void;
  /** Hears what the listener has thrown: we are called by timers, and nobody else would. */
  readonly onError: (error: unknown) => void;
}

export class Changes {
  readonly #parts: ChangesParts;
  #timers: NodeJS.Timeout[] = [];
  /** What files looked like when they were used, or when the listener was told of them. */
  readonly #stamps = new Map<string, string | undefined>();
  readonly #batch = new Map<string, Change>();
  #isClosed = false;

  constructor(parts: ChangesParts) {
    this.#parts = parts;
    const { watcher } = parts;
    watcher.on("add", this.#onAdd).on("change", this.#onChange).on("unlink", this.#onUnlink);
    this.#lookLater();
  }

  /** Remembers what a file that is about to be read looks like. */
  note(file: string): void {
    this.#stamps.set(file, stampOf(file));
  }

  /** The same for a file that was there, and perhaps read, before: a change since then must not be forgotten. */
  noteNew(file: string): void {
    if (!this.#stamps.has(file)) this.#stamps.set(file, stampOf(file) ?? SEEN);
  }

  close(): void {
    this.#isClosed = true;
    const { watcher } = this.#parts;
    watcher.off("add", this.#onAdd).off("change", this.#onChange).off("unlink", this.#onUnlink);
    for (const timer of this.#timers) clearTimeout(timer);
  }

  readonly #onAdd = (file: string): void => this.#collect(file, "added");
  readonly #onChange = (file: string): void => this.#collect(file, "changed");
  readonly #onUnlink = (file: string): void => this.#collect(file, "removed");

  #collect(file: string, change: Change): void {
    if (this.#batch.size === 0) setTimeout(() => this.#flush(), BATCH).unref();
    const before = this.#batch.get(file);
    // A file that came, or came back, and was then written to: that it came is what lists and globs ask for.
    const isThere = change === "changed" && before !== undefined && before !== "changed";
    this.#batch.set(file, isThere ? "added" : change);
  }

  #flush(): void {
    if (this.#isClosed) return;
    // What was read or told since is no news: the watcher and a look find the same change.
    const news = [...this.#batch].filter(([file]) => this.#isNews(file));
    this.#batch.clear();
    try {
      const batch = new Map(news.filter(([file, change]) => this.#parts.matters(file, change)));
      // Of a file that means nothing any more only what it looks like is kept.
      for (const [file] of news) if (batch.has(file) || this.#stamps.has(file)) this.note(file);
      if (batch.size === 0) return;
      this.#lookLater();
      this.#parts.listener(batch);
    } catch (error) {
      this.#parts.onError(error);
    }
  }

  #isNews(file: string): boolean {
    return !this.#stamps.has(file) || this.#stamps.get(file) !== stampOf(file);
  }

  async #lookAgain(): Promise<void> {
    // A folder that cannot be listed just now is met again by whoever needs it.
    const listed = await this.#parts.list().catch(() => []);
    if (this.#isClosed) return;
    for (const file of listed) if (!this.#stamps.has(file)) this.#collect(file, "added");
    for (const [file, before] of this.#stamps) {
      const now = stampOf(file);
      if (now === before) continue;
      this.#collect(
        file,
        now === undefined ? "removed" : before === undefined ? "added" : "changed",
      );
    }
  }

  #lookLater(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = LOOKS.map((delay) => setTimeout(() => this.#lookAgain(), delay).unref());
  }
}

/**
 * Renaming a file over another changes its ctime, and on most systems the number of its inode. Only files count: a
 * folder that has taken a file's name has removed it.
 */
function stampOf(file: string): string | undefined {
  try {
    const facts = statSync(file, { throwIfNoEntry: false });
    if (!facts?.isFile()) return undefined;
    return `${facts.mtimeMs} ${facts.ctimeMs} ${facts.size} ${facts.ino}`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A folder on the way has become a file. Anything else (a link to itself, a folder that may not be entered) is a
    // state like another, until it is a different one.
    return code === "ENOTDIR" ? undefined : code;
  }
}
