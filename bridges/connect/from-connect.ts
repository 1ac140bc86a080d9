// The reverse bridge: what was written for connect or Express, as one of our middleware.
import type { IncomingMessage, ServerResponse } from "node:http";
import { bridgeError } from "../../lib/errors.ts";
import type { ConnectMiddleware } from "../../lib/node/connect.ts";
import { callConnect } from "../../lib/node/connect.ts";
import type { HostContext, MiddlewareHandler } from "../../lib/types.ts";

/**
 * Makes a connect or Express middleware one of ours: helmet, cors, express-session, multer.
 *
 * It gets the host's own `req` and `res`. Headers that it sets on `res` go out with the answer of the endpoint; when
 * it answers by itself, the chain ends there; an error that it gives to `next` is thrown.
 *
 * @param middleware A function of `(req, res, next)`.
 * @throws BridgeError `STARBRIDGE_HOST_HAS_NO_REQ_RES` when called without a host.
 * @example
 * export const onRequest = sequence(fromConnect(helmet()), fromConnect(cors()));
 */
export function fromConnect(middleware: ConnectMiddleware): MiddlewareHandler {
  return async (context, next) => {
    const { req, res } = nodePairOf(context.host);
    const outcome = await callConnect(middleware, req, res);
    if (outcome === "next") return next();
    // The client has its answer; nothing of this one is sent.
    return new Response(null, { status: 204 });
  };
}

interface NodePair {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

function nodePairOf(host: HostContext): NodePair {
  const given = host as {
    kind: string;
    req?: unknown;
    res?: unknown;
    request?: { raw: unknown };
    reply?: { raw: unknown };
  };
  const req = given.req ?? given.request?.raw;
  const res = given.res ?? given.reply?.raw;
  if (!req || !res) throw bridgeError("HOST_HAS_NO_REQ_RES", { kind: given.kind });
  return { req, res } as NodePair;
}
