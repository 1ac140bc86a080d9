import { setTimeout as wait } from "node:timers/promises";

const headlines = ["First flush has arrived", "Free delivery this week", "Iron pots are back"];

export function newsEvents(count: number, signal?: AbortSignal): AsyncGenerator<string> {
  return everyFifth(count, signal, (index) => headlines[index % headlines.length]);
}

export function stockEvents(count: number, signal?: AbortSignal): AsyncGenerator<string> {
  return everyFifth(count, signal, (index) => ({ sku: "tea-sencha", stock: 12 - (index % 12) }));
}

/** How many events the client wants: `?count=`, else they go on. */
export function countOf(value: unknown): number {
  return Number(value) || Number.POSITIVE_INFINITY;
}

/** One server-sent event every fifth of a second, until enough were sent or the client has gone. */
async function* everyFifth(
  count: number,
  signal: AbortSignal | undefined,
  data: (index: number) => unknown,
): AsyncGenerator<string> {
  for (let index = 0; index < count && !signal?.aborted; index++) {
    yield `id: ${index + 1}\ndata: ${JSON.stringify(data(index))}\n\n`;
    if (index + 1 < count) await wait(200, undefined, { signal }).catch(() => undefined);
  }
}
