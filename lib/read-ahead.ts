// Reads what a body gives at once, before the head goes out: its length is then known, and a failure in it
// is still the host's to answer. A body that takes longer is handed on half-open.
import { describe } from "./describe.ts";
import { bridgeError } from "./errors.ts";

/** What one read of a body gives. */
export type BodyRead = Awaited<ReturnType<ReadableStreamDefaultReader<unknown>["read"]>>;

/** What a body gave at once. */
export type ReadAhead = { kind: "empty" } | WholeBody | OpenBody;

/** A body that ended by itself. */
export interface WholeBody {
  kind: "whole";
  chunks: Uint8Array[];
  /** Bytes of all chunks together. */
  length: number;
}

/** A body that goes on: what came so far, and where the rest comes from. */
export interface OpenBody {
  kind: "open";
  chunks: Uint8Array[];
  reader: ReadableStreamDefaultReader<unknown>;
  /** The read that is under way; its result comes before those of further reads. */
  pending: Promise<BodyRead> | undefined;
  /** Gives up the rest. Only the first call does something; it never throws. */
  cancel(reason?: unknown): void;
}

// A stream may be endless and always ready: what is collected has to be bounded. The first chunk is in memory
// anyway, whatever its size, so a string of 1 MiB is still whole.
const MOST_CHUNKS = 16;
const MOST_BYTES = 64 * 1024;

/**
 * Reads a response's body for one turn of the event loop.
 *
 * @param response Its body is locked afterwards.
 * @returns What the body gave.
 * @throws BridgeError `STARBRIDGE_RESPONSE_UNUSABLE` when the body was already read or is being read; the
 *   stream's own error when it failed within that turn.
 */
export function readAhead(response: Response): ReadAhead | Promise<ReadAhead> {
  const body = bodyOf(response);
  if (body === null) return { kind: "empty" };
  if (response.bodyUsed) {
    throw bridgeError("RESPONSE_UNUSABLE", { reason: "its body was already read." });
  }
  if (body.locked) {
    throw bridgeError("RESPONSE_UNUSABLE", { reason: "its body is being read by someone else." });
  }
  return collect(body.getReader(), response);
}

function collect(
  reader: ReadableStreamDefaultReader<unknown>,
  response: Response,
): Promise<ReadAhead> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    let reads = 0;
    let settled = false;
    let pending: Promise<BodyRead> | undefined;
    // Two: the first fires at the end of the turn we are in, the second a full turn later. Node 24 gives the
    // bytes of a Blob in memory from an immediate of its own, and a Blob's length shall be known too.
    let turn = setImmediate(() => {
      turn = setImmediate(leaveOpen);
    });
    pull();

    function pull(): void {
      pending = reader.read();
      pending.then(take, fail);
    }

    function take(result: BodyRead): void {
      if (settled) return;
      pending = undefined;
      if (result.done) {
        settle();
        resolve({ kind: "whole", chunks, length });
        return;
      }
      try {
        const chunk = toBytes(result.value);
        if (chunk.byteLength > 0) chunks.push(chunk);
        length += chunk.byteLength;
      } catch (error) {
        fail(error);
        cancelReader(reader, error, response);
        return;
      }
      reads++;
      if (reads >= MOST_CHUNKS || (reads > 1 && length > MOST_BYTES)) leaveOpen();
      else pull();
    }

    function fail(error: unknown): void {
      if (settled) return;
      settle();
      reject(error);
    }

    function leaveOpen(): void {
      settle();
      resolve({ kind: "open", chunks, reader, pending, cancel: cancelOnce(reader, response) });
    }

    function settle(): void {
      settled = true;
      clearImmediate(turn);
    }
  });
}

/**
 * A chunk of a response stream as bytes. Node's own writer takes strings, so streams of text work as well.
 *
 * @throws BridgeError `STARBRIDGE_UNSUPPORTED_CHUNK` for anything else.
 */
export function toBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === "string") return Buffer.from(chunk);
  if (ArrayBuffer.isView(chunk)) {
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
  // By its tag, not its class: it may come from another realm.
  const tag = Object.prototype.toString.call(chunk);
  if (tag === "[object ArrayBuffer]" || tag === "[object SharedArrayBuffer]") {
    return new Uint8Array(chunk as ArrayBuffer);
  }
  throw bridgeError("UNSUPPORTED_CHUNK", { actual: describe(chunk) });
}

/**
 * Gives up a response that is not sent. Never throws, never rejects; a body that somebody else reads is theirs.
 *
 * @param response The response.
 * @param reason What its stream's `cancel()` is told (an `AbortError`).
 */
export function cancelBody(response: Response, reason?: unknown): void {
  const body = bodyOf(response);
  if (body === null || body.locked || response.bodyUsed) return;
  cancelReader(body.getReader(), reason, response);
}

function cancelOnce(
  reader: ReadableStreamDefaultReader<unknown>,
  response: Response,
): (reason?: unknown) => void {
  let cancelled = false;
  return (reason) => {
    if (cancelled) return;
    cancelled = true;
    cancelReader(reader, reason, response);
  };
}

function cancelReader(
  reader: ReadableStreamDefaultReader<unknown>,
  reason: unknown,
  response: Response,
): void {
  if (isFormData(response)) {
    readToEnd(reader);
    return;
  }
  // Never without a reason: streams made of Node's would raise an error of their own.
  const why = reason ?? new DOMException("The response is not sent.", "AbortError");
  // The rejection is that of the user's own cancel(), or of a stream that had failed before.
  reader.cancel(why).catch(ignore);
}

// Since Node 24 an encoded FormData that is cancelled ends in an unhandled rejection inside Node
// ("ReadableStream is already closed"); it is in memory, so reading it costs little.
function readToEnd(reader: ReadableStreamDefaultReader<unknown>): void {
  reader.read().then((result) => {
    if (!result.done) readToEnd(reader);
  }, ignore);
}

function isFormData(response: Response): boolean {
  const type = response.headers.get("content-type");
  return type?.startsWith("multipart/form-data; boundary=----formdata-undici") ?? false;
}

// A Response of another library may carry a Node stream; every Node stream is async iterable.
function bodyOf(response: Response): ReadableStream<unknown> | null {
  const body: ReadableStream<unknown> | AsyncIterable<unknown> | null | undefined = response.body;
  if (body === null || body === undefined) return null;
  if ("getReader" in body && typeof body.getReader === "function") return body;
  return ReadableStream.from(body as AsyncIterable<unknown>);
}

function ignore(): void {}
