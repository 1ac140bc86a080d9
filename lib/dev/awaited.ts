// What modules that failed are waiting for: of all files that come, those that may be what they did not find.
import { basename } from "node:path";

const NOT_FOUND = /(?:Failed to load url|Cannot find (?:module|package)) ['"]?([^'"\s]+)/;

export class Awaited {
  /** Names without folders and endings: an import says neither where a file is in the end, nor how it ends. */
  readonly #names = new Set<string>();

  /** Takes down what an error says was not there. */
  add(error: unknown): void {
    if (!(error instanceof Error)) return;
    const { code, path } = error as NodeJS.ErrnoException;
    const missing =
      code === "ENOENT" && path !== undefined ? path : NOT_FOUND.exec(error.message)?.[1];
    if (missing !== undefined) this.#names.add(stemOf(missing.replace(/[?#].*$/, "")));
  }

  /** Whether a file may be one of them; a folder that is imported is there with its first file. */
  has(file: string): boolean {
    if (this.#names.size === 0) return false;
    return file.split(/[\\/]/).some((part) => this.#names.has(stemOf(part)));
  }

  clear(): void {
    this.#names.clear();
  }
}

function stemOf(path: string): string {
  const name = basename(path);
  return name.slice(0, name.indexOf(".", 1) === -1 ? undefined : name.indexOf(".", 1));
}
