// The genuine Request of what Node has. Fetch's own checks apply: what it refuses is refused here as well.
import type { BodyStream } from "./body-stream.ts";
import type { BodyChoice } from "./body.ts";
import { fillHeaders } from "./headers.ts";
import { IncomingRequest } from "./incoming-request.ts";
import type { NodeRequest } from "./messages.ts";
import type { ClientWatch } from "./signal.ts";

/** What a `Request` is built of. Not a literal, for what body-stream.ts says of them. */
export interface RequestOrigin {
  readonly req: NodeRequest;
  readonly client: ClientWatch;
  /** The body, where it has to be read from somewhere. */
  openBody(): BodyStream;
}

/** Builds the `Request` of a request of Node. */
export function buildRequest(url: string, origin: RequestOrigin, choice: BodyChoice): Request {
  const { req, client } = origin;
  const init: RequestInit = { method: req.method ?? "GET" };
  let body: BodyStream | undefined;
  if ("bytes" in choice) {
    init.body = choice.bytes;
  } else if (choice.kind !== "none") {
    body = origin.openBody();
    init.body = body.readable;
    init.duplex = "half";
  }
  const request = new IncomingRequest(url, init, client, body) as object as Request;
  // Not in `init`, where the platform takes them for anything that could be headers: a list of lists, and then each again.
  const { headers } = request;
  fillHeaders(headers, req.headers);
  if ("bytes" in choice) {
    headers.set("content-length", String(choice.bytes.byteLength));
    if (!choice.encoded) headers.delete("content-encoding");
  }
  return request;
}
