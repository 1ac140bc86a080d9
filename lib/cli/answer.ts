// What a command ends with: the same facts for programs and for people.
import { columnsOf } from "./columns.ts";
import type { ExitCode } from "./failure.ts";
import type { Paint } from "./paint.ts";

export interface Answer {
  readonly exitCode: ExitCode;
  /** What `--json` prints. */
  readonly json: unknown;
  text(paint: Paint): string;
}

/** Cells in columns, two spaces apart; the first row is the head. */
export function renderTable(rows: readonly (readonly string[])[], paint: Paint): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, columnsOf(cell));
  }
  const lines = rows.map((row) =>
    row
      .map((cell, at) => `${cell}${" ".repeat((widths[at] as number) - columnsOf(cell))}`)
      .join("  ")
      .trimEnd(),
  );
  return [paint.bold(lines[0] ?? ""), ...lines.slice(1)].join("\n");
}

/** `1 route`, `2 routes`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
