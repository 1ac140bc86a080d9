// Development: what the files of the start have in Fastify's router. It stays theirs as long as the host runs.
import type { Pattern } from "./patterns.ts";

export class Holdings {
  readonly #settled = new Set<string>();
  readonly #holders = new Map<string, string>();

  /** A URL of a file and a method was registered. @param isShared Whether others may be registered for the same. */
  hold(method: string, { shape }: Pattern, source: string, isShared: boolean): void {
    this.#settled.add(`${method} ${shape} ${source}`);
    if (!isShared) this.#holders.set(`${method} ${shape}`, source);
  }

  /** It was not: another file has it, and this one after it, or the host has it, and that is settled. */
  miss(method: string, { shape }: Pattern, source: string): void {
    if (this.holderOf(method, shape) === undefined) {
      this.#settled.add(`${method} ${shape} ${source}`);
    }
  }

  /** Whether a file needs nobody to stand in for it. */
  isSettled(method: string, { shape }: Pattern, source: string): boolean {
    return this.#settled.has(`${method} ${shape} ${source}`);
  }

  /** The file that a URL of this shape was registered for. */
  holderOf(method: string, shape: string): string | undefined {
    return this.#holders.get(`${method} ${shape}`);
  }
}
