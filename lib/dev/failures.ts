// What failed: which modules, why as far as the error itself does not say, and what they are waiting for.
import { basename, normalize } from "node:path";
import type { Blame } from "./blame.ts";

const NOT_FOUND = /(?:Failed to load url|Cannot find (?:module|package)) ['"]?([^'"\s]+)/;

export class Failures {
  /** Ids of modules that failed when they ran, or that were read while they changed. */
  readonly ids = new Set<string>();
  /** Names of what was not there, without folders and endings: an import says neither where a file is in the end, nor how it ends. */
  readonly #missing = new Set<string>();
  readonly #blames = new WeakMap<Error, Blame>();

  /** A module failed when it ran. */
  add(id: string, error: unknown): void {
    this.ids.add(id);
    this.blame(error, { file: normalize(id) });
    const missing = missingIn(error);
    if (missing !== undefined) this.#missing.add(stemOf(missing.replace(/[?#].*$/, "")));
  }

  /** Keeps what is known of an error; who caught it first knows best. */
  blame(error: unknown, blame: Blame): void {
    if (error instanceof Error && !this.#blames.has(error)) this.#blames.set(error, blame);
  }

  blameOf(error: unknown): Blame | undefined {
    return error instanceof Error ? this.#blames.get(error) : undefined;
  }

  /** Whether a file may be what a module did not find; a folder that is imported is there with its first file. */
  awaits(file: string): boolean {
    if (this.#missing.size === 0) return false;
    return file.split(/[\\/]/).some((part) => this.#missing.has(stemOf(part)));
  }

  clear(): void {
    this.ids.clear();
    this.#missing.clear();
  }
}

function missingIn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, path } = error as NodeJS.ErrnoException;
  return code === "ENOENT" && path !== undefined ? path : NOT_FOUND.exec(error.message)?.[1];
}

function stemOf(path: string): string {
  const name = basename(path);
  const at = name.indexOf(".", 1);
  return at === -1 ? name : name.slice(0, at);
}
