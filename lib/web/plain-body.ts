// Bodies that can be kept as they are given.
import { Readable } from "node:stream";

/** A body that needs no conversion. */
export type PlainBody = string | Uint8Array | ReadableStream<Uint8Array> | null;

// Bytes are copied, as Fetch says, so that whoever reuses their buffer changes no answer. A copy of a megabyte
// takes as long as sending it: from here on the bytes are the caller's until they are sent.
const MOST_COPIED = 64 * 1024;

const TEXT = "text/plain;charset=UTF-8";
const FORM = "application/x-www-form-urlencoded;charset=UTF-8";

/**
 * Keeps a body.
 *
 * @returns `undefined` when the platform has to convert or to refuse it.
 */
export function toPlainBody(body: unknown): PlainBody | undefined {
  if (typeof body === "string") return body;
  if (body === null || body === undefined) return null;
  if (body instanceof Uint8Array) return isFixed(body.buffer) ? keep(body) : undefined;
  if (isFixed(body)) return keep(new Uint8Array(body));
  if (body instanceof URLSearchParams) return body.toString();
  if (body instanceof ReadableStream) return isFree(body) ? body : undefined;
  return undefined;
}

/** The content type that a body comes with. */
export function typeOfBody(body: unknown): string | undefined {
  if (typeof body === "string") return TEXT;
  return body instanceof URLSearchParams ? FORM : undefined;
}

/** Whether nobody has read of a body, or is about to. */
export function isFree(body: PlainBody): boolean {
  return !(body instanceof ReadableStream) || (!body.locked && !isDisturbed(body));
}

/** Whether a stream was read or cancelled. */
export function isDisturbed(stream: ReadableStream): boolean {
  return Readable.isDisturbed(stream as never);
}

function keep(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength > MOST_COPIED ? bytes : Buffer.from(bytes);
}

/** Memory that is nobody else's and keeps its size. */
function isFixed(buffer: unknown): buffer is ArrayBuffer {
  return buffer instanceof ArrayBuffer && !(buffer as { resizable?: boolean }).resizable;
}
