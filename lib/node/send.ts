// A Response to a Node response. Nothing is written before the body had one turn of the event loop: until then
// the length may become known, and every failure is the host's to answer.
import type { ServerResponse } from "node:http";
import { bridgeError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { consoleLogger } from "../log.ts";
import type { ReadAhead } from "../read-ahead.ts";
import { cancelBody } from "../read-ahead.ts";
import type { Soon } from "../soon.ts";
import { closeIfUnread } from "./drain.ts";
import type { AnswerHeaders } from "./headers.ts";
import { answerHeaders, mergeCookies, mergeVary } from "./headers.ts";
import type { NodeRequest, NodeResponse } from "./messages.ts";
import { http2Stream, isOver } from "./messages.ts";
import { readBody } from "./read-body.ts";
import { join, sendBytes } from "./send-plain.ts";
import { sendStream } from "./send-stream.ts";

const LATE = "A response stream failed after its head was sent; the connection was closed.";

const INTERNAL_ERROR = 2;

/** How an answer is sent. */
export interface SendOptions {
  /** The request (`res.req`). */
  req?: NodeRequest | undefined;
  /** Where a failure goes that comes too late for the client to be told (the console). */
  logger?: Logger | undefined;
}

/**
 * Sends a `Response` through a response of `node:http` or `node:http2`.
 *
 * What the host has set stays, except where the `Response` sets the same; cookies and `Vary` add up. If the
 * host has answered already, the body is cancelled and nothing else happens.
 *
 * @param res Node's response.
 * @param response The answer; its body is used up.
 * @param req Node's request (`res.req`).
 * @returns Settles when everything is handed to Node, or the client has left.
 * @throws BridgeError or the stream's own error, only while nothing was sent: the caller still owns `res`.
 */
export async function sendResponse(
  res: NodeResponse,
  response: Response,
  req?: NodeRequest,
): Promise<void> {
  await send(res, response, { req });
}

/** `sendResponse`, for bridges that have a logger. */
export async function send(
  res: NodeResponse,
  response: Response,
  options: SendOptions = {},
): Promise<void> {
  const req = options.req ?? (res as { req?: NodeRequest }).req;
  if (isAnswered(req, res)) {
    cancelBody(response);
    return;
  }
  const { status } = response;
  if (!(status >= 200 && status <= 599)) {
    cancelBody(response);
    throw bridgeError("RESPONSE_UNUSABLE", { reason: `its status is ${status}.` });
  }
  const headers = answerHeaders(response);
  const bodiless = status === 204 || status === 304 || status === 205;
  const head = req?.method === "HEAD";
  // A body that is not sent is looked at only for its length.
  const unwanted = bodiless || (head && headers.contentLength !== undefined);
  if (unwanted) cancelBody(response);
  const soon: Soon<ReadAhead> = unwanted ? { kind: "empty" } : readBody(response);
  const body = soon instanceof Promise ? await soon : soon;
  const length = knownLength(body, headers, status, head);
  if (isAnswered(req, res)) {
    if (body.kind === "open") body.cancel();
    return;
  }
  if (req) closeIfUnread(req, res);
  if (body.kind === "whole" && !head && sendBytes(res, response, headers, body)) return;
  writeHead(res, response, headers, length);
  if (body.kind === "open" && !head) {
    const logger = options.logger ?? consoleLogger;
    await sendStream(req, res, body, {
      declared: length,
      leave: () => body.cancel(),
      warn: (err) => logger.error({ err }, LATE),
      fail: () => cutOff(res),
    });
    return;
  }
  if (body.kind === "open") body.cancel();
  if (body.kind === "whole" && !head && body.length > 0) res.end(join(body.chunks));
  else res.end();
}

/** Somebody else has answered, or nobody is there any more. */
function isAnswered(req: NodeRequest | undefined, res: NodeResponse): boolean {
  return res.headersSent || res.writableEnded || isOver(req, res);
}

/**
 * The `Content-Length` to send; `undefined` where it is not known, or none belongs there.
 *
 * @throws BridgeError `STARBRIDGE_CONTENT_LENGTH_MISMATCH` when the declared one is already known to be wrong.
 */
function knownLength(
  body: ReadAhead,
  { contentLength: declared }: AnswerHeaders,
  status: number,
  head: boolean,
): number | undefined {
  if (status === 204) return undefined;
  if (status === 205) return 0;
  if (declared === undefined) {
    if (body.kind === "whole") return body.length;
    return body.kind === "empty" && !head && status !== 304 ? 0 : undefined;
  }
  const length = /^\d+$/.test(declared) ? Number(declared) : Number.NaN;
  // With HEAD and 304 it describes the body that GET would have.
  const there = head || status === 304 ? length : lengthSoFar(body);
  const fits = body.kind === "open" ? there <= length : there === length;
  if (!fits) {
    if (body.kind === "open") body.cancel();
    throw bridgeError("CONTENT_LENGTH_MISMATCH", { declared, actual: actualLength(body) });
  }
  return length;
}

function lengthSoFar(body: ReadAhead): number {
  if (body.kind === "empty") return 0;
  return body.chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
}

function actualLength(body: ReadAhead): number | string {
  const length = lengthSoFar(body);
  return body.kind === "open" ? `at least ${length}` : length;
}

/** Sets status and headers; each by itself, so that what the host has wrapped around `res` sees them. */
function writeHead(
  res: NodeResponse,
  response: Response,
  headers: AnswerHeaders,
  length: number | undefined,
): void {
  const before = { ...res.getHeaders() };
  try {
    for (let at = 0; at < headers.fields.length; at += 2) {
      const name = headers.fields[at] as string;
      const value = headers.fields[at + 1] as string;
      res.setHeader(name, name === "vary" ? mergeVary(res.getHeader(name), value) : value);
    }
    if (headers.cookies.length > 0) {
      res.setHeader("set-cookie", mergeCookies(res.getHeader("set-cookie"), headers.cookies));
    }
    if (length === undefined) {
      if (res.hasHeader("content-length")) res.removeHeader("content-length");
    } else {
      // Never both on the wire.
      if (res.hasHeader("transfer-encoding")) res.removeHeader("transfer-encoding");
      res.setHeader("content-length", length);
    }
    // HTTP/2 has no reason phrase, and warns about one.
    if (!http2Stream(res)) (res as ServerResponse).statusMessage = response.statusText;
    res.statusCode = response.status;
  } catch (error) {
    restoreHeaders(res, before);
    throw error;
  }
}

// Fetch lets characters pass that Node does not. The host then answers, with its own headers.
function restoreHeaders(res: NodeResponse, before: Record<string, unknown>): void {
  for (const name of res.getHeaderNames()) res.removeHeader(name);
  for (const [name, value] of Object.entries(before)) {
    if (value !== undefined) res.setHeader(name, value as string | string[]);
  }
}

function cutOff(res: NodeResponse): void {
  const stream = http2Stream(res);
  if (stream) stream.close(INTERNAL_ERROR);
  else (res as ServerResponse).destroy();
}
