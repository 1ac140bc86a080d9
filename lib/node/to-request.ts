// The translator alone: a request of Node as a Web Request, without routes and without a bridge.
import { rememberClientAddress } from "../client-address.ts";
import { BodyStream } from "./body-stream.ts";
import type { BodyFacts } from "./body.ts";
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
  const { res } = facts;
  const target = pathOf((req as ParsedRequest).originalUrl ?? req.url ?? "/");
  const client = new ClientWatch(req, res);
  let body: BodyStream | undefined;
  if (res && announcesBody(req)) drainAfterAnswer(req, res, () => body?.stop());
  const request = buildRequest(originOf(req, facts) + target, {
    req,
    client,
    choice: chooseBody(bodyFactsOf(req)),
    stream: () => {
      body = new BodyStream({
        req,
        res,
        source: req,
        client,
        limit: Number.POSITIVE_INFINITY,
        path: target,
        // By then a parser may have read it.
        choose: () => chooseBody(bodyFactsOf(req)),
      });
      return body;
    },
  });
  const address = facts.clientAddress ?? socketAddress(req);
  if (address !== undefined) rememberClientAddress(request, address);
  return request;
}

function bodyFactsOf(req: NodeRequest): BodyFacts {
  const { body, rawBody } = req as ParsedRequest;
  return { req, source: req, rawBody, body };
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
