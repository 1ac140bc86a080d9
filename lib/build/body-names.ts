// Under which name a prerendered body is kept: that of its path, decoded, as any file server would expect it.
import { decodePath } from "../routes/path.ts";

export class BodyNames {
  /** Names of files and folders, in lower case: some file systems know no other. */
  readonly #files = new Set<string>();
  /** The names that bodies are to have. */
  readonly #wanted = new Set<string>();
  readonly #folders = new Set<string>();

  /**
   * A free name for the body of a path. `/posts` beside `/posts/1` would be a file and a folder of one name: such a
   * body, and one whose name differs in its case only, gets a name with a number.
   *
   * @param path Canonical, without a slash at its end.
   * @param folders All paths that there will be: their folders come first.
   */
  nameFor(path: string): { name: string; isOwn: boolean } {
    const wanted = nameOf(path);
    let name = wanted;
    for (let count = 1; this.#isTaken(name); count++) name = `${wanted}~${count}`;
    this.#files.add(name.toLowerCase());
    return { name, isOwn: name === wanted };
  }

  /**
   * Takes a name for a compressed form of a body, beside it.
   *
   * @returns Whether it is nobody else's.
   */
  take(name: string): boolean {
    if (this.#isTaken(name) || this.#wanted.has(name.toLowerCase())) return false;
    this.#files.add(name.toLowerCase());
    return true;
  }

  /** Reserves the name of a path, and the folders that it needs. */
  reserve(path: string): void {
    const name = nameOf(path).toLowerCase();
    this.#wanted.add(name);
    const parts = name.split("/");
    for (let count = 1; count < parts.length; count++) {
      this.#folders.add(parts.slice(0, count).join("/"));
    }
  }

  #isTaken(name: string): boolean {
    return this.#files.has(name.toLowerCase()) || this.#folders.has(name.toLowerCase());
  }
}

function nameOf(path: string): string {
  return decodePath(path).slice(1) || "index";
}
