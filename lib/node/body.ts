// The only place that decides where the bytes of a request's body come from. Order and reasons:
// test/lib/node/body.test.ts.
import type { Readable } from "node:stream";
import type { NodeRequest } from "./messages.ts";
import { headerOf, http2Stream } from "./messages.ts";
import { isJson, isUrlencoded, toJson, toUrlencoded } from "./reserialize.ts";

/**
 * Where a body came from: the socket, `req.rawBody`, the bytes or text in `req.body`, the parsed object in
 * `req.body` written out again, or nowhere.
 */
export type BodySourceKind = "stream" | "raw" | "body" | "reserialized" | "none";

/** What the host knows of a body. */
export interface BodyFacts {
  readonly req: NodeRequest;
  /** What an unread body is read from: the request itself, or what the host's parser is given. */
  readonly source: Readable;
  /** The bytes that a parser has kept. */
  readonly rawBody: unknown;
  /** What a parser made of the body. */
  readonly body: unknown;
}

/** The decision. */
export type BodyChoice =
  | { kind: "none" }
  | { kind: "stream" }
  | {
      kind: "raw" | "body" | "reserialized";
      bytes: Uint8Array;
      /** Whether `content-encoding` still holds for these bytes. */
      encoded: boolean;
    }
  /** Somebody read it and kept nothing that could be handed on. */
  | { kind: "consumed"; cause?: unknown };

/** Where the bytes of a body come from. */
export function chooseBody(facts: BodyFacts): BodyChoice {
  const { req, source, rawBody, body } = facts;
  if (!hasBody(req)) return { kind: "none" };
  if (!wasRead(source)) return { kind: "stream" };
  // Read to its end without a byte: it was empty, whatever a parser made of that.
  if (source.readableEnded && source.readableDidRead === false) {
    return { kind: "body", bytes: new Uint8Array(0), encoded: false };
  }
  const raw = bytesOf(rawBody);
  if (raw) return { kind: "raw", bytes: raw, encoded: isEncoded(req, raw) };
  const bytes = bytesOf(body);
  if (bytes && !(typeof body === "string" && isParsedJson(req, body, bytes))) {
    return { kind: "body", bytes, encoded: typeof body !== "string" && isEncoded(req, bytes) };
  }
  return writeParsed(req, body);
}

/** Whether a request announces a body that Fetch would show: never with GET and HEAD. */
export function hasBody(req: NodeRequest): boolean {
  return req.method !== "GET" && req.method !== "HEAD" && announcesBody(req);
}

/** Whether bytes follow the head. */
export function announcesBody(req: NodeRequest): boolean {
  const length = req.headers["content-length"];
  const stream = http2Stream(req);
  // The types lack `endAfterHeaders` of a stream.
  if (stream) {
    return (stream as { endAfterHeaders?: boolean }).endAfterHeaders !== true && length !== "0";
  }
  if (req.headers["transfer-encoding"] !== undefined) return true;
  return length !== undefined && Number(length) > 0;
}

/** The announced length of a body in bytes. */
export function declaredLength(req: NodeRequest): number | undefined {
  const length = Number(req.headers["content-length"] ?? Number.NaN);
  return Number.isSafeInteger(length) ? length : undefined;
}

// A listener that is not ours has taken bytes or is about to, whether it paused the stream or not.
function wasRead(source: Readable): boolean {
  return (
    source.readableDidRead === true ||
    source.readableEnded === true ||
    source.listenerCount("data") > 0 ||
    source.listenerCount("readable") > 0
  );
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value === "string") return Buffer.from(value);
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  return undefined;
}

// Parsers inflate before they keep bytes; what has the length that was sent was not inflated.
function isEncoded(req: NodeRequest, bytes: Uint8Array): boolean {
  return (
    headerOf(req, "content-encoding") !== undefined && bytes.byteLength === declaredLength(req)
  );
}

// A string under a JSON type is either the text of the body (express.text), or the value of a body that is one
// JSON string (express.json with `strict: false`). The length that was sent tells, where it is known.
function isParsedJson(req: NodeRequest, body: string, bytes: Uint8Array): boolean {
  if (!isJson(headerOf(req, "content-type"))) return false;
  const declared = declaredLength(req);
  if (declared !== undefined && headerOf(req, "content-encoding") === undefined) {
    if (declared === bytes.byteLength) return false;
    if (declared === Buffer.byteLength(JSON.stringify(body))) return true;
  }
  try {
    JSON.parse(body);
    return false;
  } catch {
    return true;
  }
}

function writeParsed(req: NodeRequest, body: unknown): BodyChoice {
  const type = headerOf(req, "content-type");
  try {
    if (body !== undefined && isJson(type) && !isLeftover(req, body)) {
      return { kind: "reserialized", bytes: Buffer.from(toJson(body)), encoded: false };
    }
    if (typeof body === "object" && body !== null && isUrlencoded(type) && !isLeftover(req, body)) {
      return { kind: "reserialized", bytes: Buffer.from(toUrlencoded(body)), encoded: false };
    }
  } catch (cause) {
    return { kind: "consumed", cause };
  }
  return { kind: "consumed" };
}

// Express 4 leaves `{}` behind where its parser had nothing to parse. If something else then ate the body, that
// `{}` is not it: no empty object takes this many bytes to write.
const MOST_BYTES_OF_NOTHING = 16;

function isLeftover(req: NodeRequest, body: unknown): boolean {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return false;
  if (Object.keys(body).length > 0 || (req as { _body?: boolean })._body === true) return false;
  return (declaredLength(req) ?? 0) > MOST_BYTES_OF_NOTHING;
}
