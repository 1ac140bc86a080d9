// Node's two pairs of request and response. The HTTP/2 classes mirror those of HTTP/1; where they do not,
// the stream tells them apart.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";

/** A request of `node:http` or, in compatibility mode, of `node:http2`. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;

/** A response of `node:http` or, in compatibility mode, of `node:http2`. */
export type NodeResponse = ServerResponse | Http2ServerResponse;

/** The HTTP/2 stream of a message; `undefined` on HTTP/1. */
export function http2Stream(message: NodeRequest | NodeResponse): ServerHttp2Stream | undefined {
  const { stream } = message as { stream?: ServerHttp2Stream };
  return stream !== undefined && stream !== null && "rstCode" in stream ? stream : undefined;
}

/** The socket of an HTTP/1 request. What tests put in its place may lack one. */
export function http1Socket(req: NodeRequest): Socket | undefined {
  return (req as { socket?: Socket | null }).socket ?? undefined;
}

/** Whether the response came to its end, or to an end, so that nothing can be written any more. */
export function isOver(req: NodeRequest | undefined, res: NodeResponse): boolean {
  const stream = http2Stream(res);
  if (stream) return stream.destroyed || stream.closed;
  const { destroyed, socket } = res as ServerResponse;
  if (destroyed || socket?.destroyed) return true;
  // A response that waits in the queue of a pipelined connection has no socket of its own yet.
  return socket === null && req !== undefined && http1Socket(req)?.destroyed === true;
}

/** Whether a response that is over was cut off before its end. */
export function wasCutOff(res: NodeResponse): boolean {
  const stream = http2Stream(res);
  // HTTP/2 emits "finish" on a stream that was reset, too.
  if (stream) return stream.aborted || (stream.rstCode !== 0 && !stream.writableFinished);
  return !(res as ServerResponse).writableFinished && !(res as ServerResponse).writableEnded;
}

/** A header's value; only own keys count, so that no name reaches a prototype. */
export function headerOf(req: NodeRequest, name: string): string | undefined {
  const { headers } = req;
  if (!Object.hasOwn(headers, name)) return undefined;
  const value: unknown = headers[name];
  if (typeof value === "string" || value === undefined) return value;
  if (!Array.isArray(value)) return String(value);
  return value.join(name === "cookie" ? "; " : ", ");
}

/** The scheme of the connection. */
export function socketProtocol(req: NodeRequest): "http" | "https" {
  const encrypted = ofSocket(req, (socket) => (socket as { encrypted?: boolean }).encrypted);
  return encrypted === true ? "https" : "http";
}

/** The address at the other end of the connection. */
export function socketAddress(req: NodeRequest): string | undefined {
  return ofSocket(req, (socket) => socket.remoteAddress);
}

// The socket of HTTP/2 throws once its session is over.
function ofSocket<T>(req: NodeRequest, read: (socket: Socket) => T): T | undefined {
  try {
    const socket = http1Socket(req);
    return socket && read(socket);
  } catch {
    return undefined;
  }
}
