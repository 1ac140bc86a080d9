// A body that is still being made, to a Node response: as fast as the client takes it, and no further.
import { AsyncResource } from "node:async_hooks";
import type { ServerResponse } from "node:http";
import { bridgeError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { OpenBody } from "../read-ahead.ts";
import { toBytes } from "../read-ahead.ts";
import type { NodeRequest, NodeResponse } from "./messages.ts";
import { http2Stream, isOver } from "./messages.ts";
import { onEnd } from "./signal.ts";

/** What is known of a stream before it is sent. */
export interface StreamOptions {
  /** The `Content-Length` that went out, or is about to. */
  declared: number | undefined;
  logger: Logger;
}

// A stream that is always ready never leaves the microtask queue: after this many chunks others have their turn.
const CHUNKS_PER_TURN = 16;

// What was good before a failure still goes out, to a client that takes it.
const LAST_CHUNKS_MS = 500;

const INTERNAL_ERROR = 2;

/**
 * Writes the head and the rest of a body. A failure ends the connection, so that the client can tell it from a
 * complete answer; it is logged, for nobody else can be told any more.
 *
 * @returns Settles when the end is handed to Node, or the client has left.
 */
export async function sendStream(
  req: NodeRequest | undefined,
  res: NodeResponse,
  body: OpenBody,
  { declared, logger }: StreamOptions,
): Promise<void> {
  const wire = new Wire(req, res, () => body.cancel());
  try {
    const complete = await pump(wire, body, declared);
    if (complete) res.end();
  } catch (error) {
    if (wire.isClosed) return;
    body.cancel(error);
    logger.error(
      { err: error },
      "A response stream failed after its head was sent; the connection was closed.",
    );
    await wire.written();
    cutOff(res);
  } finally {
    wire.release();
  }
}

/** @returns Whether the body came to its end; `false` when the client left, or the host ended the answer. */
async function pump(wire: Wire, body: OpenBody, declared: number | undefined): Promise<boolean> {
  let rest = declared;
  let burst = 0;
  if (body.chunks.length === 0) wire.flushHead();
  for (const chunk of body.chunks) {
    if (rest !== undefined) rest -= chunk.byteLength;
    if (!(await wire.write(chunk))) return false;
  }
  for (;;) {
    const result = await (body.pending ?? body.reader.read());
    body.pending = undefined;
    if (wire.isClosed) return false;
    if (result.done) break;
    const chunk = toBytes(result.value);
    if (rest !== undefined) rest -= chunk.byteLength;
    if (rest !== undefined && rest < 0) throw mismatch(declared, "more");
    if (!(await wire.write(chunk))) return false;
    burst++;
    if (burst % CHUNKS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  if (rest !== undefined && rest > 0) throw mismatch(declared, "fewer");
  return true;
}

function mismatch(declared: number | undefined, actual: string): Error {
  return bridgeError("CONTENT_LENGTH_MISMATCH", { declared: String(declared), actual });
}

/** The way to the client, for one streamed answer. */
class Wire {
  /** The client left, or the host ended the answer. */
  isClosed = false;
  readonly #res: ServerResponse;
  readonly #onClose: () => void;
  // The host's AsyncLocalStorage is visible in the cancel() of a stream.
  readonly #scope = new AsyncResource("StarbridgeAnswer");
  #unlisten: () => void;
  #unwritten = 0;
  #wake: (() => void) | undefined;

  constructor(req: NodeRequest | undefined, res: NodeResponse, onClose: () => void) {
    // What is used here, HTTP/2 has as well.
    this.#res = res as ServerResponse;
    this.#onClose = onClose;
    this.#unlisten = onEnd(req, res, () => this.#close());
    // One listener for all chunks: compression hands on what `on` is given, and not what `off` takes back.
    this.#res.on("drain", this.#awake);
    // A write that meets a closed connection; the end of the response tells us.
    this.#res.on("error", ignore);
    if (isOver(req, res)) this.#close();
  }

  flushHead(): void {
    this.#res.flushHeaders();
  }

  /**
   * Writes a chunk, and waits until the client wants more.
   *
   * @returns Whether it does.
   */
  async write(chunk: Uint8Array): Promise<boolean> {
    const res = this.#res;
    if (res.writableEnded) this.#close();
    if (this.isClosed) return false;
    if (chunk.byteLength === 0) return true;
    this.#unwritten++;
    const wantsMore = res.write(chunk, this.#onWritten);
    // Compression holds chunks back. Only its own flush() is meant: Node's is deprecated.
    if (Object.hasOwn(res, "flush")) (res as unknown as { flush(): void }).flush();
    if (!wantsMore && !this.isClosed) await this.#sleep();
    return !this.isClosed;
  }

  /** Waits until everything has left, for a while. */
  async written(): Promise<void> {
    const timer = setTimeout(this.#awake, LAST_CHUNKS_MS);
    const until = performance.now() + LAST_CHUNKS_MS;
    while (this.#unwritten > 0 && !this.isClosed && performance.now() < until) await this.#sleep();
    clearTimeout(timer);
  }

  release(): void {
    this.#unlisten();
    this.#res.off("drain", this.#awake);
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  readonly #awake = (): void => {
    this.#wake?.();
    this.#wake = undefined;
  };

  readonly #onWritten = (): void => {
    this.#unwritten--;
    if (this.#unwritten === 0) this.#awake();
  };

  #close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#scope.runInAsyncScope(this.#onClose);
    this.#awake();
  }
}

function cutOff(res: NodeResponse): void {
  const stream = http2Stream(res);
  if (stream) stream.close(INTERNAL_ERROR);
  else (res as ServerResponse).destroy();
}

function ignore(): void {}
