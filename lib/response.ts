// What counts as a Response, and copies of one that may be changed.
import { isDecoded } from "./content-coding.ts";
import { isPlain, plainBody } from "./web/response.ts";

/** A Response, also one of another realm or of a library that brought its own: told by its shape. */
export function isResponse(value: unknown): value is Response {
  if (value instanceof Response) return true;
  if (typeof value !== "object" || value === null) return false;
  const { status, headers, body } = value as Partial<Response>;
  return (
    typeof status === "number" &&
    typeof headers === "object" &&
    headers !== null &&
    typeof (headers as Headers).get === "function" &&
    typeof (headers as Headers).entries === "function" &&
    (body === null || isStream(body))
  );
}

function isStream(body: unknown): boolean {
  if (typeof body !== "object" || body === null) return false;
  return "getReader" in body || Symbol.asyncIterator in body;
}

/** Whether there is a body, empty or not; asked so that a plain one stays closed. */
export function hasBody(response: Response): boolean {
  return (isPlain(response) ? plainBody(response) : response.body) !== null;
}

/** A foreign Response as one of this realm; ours is returned as it is. */
export function toNativeResponse(response: Response): Response {
  return response instanceof Response
    ? response
    : copyResponse(response, { body: (response as Response).body });
}

/**
 * Headers that can be changed. `Response.redirect()` and `fetch()` give responses whose headers cannot, which
 * would fail the first middleware that adds one. No API tells, so the few candidates are copied.
 */
export function withMutableHeaders(response: Response): Response {
  if (isPlain(response)) return response;
  if (response.type === "default" && (response.status < 300 || response.status > 399)) {
    return response;
  }
  return copyResponse(response, { body: response.body });
}

/** A copy with another body, status or headers. */
export function copyResponse(
  response: Response,
  change: {
    body: ReadableStream<Uint8Array> | string | null;
    status?: number;
    statusText?: string;
    headers?: Headers;
  },
): Response {
  const headers = change.headers ?? new Headers(response.headers);
  if (isDecoded(response)) {
    headers.delete("content-encoding");
    headers.delete("content-length");
  }
  return new Response(change.body, {
    status: change.status ?? response.status,
    statusText: change.statusText ?? response.statusText,
    headers,
  });
}
