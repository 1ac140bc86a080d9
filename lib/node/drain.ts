// What becomes of a request body that nobody reads. Left alone it would block a reusable connection, or be
// swallowed by Node whatever its size.
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { announcesBody, declaredLength } from "./body.ts";
import type { NodeRequest, NodeResponse } from "./messages.ts";
import { http1Socket, http2Stream, isOver } from "./messages.ts";

/** Bytes that are read and thrown away to keep a connection. */
export const DRAIN_LIMIT = 1024 * 1024;

/** Milliseconds that a client has to read its answer before a connection that it still writes to is closed. */
const LINGER = 500;

/**
 * Announces the end of the connection when nobody reads the body, and it is more than will be drained, or the
 * client asked before sending it. To be called before the head goes out.
 */
export function closeIfUnread(req: NodeRequest, res: NodeResponse): void {
  if (http2Stream(res) || res.headersSent || req.complete || !announcesBody(req)) return;
  if (req.readableDidRead || req.listenerCount("data") > 0) return;
  if ((declaredLength(req) ?? 0) > DRAIN_LIMIT || req.headers.expect !== undefined) {
    (res as ServerResponse).shouldKeepAlive = false;
  }
}

/**
 * Once the answer is out, reads what is left of the body, up to the limit; beyond it the connection ends, or with
 * HTTP/2 the stream.
 *
 * @param stop Ends our own reading.
 * @returns Takes the order back.
 */
export function drainAfterAnswer(
  req: NodeRequest,
  res: NodeResponse,
  stop: () => void,
): () => void {
  if (isOver(req, res)) return () => {};
  // The response of HTTP/2 says "finish" when its stream is closed, which is too late here.
  const stream = http2Stream(res);
  const answer = stream ?? (res as ServerResponse);
  const drain = () => {
    // A stream that is reset "finishes", too.
    if (stream?.aborted) return;
    stop();
    const socket = stream ? undefined : http1Socket(req);
    const isLast = !(res as ServerResponse).shouldKeepAlive;
    if (socket !== undefined && isLast && !req.complete) linger(socket);
    drainRequest(req);
  };
  // First in the row: Node's own listeners would throw the body away however long it is, or reset the stream.
  answer.prependOnceListener("finish", drain);
  return () => answer.off("finish", drain);
}

function drainRequest(req: NodeRequest): void {
  if (req.readableEnded || req.destroyed) return;
  // Somebody else reads it: theirs.
  if (req.listenerCount("data") > 0 || req.listenerCount("readable") > 0) return;
  let left = DRAIN_LIMIT;
  req.on("data", function drain(chunk: Uint8Array | string) {
    left -= chunk.length;
    if (left >= 0) return;
    req.off("data", drain);
    refuseRest(req);
  });
  // Reading at once is what tells Node that the body has a reader.
  req.read();
  req.resume();
}

function refuseRest(req: NodeRequest): void {
  const stream = http2Stream(req);
  if (stream) stream.close();
  else {
    req.pause();
    closeSoon(http1Socket(req));
  }
}

/**
 * Node destroys a connection that is not to be kept as soon as the answer has left, over what the client is still
 * sending. This one says that nothing more will come, and lasts for a moment.
 */
function linger(socket: Socket): void {
  // Of this connection alone, which is at its end when Node asks.
  socket.destroySoon = () => {
    socket.end();
    closeSoon(socket);
  };
}

/**
 * Takes no more, and ends the connection in a moment. At once, what the client has not read yet would be lost with it:
 * the system resets a connection that is closed over unread bytes, and throws the answer away.
 */
function closeSoon(socket: Socket | undefined): void {
  if (socket === undefined) return;
  const timer = setTimeout(() => socket.destroy(), LINGER).unref();
  socket.once("close", () => clearTimeout(timer));
}
