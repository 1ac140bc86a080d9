// The short way of an answer that nobody has looked into, through the reply all the same.
import type { FastifyReply } from "fastify";
import { closeIfUnread } from "../../lib/node/drain.ts";
import { mergeCookies, mergeVary } from "../../lib/node/headers.ts";
import { isSimple } from "../../lib/node/send-plain.ts";
import type { HeaderList } from "../../lib/web/header-list.ts";
import { indexOfHeader } from "../../lib/web/header-list.ts";
import { isPlain, plainBody, plainHeaders, takeBody } from "../../lib/web/response.ts";

/**
 * Gives an answer to Fastify that is still what it was made of.
 *
 * @returns Whether Fastify has it; if not, nothing has happened, and `sendReply` has to do it.
 */
export function sendPlainReply(reply: FastifyReply, response: Response): boolean {
  if (!isPlain(response) || reply.sent || reply.raw.headersSent || reply.raw.destroyed)
    return false;
  const list = plainHeaders(response);
  const body = plainBody(response);
  if (list === undefined || body instanceof ReadableStream || !isSimple(list)) return false;
  const { status, statusText } = response;
  if (status === 204 || status === 205 || status === 304) return false;
  if (reply.request.method === "HEAD") return false;
  // To what has no type, Fastify gives one.
  if (body !== null && indexOfHeader(list, "content-type") === -1) return false;
  closeIfUnread(reply.request.raw, reply.raw);
  takeBody(response);
  // Before ours are among the host's: most apps have set none, and Fastify makes a copy of all it has.
  const isAscii = typeof body === "string" && isAsciiList(list) && isAsciiHead(reply, statusText);
  reply.code(status);
  if (statusText !== "" && reply.request.raw.httpVersionMajor === 1) {
    reply.raw.statusMessage = statusText;
  }
  setHeaders(reply, list);
  if (body === null) {
    reply.send();
  } else if (typeof body !== "string") {
    reply.send(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  } else if (isAscii) {
    reply.serializer(asItIs).send(body);
  } else {
    reply.send(Buffer.from(body));
  }
  return true;
}

/**
 * Whether head and text may go out in one piece: Node writes that as UTF-8, the values of all headers with it, the
 * host's too.
 */
export function isAsciiHead(reply: FastifyReply, statusText: string): boolean {
  if (BEYOND_ASCII.test(statusText)) return false;
  const headers: Record<string, unknown> = reply.getHeaders();
  for (const name in headers) {
    const value = headers[name];
    if (BEYOND_ASCII.test(typeof value === "string" ? value : String(value))) return false;
  }
  return true;
}

function isAsciiList(list: HeaderList): boolean {
  for (let at = 1; at < list.length; at += 2) {
    if (BEYOND_ASCII.test(list[at] as string)) return false;
  }
  return true;
}

const BEYOND_ASCII = /[\x80-\xff]/;

/** The serializer for what is text already: without it Fastify would add a charset to a JSON type. */
export function asItIs(payload: unknown): string {
  return payload as string;
}

function setHeaders(reply: FastifyReply, list: HeaderList): void {
  for (let at = 0; at < list.length; at += 2) {
    const name = list[at] as string;
    const value = list[at + 1] as string;
    if (name === "set-cookie") addCookie(reply, value);
    else if (name === "vary") {
      reply.header(name, mergeVary(reply.getHeader(name) ?? reply.raw.getHeader(name), value));
    } else reply.header(name, value);
  }
}

/** Fastify appends to the cookies on the reply; those that a connect middleware set stand on the raw response. */
export function addCookie(reply: FastifyReply, value: string): void {
  const raw = reply.raw.getHeader("set-cookie");
  const isOnlyRaw = raw !== undefined && reply.getHeader("set-cookie") === raw;
  for (const cookie of mergeCookies(isOnlyRaw ? raw : undefined, [value])) {
    reply.header("set-cookie", cookie);
  }
}
