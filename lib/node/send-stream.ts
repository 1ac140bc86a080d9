// A body that is still being made, to a Node response: as fast as the client takes it, and no further.
import { bridgeError } from "../errors.ts";
import type { OpenBody } from "../read-ahead.ts";
import { toBytes } from "../read-ahead.ts";
import type { NodeRequest, NodeResponse } from "./messages.ts";
import { Wire } from "./wire.ts";

/** What is known of a stream before it is sent, and whom its end concerns. */
export interface StreamOptions {
  /** The `Content-Length` that went out, or is about to. */
  declared: number | undefined;
  /** The client left, or the host ended the answer. */
  leave(): void;
  /** The stream came to its end; that of the answer follows, unless this says no. */
  complete?(): boolean;
  /** The stream has failed: for the log, at once. */
  warn?(error: unknown): void;
  /** Cuts the answer off; what was good before the failure has left by then. */
  fail(error: unknown): void;
}

// A stream that is always ready never leaves the microtask queue: others have their turn after a while. Every so many
// chunks the clock is looked at: a turn costs as much as ten tiny chunks.
const CHUNKS_PER_LOOK = 16;
const MOST_MS_PER_TURN = 1;

/**
 * Writes the head and the rest of a body. A failure ends the connection, so that the client can tell it from a
 * complete answer; nobody else can be told any more.
 *
 * @returns Settles when the end is handed to Node, or the client has left.
 */
export async function sendStream(
  req: NodeRequest | undefined,
  res: NodeResponse,
  body: OpenBody,
  options: StreamOptions,
): Promise<void> {
  const wire = new Wire(req, res, options.leave);
  try {
    const complete = await pump(wire, body, options.declared);
    if (complete && options.complete?.() !== false) wire.end();
  } catch (error) {
    if (wire.isClosed) return;
    body.cancel(error);
    options.warn?.(error);
    await wire.written();
    options.fail(error);
  } finally {
    wire.release();
  }
}

/** @returns Whether the body came to its end; `false` when the client left, or the host ended the answer. */
async function pump(wire: Wire, body: OpenBody, declared: number | undefined): Promise<boolean> {
  let rest = declared;
  let reads = 0;
  let begin = performance.now();
  if (body.chunks.length === 0) wire.flushHead();
  for (const chunk of body.chunks) {
    if (rest !== undefined) rest -= chunk.byteLength;
    if (wire.isFull && !(await wire.ready())) return false;
    wire.write(chunk);
  }
  for (;;) {
    const result = await (body.pending ?? body.reader.read());
    body.pending = undefined;
    if (wire.isClosed) return false;
    if (result.done) break;
    const chunk = toBytes(result.value);
    if (rest !== undefined) {
      rest -= chunk.byteLength;
      if (rest < 0) throw mismatch(declared, "more");
    }
    // After the read: an end that is there already goes out with the last chunk.
    if (wire.isFull && !(await wire.ready())) return false;
    wire.write(chunk);
    reads++;
    if (reads % CHUNKS_PER_LOOK === 0 && performance.now() - begin > MOST_MS_PER_TURN) {
      await new Promise((resolve) => setImmediate(resolve));
      begin = performance.now();
    }
  }
  if (rest !== undefined && rest > 0) throw mismatch(declared, "fewer");
  return true;
}

function mismatch(declared: number | undefined, actual: string): Error {
  return bridgeError("CONTENT_LENGTH_MISMATCH", { declared: String(declared), actual });
}
