// How a case of the lists in this folder is written: a function of a subject that returns a plain observation, and
// what that observation is. The same case runs on the platform's own object and on ours, and both must agree with
// each other and with the literal.
import { types } from "node:util";

/** The types of Node have no names for them. */
export type HeadersInit = ConstructorParameters<typeof Headers>[0];
export type BodyInit = ConstructorParameters<typeof Response>[0];

/** One sentence about behaviour, how it is seen, and what is seen. */
export type Case<Subject> = readonly [
  title: string,
  observe: (subject: Subject) => unknown,
  expected: unknown,
];

/** What a call did: its value, or how it failed. A thrown error and a rejection are not the same. */
export async function outcome(action: () => unknown): Promise<unknown> {
  let result: unknown;
  try {
    result = action();
  } catch (error) {
    return `throws ${nameOf(error)}`;
  }
  try {
    return await result;
  } catch (error) {
    return `rejects ${nameOf(error)}`;
  }
}

/** The kind of an error; our own errors by their code. */
export function nameOf(error: unknown): string {
  if (!types.isNativeError(error) && !(error instanceof Error)) return `with ${String(error)}`;
  const { code } = error as { code?: unknown };
  return typeof code === "string" && code.startsWith("STARBRIDGE_") ? code : error.name;
}

export function hex(data: ArrayBuffer | Uint8Array): string {
  return Buffer.from(data as ArrayBuffer).toString("hex");
}

export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** A stream of the given chunks. */
export function streamOf(...chunks: unknown[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk as Uint8Array);
      controller.close();
    },
  });
}

/** Everything a stream gives, as text. */
export async function readAll(stream: AsyncIterable<unknown> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  if (stream) for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString();
}

/** A form as a list; files by name, type and content. */
export async function formEntries(form: FormData): Promise<unknown[]> {
  const entries: unknown[] = [];
  for (const [name, value] of form) {
    if (typeof value === "string") entries.push([name, value]);
    else entries.push([name, value.name, value.type, await value.text()]);
  }
  return entries;
}

/** Two clones, or a clone and its original, read side by side. */
export async function readBoth(
  first: { text(): Promise<string> },
  second: { text(): Promise<string> },
): Promise<string[]> {
  return await Promise.all([first.text(), second.text()]);
}
