// The body of an answer, from wherever it is: bytes and texts that nobody has opened are there, all others are read.
import type { ReadAhead } from "../read-ahead.ts";
import { readAhead } from "../read-ahead.ts";
import type { Soon } from "../soon.ts";
import { isPlain, plainBody, takeBody } from "../web/response.ts";

/**
 * Takes the body of an answer; see `readAhead`, of which this is the short way.
 *
 * @param response Its body is used afterwards.
 */
export function readBody(response: Response): Soon<ReadAhead> {
  if (!isPlain(response)) return readAhead(response);
  const body = plainBody(response);
  if (body instanceof ReadableStream) return readAhead(response);
  if (body === null) return { kind: "empty" };
  takeBody(response);
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const length = bytes.byteLength;
  return { kind: "whole", chunks: length > 0 ? [bytes] : [], length };
}
