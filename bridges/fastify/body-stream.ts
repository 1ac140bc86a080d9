// The rest of a body as the Node stream that Fastify takes. Where nobody stands between it and the socket, what it is
// made of goes straight there.
import { AsyncResource } from "node:async_hooks";
import { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { bridgeError } from "../../lib/errors.ts";
import { http2Stream } from "../../lib/node/messages.ts";
import { sendStream } from "../../lib/node/send-stream.ts";
import { onEnd } from "../../lib/node/signal.ts";
import type { OpenBody } from "../../lib/read-ahead.ts";
import { toBytes } from "../../lib/read-ahead.ts";

const INTERNAL_ERROR = 2;

/** A stream goes out chunk by chunk; it has had its turn of the event loop, so the head goes at once. */
export function sendOpen(reply: FastifyReply, body: OpenBody, declared: number | undefined): void {
  const { raw } = reply;
  const flushHead = () => {
    if (!raw.headersSent) raw.flushHeaders();
  };
  raw.once("pipe", flushHead);
  const stream = new BodyStream(body, declared, (destination) => {
    if (destination !== raw || !(destination instanceof ServerResponse)) return undefined;
    // The head goes with the first chunk, where there is one.
    raw.off("pipe", flushHead);
    return destination;
  });
  // Fastify ends a broken answer on HTTP/2 as if it were complete; a reset tells the client.
  stream.once("error", () => {
    if (raw.headersSent) http2Stream(raw)?.close(INTERNAL_ERROR);
  });
  // One that Fastify never pipes (a hook has failed), or that waits behind others on a pipelined connection, would not hear
  // that its client has left.
  onEnd(reply.request.raw, raw, () => void stream.destroy());
  reply.send(stream);
}

/** Pulled when the socket takes more, cancelled once when it closes. */
class BodyStream extends Readable {
  readonly #body: OpenBody;
  readonly #declared: number | undefined;
  readonly #asResponse: (destination: object) => ServerResponse | undefined;
  readonly #scope = new AsyncResource("StarbridgeBody");
  #sent = 0;
  #isEnded = false;

  /** @param asResponse Gives the response that it may be sent to without detours, if it is one. */
  constructor(
    body: OpenBody,
    declared: number | undefined,
    asResponse: (destination: object) => ServerResponse | undefined,
  ) {
    super();
    this.#body = body;
    this.#declared = declared;
    this.#asResponse = asResponse;
  }

  // Through the queue of a Readable each chunk took a turn of its own, and a write to the socket: 5 µs for a line of
  // text instead of 0.5.
  override pipe<Destination extends NodeJS.WritableStream>(
    destination: Destination,
    options?: { end?: boolean },
  ): Destination {
    const isUntouched = this.readableFlowing === null && this.listenerCount("readable") === 0;
    const response = isUntouched && !options ? this.#asResponse(destination) : undefined;
    if (response === undefined) return super.pipe(destination, options);
    response.emit("pipe", this);
    this.#scope.runInAsyncScope(() => this.#sendTo(response));
    return destination;
  }

  override _read(): void {
    const chunk = this.#body.chunks.shift();
    if (chunk !== undefined) {
      this.#give(chunk);
      return;
    }
    const pending = this.#body.pending;
    this.#body.pending = undefined;
    const read = pending ?? this.#scope.runInAsyncScope(() => this.#body.reader.read());
    read.then(
      (result) => {
        if (result.done) this.#finish();
        else this.#take(result.value);
      },
      (error: unknown) => {
        this.#isEnded = true;
        this.destroy(error as Error);
      },
    );
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (!this.#isEnded) this.#body.cancel(error ?? clientLeft());
    callback(error);
  }

  #sendTo(response: ServerResponse): void {
    void sendStream(response.req, response, this.#body, {
      declared: this.#declared,
      leave: () => this.#body.cancel(clientLeft()),
      // Before the response ends: Fastify takes a stream that is closed without its end for a broken one.
      complete: () => {
        // A read ends, too, when somebody has destroyed this stream, and thereby cancelled the body.
        if (this.destroyed) return false;
        this.#isEnded = true;
        this.push(null);
        this.read();
        return true;
      },
      fail: (error) => this.destroy(error as Error),
    });
  }

  #take(value: unknown): void {
    try {
      const chunk = toBytes(value);
      // An empty chunk would end the stream's reading.
      if (chunk.byteLength === 0) this._read();
      else this.#give(chunk);
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  #give(chunk: Uint8Array): void {
    this.#sent += chunk.byteLength;
    if (this.#declared !== undefined && this.#sent > this.#declared) this.#mismatch();
    else this.push(chunk);
  }

  #finish(): void {
    this.#isEnded = true;
    if (this.#declared !== undefined && this.#sent !== this.#declared) this.#mismatch();
    else this.push(null);
  }

  #mismatch(): void {
    const details = { declared: String(this.#declared), actual: this.#sent };
    this.destroy(bridgeError("CONTENT_LENGTH_MISMATCH", details));
  }
}

function clientLeft(): DOMException {
  return new DOMException("The client closed the connection.", "AbortError");
}
