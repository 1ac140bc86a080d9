// Answers of fetch() that are handed on: their headers tell how the body travelled, their body has been unpacked.

// The content codings that fetch() takes off a body.
const DECODED = new Set(["gzip", "x-gzip", "deflate", "br", "zstd"]);

/** Whether the body of a response is no longer coded as `Content-Encoding` says. */
export function isDecoded(response: Response): boolean {
  if (!response.url || response.body === null) return false;
  const codings = response.headers.get("content-encoding");
  return codings !== null && codings.split(",").every((c) => DECODED.has(c.trim().toLowerCase()));
}
