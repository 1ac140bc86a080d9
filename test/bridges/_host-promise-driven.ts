// What requests alone cannot show: clients that leave, time limits, a server that closes. The app runs with each front
// again, and its client drives it.
import { expect } from "vitest";
import { within } from "./_quiet.ts";
import type { Front, Up } from "./_host-promise.ts";
import { fronts } from "./_host-promise.ts";

/** Keeps what an app's own code sees, and tells of it. */
export class Notes {
  readonly values: unknown[] = [];
  readonly #waiting = new Set<() => void>();

  add(...values: unknown[]): void {
    this.values.push(...values);
    for (const look of this.#waiting) look();
  }

  /** Waits until something was noted so many times. */
  async until(value: unknown, times = 1): Promise<void> {
    const isThere = (): boolean => this.values.filter((one) => one === value).length >= times;
    let look = (): void => {};
    const seen = new Promise<void>((resolve) => {
      look = () => {
        if (isThere()) resolve();
      };
      this.#waiting.add(look);
      look();
    });
    await within(10_000, `${String(value)} in ${JSON.stringify(this.values)}`, seen).finally(() =>
      this.#waiting.delete(look),
    );
  }
}

/** An app and its client. */
export interface Driven<Tools> {
  /** Goes on after "with a bridge in front, the host still …". */
  title: string;
  build(tools: Tools): unknown;
  /** What the client does; gives what it saw. */
  drive(up: Up): Promise<unknown[]>;
  /** What the client of the host alone sees: without that, two equal failures would pass. */
  sees: unknown[];
  /** What the code of the host alone notes. */
  notes: unknown[];
}

/** Drives the app with each front, and compares. */
export async function isDrivenTheSame(
  { drive, sees, notes }: Pick<Driven<never>, "drive" | "sees" | "notes">,
  start: (front: Front) => Promise<Up>,
): Promise<void> {
  for (const front of fronts) {
    const up = await start(front);
    let seen: unknown[];
    try {
      seen = await drive(up);
    } finally {
      up.server.closeAllConnections?.();
      await within(10_000, "the end", up.stop());
    }
    expect({ front, sees: seen, notes: up.notes.values }).toEqual({ front, sees, notes });
  }
}

/** An answer without what two runs differ in. */
export function statusAndBody(text: string): string[] {
  const [head = "", ...body] = text.split("\r\n\r\n");
  return [head.split("\r\n")[0] ?? "", body.join("\r\n\r\n")];
}
