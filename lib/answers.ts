// Answers that the core makes itself, and what is added to those of others.
import type { AstroCookies } from "./cookies.ts";
import { consumeCookies } from "./cookies.ts";
import { copyResponse } from "./response.ts";
import { listOf } from "./web/header-list.ts";
import { copyPlain, isPlain, takeBody, withHeaders } from "./web/response.ts";

/** The page for a path that nothing answers, where there is no `404` file and no host. */
export function notFoundPage(pathname: string): Response {
  const text = pathname.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
  const body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>404: Not found</title></head><body><h1>404: Not found</h1><p>Path: ${text}</p></body></html>`;
  return new Response(body, { status: 404, headers: { "content-type": "text/html" } });
}

/** A rewrite that leads to itself. */
export function loopDetected(): Response {
  return new Response("Loop Detected", {
    status: 508,
    statusText: "The request was rewritten in a loop: its middleware chain has run too many times",
  });
}

/**
 * The answer of an error route, in place of an empty one: the status and the headers of the original stay.
 */
export function mergeErrorResponse(original: Response, error: Response): Response {
  const headers = new Headers(original.headers);
  for (const name of ["content-type", "content-length", "transfer-encoding"]) headers.delete(name);
  for (const [name, value] of error.headers) {
    if (name === "set-cookie") headers.append(name, value);
    else if (!original.headers.has(name) || !headers.has(name)) headers.set(name, value);
  }
  const isOk = original.status === 200;
  return copyResponse(error, {
    body: error.body,
    headers,
    status: isOk ? error.status : original.status,
    statusText: original.statusText || error.statusText,
  });
}

/**
 * Adds the cookies that were set through the context. Not to what others may hold: the endpoint may give the same Response to
 * everybody, a middleware may keep the one that it saw, or its `headers`, and one client's cookie must not reach another.
 */
export function withCookies(response: Response, cookies: AstroCookies | undefined): Response {
  if (cookies === undefined) return response;
  const pending = consumeCookies(cookies);
  if (pending.length === 0) return response;
  if (isPlain(response)) {
    const answer = copyPlain(response, pending);
    // A body is sent once, whether there are cookies or not.
    takeBody(response);
    return answer;
  }
  // To make another native Response takes 10 µs. One of a class of its own may say something else than its ancestor has, and
  // one of fetch() what no longer holds for its body.
  const isNative =
    Object.getPrototypeOf(response) === Response.prototype && response.type === "default";
  const native = isNative ? response : copyResponse(response, { body: response.body });
  return withHeaders(native, [...listOf(native.headers), ...pending]);
}
