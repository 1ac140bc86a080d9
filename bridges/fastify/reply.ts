// Response → reply.code/header/send, so that onSend, compress, cors, etag and pino see an answer like any other.
import { isUtf8 } from "node:buffer";
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { bridgeError } from "../../lib/errors.ts";
import type { AnswerHeaders } from "../../lib/node/headers.ts";
import { answerHeaders, mergeVary } from "../../lib/node/headers.ts";
import { isOver } from "../../lib/node/messages.ts";
import { readBody } from "../../lib/node/read-body.ts";
import { join } from "../../lib/node/send-plain.ts";
import { cancelBody } from "../../lib/read-ahead.ts";
import { addCookie, asItIs, isAsciiHead } from "./plain-reply.ts";
import { sendOpen } from "./body-stream.ts";

// What is text goes to Fastify as text, as a route of its own would give it: Node sends that in one piece with the
// head. Beyond this length the way through a string costs more than the second piece.
const MOST_AS_TEXT = 16 * 1024;
const TEXTUAL = /^(?:text\/|application\/(?:[^;]*\+)?json\b)/i;
const OTHER_CHARSET = /;\s*charset=(?!"?utf-8)/i;

/**
 * Gives an answer to Fastify.
 *
 * @returns When Fastify has it; sending goes on.
 * @throws What the body throws before its first byte, for Fastify's error handler.
 */
export async function sendReply(reply: FastifyReply, response: Response): Promise<void> {
  if (reply.sent || reply.raw.headersSent || isOver(reply.request.raw, reply.raw)) {
    cancelBody(response, new DOMException("The host had answered already.", "AbortError"));
    return;
  }
  const { status } = response;
  const isHead = reply.request.method === "HEAD";
  if (isHead || status === 204 || status === 205 || status === 304) {
    cancelBody(response, new DOMException("The response has no body.", "AbortError"));
    setHead(reply, response, answerHeaders(response));
    if (status === 205) reply.header("content-length", "0");
    reply.send();
    return;
  }
  const headers = answerHeaders(response);
  const soon = readBody(response);
  const body = soon instanceof Promise ? await soon : soon;
  const declared = headers.contentLength === undefined ? undefined : Number(headers.contentLength);
  if (body.kind === "open") {
    if (reply.sent || isOver(reply.request.raw, reply.raw)) {
      body.cancel(new DOMException("The client closed the connection.", "AbortError"));
      return;
    }
    setHead(reply, response, headers);
    sendOpen(reply, body, declared);
    return;
  }
  const length = body.kind === "whole" ? body.length : 0;
  if (declared !== undefined && declared !== length) {
    throw bridgeError("CONTENT_LENGTH_MISMATCH", { declared: String(declared), actual: length });
  }
  setHead(reply, response, headers);
  if (body.kind === "whole") {
    const isPlain = isAsciiHead(reply, response.statusText);
    sendBytes(reply, toBuffer(join(body.chunks)), isPlain);
  } else reply.send();
}

/** @param isPlain Whether the head is all ASCII. */
function sendBytes(reply: FastifyReply, bytes: Buffer, isPlain: boolean): void {
  const type = reply.getHeader("content-type");
  if (type === undefined) {
    // Of bytes without a type Fastify makes application/octet-stream; of a stream it makes nothing.
    reply.header("content-length", String(bytes.length));
    reply.send(Readable.from([bytes], { objectMode: false }));
  } else if (isPlain && bytes.length <= MOST_AS_TEXT && isText(String(type), bytes)) {
    reply.serializer(asItIs).send(bytes.toString());
  } else reply.send(bytes);
}

function isText(type: string, bytes: Buffer): boolean {
  return TEXTUAL.test(type) && !OTHER_CHARSET.test(type) && isUtf8(bytes);
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function setHead(
  reply: FastifyReply,
  response: Response,
  { fields, cookies, contentLength }: AnswerHeaders,
): void {
  reply.code(response.status);
  if (response.statusText !== "" && reply.request.raw.httpVersionMajor === 1) {
    reply.raw.statusMessage = response.statusText;
  }
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] as string;
    const value = fields[at + 1] as string;
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
