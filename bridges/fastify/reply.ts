// Response → reply.code/header/send, so that onSend, compress, cors, etag and pino see an answer like any other.
import { AsyncResource } from "node:async_hooks";
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { bridgeError } from "../../lib/errors.ts";
import { http2Stream } from "../../lib/node/messages.ts";
import { answerHeaders, mergeVary } from "../../lib/node/headers.ts";
import type { OpenBody } from "../../lib/read-ahead.ts";
import { cancelBody, readAhead, toBytes } from "../../lib/read-ahead.ts";
import { addCookie } from "./plain-reply.ts";

/**
 * Gives an answer to Fastify.
 *
 * @returns When Fastify has it; sending goes on.
 * @throws What the body throws before its first byte, for Fastify's error handler.
 */
export async function sendReply(reply: FastifyReply, response: Response): Promise<void> {
  if (reply.sent || reply.raw.headersSent || reply.raw.destroyed) {
    cancelBody(response, new DOMException("The host had answered already.", "AbortError"));
    return;
  }
  const { status } = response;
  const isHead = reply.request.method === "HEAD";
  if (isHead || status === 204 || status === 205 || status === 304) {
    cancelBody(response, new DOMException("The response has no body.", "AbortError"));
    setHead(reply, response);
    if (status === 205) reply.header("content-length", "0");
    reply.send();
    return;
  }
  const ahead = readAhead(response);
  const body = ahead instanceof Promise ? await ahead : ahead;
  if (body.kind === "open") {
    if (reply.sent || reply.raw.destroyed) {
      body.cancel(new DOMException("The client closed the connection.", "AbortError"));
      return;
    }
    setHead(reply, response);
    sendOpen(reply, body, declaredLength(response));
    return;
  }
  const bytes = body.kind === "whole" ? Buffer.concat(body.chunks) : undefined;
  const length = bytes?.length ?? 0;
  const declared = declaredLength(response);
  if (declared !== undefined && declared !== length) {
    throw bridgeError("CONTENT_LENGTH_MISMATCH", { declared: String(declared), actual: length });
  }
  setHead(reply, response);
  if (bytes === undefined) {
    reply.send();
  } else if (response.headers.has("content-type") || reply.hasHeader("content-type")) {
    reply.send(bytes);
  } else {
    // Of bytes without a type Fastify makes application/octet-stream; of a stream it makes nothing.
    reply.header("content-length", String(length));
    reply.send(Readable.from([bytes], { objectMode: false }));
  }
}

function setHead(reply: FastifyReply, response: Response): void {
  reply.code(response.status);
  if (response.statusText !== "" && reply.request.raw.httpVersionMajor === 1) {
    reply.raw.statusMessage = response.statusText;
  }
  const { fields, cookies, contentLength } = answerHeaders(response);
  for (const [name, value] of fields) {
    const merged = name === "vary" ? mergeVary(before(reply, name), value) : value;
    reply.header(name, merged);
  }
  if (contentLength !== undefined) reply.header("content-length", contentLength);
  for (const cookie of cookies) addCookie(reply, cookie);
}

/** What the host has set so far, on the reply or on the raw response. */
function before(reply: FastifyReply, name: string): ReturnType<FastifyReply["getHeader"]> {
  return reply.getHeader(name) ?? reply.raw.getHeader(name);
}

function declaredLength(response: Response): number | undefined {
  const declared = response.headers.get("content-length");
  return declared === null ? undefined : Number(declared);
}

const INTERNAL_ERROR = 2;

/** A stream goes out chunk by chunk; it has had its turn of the event loop, so the head goes at once. */
function sendOpen(reply: FastifyReply, body: OpenBody, declared: number | undefined): void {
  const { raw } = reply;
  raw.once("pipe", () => {
    if (!raw.headersSent) raw.flushHeaders();
  });
  const stream = new BodyStream(body, declared);
  // Fastify ends a broken answer on HTTP/2 as if it were complete; a reset tells the client.
  stream.once("error", () => {
    if (raw.headersSent) http2Stream(raw)?.close(INTERNAL_ERROR);
  });
  reply.send(stream);
}

/** The rest of a body as Node's stream: pulled when the socket takes more, cancelled once when it closes. */
class BodyStream extends Readable {
  readonly #body: OpenBody;
  readonly #declared: number | undefined;
  readonly #scope = new AsyncResource("StarbridgeBody");
  #sent = 0;
  #isEnded = false;

  constructor(body: OpenBody, declared: number | undefined) {
    super();
    this.#body = body;
    this.#declared = declared;
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
    if (!this.#isEnded) {
      this.#body.cancel(
        error ?? new DOMException("The client closed the connection.", "AbortError"),
      );
    }
    callback(error);
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
