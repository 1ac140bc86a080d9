// The genuine Request of what Node has. Fetch's own checks apply: what it refuses is refused here as well.
import type { BodyStream } from "./body-stream.ts";
import type { BodyChoice } from "./body.ts";
import { requestHeaders } from "./headers.ts";
import { IncomingRequest } from "./incoming-request.ts";
import type { NodeRequest } from "./messages.ts";
import type { ClientWatch } from "./signal.ts";

/** What a `Request` is built of. */
export interface RequestParts {
  req: NodeRequest;
  client: ClientWatch;
  choice: BodyChoice;
  /** The body, where it has to be read from somewhere. */
  stream(): BodyStream;
}

/** Builds the `Request` of a request of Node. */
export function buildRequest(url: string, { req, client, choice, stream }: RequestParts): Request {
  const headers = requestHeaders(req.headers);
  const init: RequestInit = { method: req.method ?? "GET", headers };
  let reading: BodyStream | undefined;
  if ("bytes" in choice) {
    headers.set("content-length", String(choice.bytes.byteLength));
    if (!choice.encoded) headers.delete("content-encoding");
    init.body = choice.bytes;
  } else if (choice.kind !== "none") {
    reading = stream();
    init.body = reading.readable;
    init.duplex = "half";
  }
  return new IncomingRequest(url, init, client, reading) as object as Request;
}
