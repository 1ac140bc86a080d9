// The bridge for connect, @fastify/middie, plain node:http and http2 in compat mode.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { createApp } from "../../lib/app.ts";
import type { Place } from "../../lib/node/incoming.ts";
import { PlainIncoming } from "../../lib/node/incoming.ts";
import { send } from "../../lib/node/send.ts";
import type { Soon } from "../../lib/soon.ts";
import type { BridgeOptions } from "../../lib/types.ts";
import type { Guest, Next } from "../serve.ts";
import { closeGuest, createGuest, serve } from "../serve.ts";
import { placeOf } from "./place.ts";

type NodeRequest = IncomingMessage | Http2ServerRequest;
type NodeResponse = ServerResponse | Http2ServerResponse;

/** `context.host` under connect and plain Node servers. */
export interface NodeHost {
  readonly kind: "node";
  readonly req: NodeRequest;
  readonly res: NodeResponse;
  /** Where the bytes of the body come from; `reserialized` when a parser had eaten the original ones. */
  readonly bodySource: "stream" | "raw" | "body" | "reserialized" | "none";
}

declare module "../../lib/types.ts" {
  interface Hosts {
    node: NodeHost;
  }
}

/** Goes on to the host's next handler. */
export type ConnectNext = Next;

/** What `app.use()` and `http.createServer()` take, and two promises. */
export interface ConnectBridge {
  (req: NodeRequest, res: NodeResponse, next?: ConnectNext): void;
  /** Resolves when routes and middleware are loaded. @throws BridgeError why they are not. */
  ready(): Promise<void>;
  /** Lets short requests finish, ends open streams after a second, then resolves. */
  close(): Promise<void>;
}

/**
 * Mounts `src/pages` and `src/middleware` in a connect app, or serves them alone: without a `next`, what no file
 * answers gets the `404` file.
 *
 * @param options See `BridgeOptions`; `security.allowedDomains` says whose forwarded headers are believed.
 * @example
 * http.createServer(starbridge({ root: import.meta.dirname })).listen(3000);
 */
export function starbridge(options: BridgeOptions<NodeHost> = {}): ConnectBridge {
  const app = createApp(options, { dev: process.env.NODE_ENV !== "production" });
  const guest = createGuest(app);
  return Object.assign(
    function bridge(req: NodeRequest, res: NodeResponse, next?: ConnectNext): void {
      if (typeof next !== "function") serveAlone(guest, req, res);
      else if (app.isReady) serveBeside(guest, req, res, next);
      else
        app
          .ready()
          .then(() => serveBeside(guest, req, res, next))
          .catch(next);
    },
    { ready: () => app.ready(), close: () => closeGuest(guest) },
  );
}

function serveBeside(guest: Guest, req: NodeRequest, res: NodeResponse, next: Next): void {
  const { app } = guest;
  const place = placeOf(req);
  const match =
    place && isMethod(req.method) ? app.match(req.method ?? "GET", place.pathname) : undefined;
  if (place === undefined || match === undefined) {
    next();
    return;
  }
  const { allowedDomains } = app.config;
  const incoming = new PlainIncoming(req, res, place, app.bodySizeLimit, allowedDomains);
  serve(guest, incoming, () => app.handle(incoming, match), next, next);
}

const NOWHERE: Place = { mount: "", pathname: "", search: "" };

/** No host: a target that is not a path is nobody's, and every failure has to be answered here. */
function serveAlone(guest: Guest, req: NodeRequest, res: NodeResponse): void {
  const { app } = guest;
  const place = isMethod(req.method) ? placeOf(req) : undefined;
  const { allowedDomains } = app.config;
  const incoming = new PlainIncoming(req, res, place ?? NOWHERE, app.bodySizeLimit, allowedDomains);
  const answer = (): Soon<Response> =>
    place === undefined ? new Response(null, { status: 404 }) : app.answer(incoming);
  const fail = (error: Error): void => {
    void send(res, app.answerError(error), { logger: app.logger, req });
  };
  serve(guest, incoming, answer, () => {}, fail);
}

/** Methods are case-sensitive, and HTTP/2 takes any: a guard that asks for DELETE has not seen `delete`. */
function isMethod(method = "GET"): boolean {
  return method === method.toUpperCase();
}
