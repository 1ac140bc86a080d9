// Requests as bytes, in HTTP/1.1 or HTTP/2, one character per byte: so that a client can leave after any of them.
import type { FaultHost } from "./_host-names.ts";
import { isHttp2 } from "./_host-names.ts";

const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const WINDOW_UPDATE = 8;
const WINDOW = 2 ** 31 - 1;
const END_STREAM = 1;
const END_HEADERS = 4;

/** A request in words that fit both. */
export interface Wish {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  /** What is announced as the length; the body comes with `body`, or later. */
  length?: number;
  body?: string;
}

export interface Dialect {
  /** What a connection begins with. */
  preface: string;
  /** A request; `index` is its number on the connection, from 0. */
  request(wish: Wish, index: number): string;
  /** More of a body. */
  body(bytes: string, index: number): string;
  /** Whether the head of an answer is there. */
  hasHead(received: string, index: number): boolean;
  /** Whether an answer is there to its end. */
  isWhole(received: string, index: number): boolean;
  /** Whether an answer was broken off, and its connection goes on. */
  isReset(received: string, index: number): boolean;
}

export function dialectOf(host: FaultHost): Dialect {
  return isHttp2(host) ? http2 : http1;
}

const http1: Dialect = {
  preface: "",
  request({ method = "GET", path, headers = {}, length, body = "" }) {
    const announced = length ?? (method === "POST" ? body.length : undefined);
    const fields = { host: "h.test", ...bodyFields(announced), ...headers };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
  },
  body: (bytes) => bytes,
  hasHead: (received) => received.includes("\r\n\r\n"),
  isWhole(received) {
    const head = received.indexOf("\r\n\r\n");
    if (head < 0) return false;
    const length = /\r\ncontent-length: (\d+)/i.exec(received.slice(0, head + 2));
    if (length) return received.length >= head + 4 + Number(length[1]);
    return received.endsWith("\r\n0\r\n\r\n");
  },
  isReset: () => false,
};

const http2: Dialect = {
  // With windows so large that only the connection itself holds an answer back.
  preface: `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${frame(SETTINGS, 0, 0, uint(4, 2) + uint(WINDOW, 4))}${frame(WINDOW_UPDATE, 0, 0, uint(WINDOW - 65_535, 4))}`,
  request({ method = "GET", path, headers = {}, length, body = "" }, index) {
    const announced = length ?? (method === "POST" ? body.length : undefined);
    const pseudo = { ":method": method, ":scheme": "http", ":authority": "h.test", ":path": path };
    const fields = { ...pseudo, ...bodyFields(announced), ...headers };
    const block = Object.entries(fields).map(([name, value]) => field(name, value));
    const ends = (announced ?? 0) === 0;
    const flags = END_HEADERS | (ends ? END_STREAM : 0);
    const head = frame(HEADERS, flags, streamId(index), block.join(""));
    if (body === "") return head;
    const isWhole = body.length === announced;
    return head + frame(DATA, isWhole ? END_STREAM : 0, streamId(index), body);
  },
  body: (bytes, index) => frame(DATA, 0, streamId(index), bytes),
  hasHead: (received, index) => framesOf(received, index).some(({ type }) => type === HEADERS),
  isWhole: (received, index) =>
    framesOf(received, index).some(
      ({ type, flags }) => (type === DATA || type === HEADERS) && (flags & END_STREAM) > 0,
    ),
  isReset: (received, index) => framesOf(received, index).some(({ type }) => type === RST_STREAM),
};

/** The frame that resets a request of HTTP/2. */
export function resetFrame(index: number, code: number): string {
  return frame(RST_STREAM, 0, streamId(index), uint(code, 4));
}

function bodyFields(length: number | undefined): Record<string, string> {
  if (length === undefined) return {};
  return { "content-type": "application/octet-stream", "content-length": String(length) };
}

function streamId(index: number): number {
  return index * 2 + 1;
}

function frame(type: number, flags: number, stream: number, payload: string): string {
  return uint(payload.length, 3) + uint(type, 1) + uint(flags, 1) + uint(stream, 4) + payload;
}

function uint(value: number, size: number): string {
  const bytes = Array.from(
    { length: size },
    (_, index) => (value >>> (8 * (size - 1 - index))) & 255,
  );
  return String.fromCharCode(...bytes);
}

/** A header field that enters no table (RFC 7541, 6.2.2), without Huffman. */
function field(name: string, value: string): string {
  return `\0${text(name)}${text(value)}`;
}

function text(value: string): string {
  if (value.length < 127) return uint(value.length, 1) + value;
  let length = "\x7f";
  let rest = value.length - 127;
  for (; rest > 127; rest >>>= 7) length += uint((rest & 127) | 128, 1);
  return length + uint(rest, 1) + value;
}

interface Frame {
  type: number;
  flags: number;
}

function framesOf(received: string, index: number): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + 9 <= received.length; ) {
    const number = (from: number, size: number): number => {
      let value = 0;
      for (let byte = 0; byte < size; byte += 1) {
        value = value * 256 + received.charCodeAt(at + from + byte);
      }
      return value;
    };
    const end = at + 9 + number(0, 3);
    // Whole frames only.
    if (end > received.length) break;
    if (number(5, 4) === streamId(index)) frames.push({ type: number(3, 1), flags: number(4, 1) });
    at = end;
  }
  return frames;
}
