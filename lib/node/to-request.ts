// The translator alone: a request of Node as a Web Request, without routes and without a bridge.
import type { Readable } from "node:stream";
import { rememberClientAddress } from "../client-address.ts";
import type { BodyOrigin } from "./body-stream.ts";
import { BodyStream } from "./body-stream.ts";
import type { BodyChoice } from "./body.ts";
import { announcesBody, chooseBody } from "./body.ts";
import { buildRequest } from "./build-request.ts";
import { drainAfterAnswer } from "./drain.ts";
import type { NodeRequest, NodeResponse } from "./messages.ts";
import { headerOf, socketAddress, socketProtocol } from "./messages.ts";
import { fallbackAuthority, toOrigin } from "./origin.ts";
import { ClientWatch } from "./signal.ts";

/** What the caller knows better than the request says. */
export interface RequestFacts {
  /** Node's response: with it, the signal fires also after the body was read (none). */
  res?: NodeResponse;
  /** The scheme that the client used (that of the socket). */
  protocol?: "http" | "https";
  /** Host and port that the client asked for (the `Host` header, or `:authority`). */
  host?: string;
  /** The client's address, `context.clientAddress` when the `Request` is given to `app.fetch()` (the socket's). */
  clientAddress?: string;
}

interface ParsedRequest {
  readonly originalUrl?: string;
  readonly body?: unknown;
  readonly rawBody?: unknown;
}

/**
 * A request of `node:http` or `node:http2` as a genuine Web `Request`.
 *
 * The body is read when it is asked for; one that a parser has read is taken from `req.rawBody` or `req.body`.
 * No forwarded header is believed: where a proxy is trusted, give `facts`.
 *
 * @param req Node's request.
 * @param facts What you know better.
 * @returns The `Request`; its URL has the path as it came, mount path included.
 * @throws BridgeError `STARBRIDGE_BAD_HOST` when the host is not one.
 * @example
 * http.createServer(async (req, res) => sendResponse(res, await handle(toRequest(req, { res }))));
 */
export function toRequest(req: NodeRequest, facts: RequestFacts = {}): Request {
  const origin = new TranslatedRequest(req, facts);
  const request = buildRequest(originOf(req, facts) + origin.path, origin, origin.choose());
  const address = facts.clientAddress ?? socketAddress(req);
  if (address !== undefined) rememberClientAddress(request, address);
  return request;
}

class TranslatedRequest implements BodyOrigin {
  readonly req: NodeRequest;
  readonly res: NodeResponse | undefined;
  readonly client: ClientWatch;
  readonly limit: number = Number.POSITIVE_INFINITY;
  readonly path: string;
  #body: BodyStream | undefined;

  constructor(req: NodeRequest, { res }: RequestFacts) {
    this.req = req;
    this.res = res;
    this.path = pathOf((req as ParsedRequest).originalUrl ?? req.url ?? "/");
    this.client = new ClientWatch(req, res);
    if (res && announcesBody(req)) drainAfterAnswer(req, res, () => this.#body?.stop());
  }

  get source(): Readable {
    return this.req;
  }

  get rawBody(): unknown {
    return (this.req as ParsedRequest).rawBody;
  }

  get body(): unknown {
    return (this.req as ParsedRequest).body;
  }

  choose(): BodyChoice {
    return chooseBody(this);
  }

  openBody(): BodyStream {
    this.#body = new BodyStream(this);
    return this.#body;
  }
}

function originOf(req: NodeRequest, { protocol, host }: RequestFacts): string {
  const authority = host ?? headerOf(req, ":authority") ?? headerOf(req, "host");
  return toOrigin(protocol ?? socketProtocol(req), authority || fallbackAuthority(req));
}

/** Path and query of a request target. Its authority, where it has one, counts for nothing. */
function pathOf(target: string): string {
  if (target.startsWith("/")) return target;
  if (!URL.canParse(target)) return "/";
  const { pathname, search } = new URL(target);
  return pathname.startsWith("/") ? pathname + search : "/";
}
