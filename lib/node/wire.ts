// The way to the client, for one streamed answer.
import { AsyncResource } from "node:async_hooks";
import { ServerResponse } from "node:http";
import type { NodeRequest, NodeResponse } from "./messages.ts";
import { isOver } from "./messages.ts";
import { onEnd } from "./signal.ts";

// What was good before a failure still goes out, to a client that takes it.
const LAST_CHUNKS_MS = 500;

// Chunks up to here wait for those that come in the same turn: Node would hold them back until its end anyway, but
// each in three pieces and with a promise of its own (1 µs for a line of text, 0.05 µs when they are joined).
const SMALL = 2048;
const MOST_JOINED = 16 * 1024;

// Bytes that may wait in Node for one client. Its own mark, 16 or 64 KiB, is a system call and a turn for each part of
// 64 KiB: four for a megabyte instead of 16, a tenth of the whole.
const MOST_WAITING = 256 * 1024;

const { write } = ServerResponse.prototype;

export class Wire {
  /** The client left, or the host ended the answer. */
  isClosed = false;
  /** The client has to take what it has before it gets more: `ready()` tells when. */
  isFull = false;
  readonly #res: ServerResponse;
  readonly #onClose: () => void;
  // The host's AsyncLocalStorage is visible in the cancel() of a stream.
  readonly #scope = new AsyncResource("StarbridgeAnswer");
  readonly #unlisten: () => void;
  /** Whoever has wrapped `write` sees every chunk by itself. */
  readonly #joins: boolean;
  #joined: Uint8Array[] = [];
  #joinedBytes = 0;
  #unwritten = 0;
  #wake: (() => void) | undefined;

  constructor(req: NodeRequest | undefined, res: NodeResponse, onClose: () => void) {
    // What is used here, HTTP/2 has as well.
    this.#res = res as ServerResponse;
    this.#onClose = onClose;
    this.#joins = res instanceof ServerResponse && res.write === write;
    this.#unlisten = onEnd(req, res, () => this.#close());
    // One listener for all chunks: compression hands on what `on` is given, and not what `off` takes back.
    this.#res.on("drain", this.#drained);
    // A write that meets a closed connection; the end of the response tells us.
    this.#res.on("error", ignore);
    if (isOver(req, res)) this.#close();
  }

  flushHead(): void {
    this.#res.flushHeaders();
  }

  /** Writes a chunk; not to be called while the way is full. */
  write(chunk: Uint8Array): void {
    if (this.#res.writableEnded) this.#close();
    const length = chunk.byteLength;
    if (this.isClosed || length === 0) return;
    if (!this.#joins || length > SMALL) {
      this.#flush();
      this.#write(chunk);
      return;
    }
    if (this.#joinedBytes === 0) process.nextTick(this.#flush);
    this.#joined.push(chunk);
    this.#joinedBytes += length;
    if (this.#joinedBytes >= MOST_JOINED) this.#flush();
  }

  /** Waits until the client wants more. @returns Whether it ever will. */
  async ready(): Promise<boolean> {
    while (this.isFull && !this.isClosed) await this.#sleep();
    return !this.isClosed;
  }

  end(): void {
    this.#flush();
    this.#res.end();
  }

  /** Waits until everything has left, for a while. */
  async written(): Promise<void> {
    this.#flush();
    const timer = setTimeout(this.#awake, LAST_CHUNKS_MS);
    const until = performance.now() + LAST_CHUNKS_MS;
    while (this.#unwritten > 0 && !this.isClosed && performance.now() < until) await this.#sleep();
    clearTimeout(timer);
  }

  release(): void {
    this.#unlisten();
    this.#res.off("drain", this.#drained);
  }

  #write(chunk: Uint8Array): void {
    const res = this.#res;
    this.#unwritten++;
    if (!res.write(chunk, this.#onWritten)) {
      this.isFull = !this.#joins || res.writableLength >= MOST_WAITING;
    }
    // Compression holds chunks back. Only its own flush() is meant: Node's is deprecated.
    if (Object.hasOwn(res, "flush")) (res as unknown as { flush(): void }).flush();
  }

  readonly #flush = (): void => {
    if (this.#joinedBytes === 0) return;
    const chunks = this.#joined;
    const [first] = chunks;
    const isOne = first !== undefined && chunks.length === 1;
    const bytes = isOne ? first : Buffer.concat(chunks, this.#joinedBytes);
    this.#joined = [];
    this.#joinedBytes = 0;
    if (this.#res.writableEnded) this.#close();
    if (!this.isClosed) this.#write(bytes);
  };

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  readonly #awake = (): void => {
    this.#wake?.();
    this.#wake = undefined;
  };

  readonly #drained = (): void => {
    this.isFull = false;
    this.#awake();
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

function ignore(): void {}
