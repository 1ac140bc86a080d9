// The short way of an answer that nobody has looked into: no stream, no promise, one write for head and body.
import { ServerResponse, validateHeaderValue } from "node:http";
import type { WholeBody } from "../read-ahead.ts";
import type { HeaderList } from "../web/header-list.ts";
import { isPlain, plainBody, plainHeaders, takeBody } from "../web/response.ts";
import { closeIfUnread } from "./drain.ts";
import type { AnswerHeaders } from "./headers.ts";
import { mergeCookies, mergeVary } from "./headers.ts";
import type { NodeRequest, NodeResponse } from "./messages.ts";
import { isOver } from "./messages.ts";

// What belongs to one connection, or has to be held against the body: `send` does that.
const NOT_PLAIN: ReadonlySet<string> = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

// Bytes up to here are cheaper copied behind the head than sent as a second buffer.
const MOST_JOINED = 16 * 1024;

const { end, setHeader, writeHead } = ServerResponse.prototype;

/**
 * Sends an answer that is still what it was made of.
 *
 * @returns Whether it is sent; if not, nothing has happened, and `send` has to do it.
 */
export function sendPlain(req: NodeRequest, res: NodeResponse, response: Response): boolean {
  if (!isPlain(response) || !(res instanceof ServerResponse) || !isUntouched(res)) return false;
  const list = plainHeaders(response);
  const body = plainBody(response);
  if (body instanceof ReadableStream || !isSimple(list)) return false;
  const { status } = response;
  if (status === 204 || status === 205 || status === 304 || req.method === "HEAD") return false;
  if (isOver(req, res) || res.hasHeader("transfer-encoding")) return false;
  closeIfUnread(req, res);
  takeBody(response);
  const { data, encoding, length } = toWire(body);
  res.statusMessage = response.statusText;
  writeHeaders(res, status, list, length);
  res.end(data, encoding);
  return true;
}

/**
 * Sends the bytes of an answer in one write with its head, where nothing speaks against it.
 *
 * @param headers Without `Content-Length`.
 * @returns Whether they are sent; if not, nothing has happened.
 * @throws What Node says of a header value that Fetch lets pass.
 */
export function sendBytes(
  res: NodeResponse,
  { status, statusText }: Response,
  { fields, cookies }: AnswerHeaders,
  { chunks, length }: WholeBody,
): boolean {
  if (!(res instanceof ServerResponse) || !isUntouched(res)) return false;
  if (res.hasHeader("transfer-encoding")) return false;
  for (let at = 0; at < fields.length; at += 2) {
    validateHeaderValue(fields[at] as string, fields[at + 1] as string);
  }
  const list: HeaderList = fields.slice();
  for (const cookie of cookies) {
    validateHeaderValue("set-cookie", cookie);
    list.push("set-cookie", cookie);
  }
  const { data, encoding } = toWire(join(chunks));
  res.statusMessage = statusText;
  writeHeaders(res, status, list, length);
  res.end(data, encoding);
  return true;
}

/** The bytes of several chunks; of one, those very bytes. */
export function join(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
}

/** Whoever has wrapped one of these expects to be called the way he knows: that of `send`. */
function isUntouched(res: ServerResponse): boolean {
  return (
    res.end === end &&
    res.writeHead === writeHead &&
    res.setHeader === setHeader &&
    !res.headersSent &&
    !res.writableEnded
  );
}

/** Whether headers can go out as they are. */
export function isSimple(list: HeaderList): boolean {
  for (let at = 0; at < list.length; at += 2) {
    const name = list[at] as string;
    if (NOT_PLAIN.has(name) || name.startsWith("proxy-")) return false;
  }
  return true;
}

interface Wire {
  data: string | Uint8Array;
  encoding: "latin1";
  /** Bytes. */
  length: number;
}

// Text goes out together with the head, in one buffer; bytes would go in a second one. What is ASCII need not be
// encoded, and Latin 1 carries any bytes. Never as UTF-8: Node would write the values of the headers as UTF-8, too.
function toWire(body: string | Uint8Array | null): Wire {
  if (body === null) return { data: "", encoding: "latin1", length: 0 };
  if (typeof body === "string") {
    const length = Buffer.byteLength(body);
    if (length === body.length) return { data: body, encoding: "latin1", length };
    return toWire(Buffer.from(body));
  }
  const length = body.byteLength;
  const bytes = Buffer.from(body.buffer, body.byteOffset, length);
  return {
    data: length > MOST_JOINED ? bytes : bytes.toString("latin1"),
    encoding: "latin1",
    length,
  };
}

/** Without headers of the host a flat list is all that Node needs; with some, each has to meet its like. */
function writeHeaders(res: ServerResponse, status: number, list: HeaderList, length: number): void {
  if (res.getHeaderNames().length === 0) {
    res.writeHead(status, [...list, "content-length", String(length)]);
    return;
  }
  for (let at = 0; at < list.length; at += 2) {
    const name = list[at] as string;
    const value = list[at + 1] as string;
    // Not appendHeader(): it writes into the very list that the host has set, which may be everybody's.
    if (name === "set-cookie") res.setHeader(name, mergeCookies(res.getHeader(name), [value]));
    else if (name === "vary") res.setHeader(name, mergeVary(res.getHeader(name), value));
    else res.setHeader(name, value);
  }
  res.setHeader("content-length", length);
  res.statusCode = status;
}
