// A request of Fastify that one of our routes was found for: answered, left to the host, or failed.
import { STATUS_CODES } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { BridgeError } from "../../lib/errors.ts";
import { isOver } from "../../lib/node/messages.ts";
import { onEnd } from "../../lib/node/signal.ts";
import { assertPassable, isPass } from "../../lib/pass.ts";
import type { RouteMatch, SlashRule } from "../../lib/routes/match.ts";
import type { Soon } from "../../lib/soon.ts";
import { toError } from "../../lib/thrown.ts";
import type { Guest } from "../serve.ts";
import type { RouterOptions } from "./host.ts";
import { FastifyIncoming, placeOf } from "./host.ts";
import { sendPlainReply } from "./plain-reply.ts";
import { sendReply } from "./reply.ts";

const GONE = "A request failed after its client had left.";

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown;

/** The handler of all routes in our scope. */
export function createHandler(
  guest: Guest,
  scope: FastifyInstance,
  router: RouterOptions,
): Handler {
  const { app } = guest;
  const rule: SlashRule = router.ignoreTrailingSlash ? "ignore" : "strict";
  const prefix = scope.prefix.split("/").filter((segment) => segment !== "");
  return function starbridgeHandler(request, reply) {
    const place = placeOf(request.raw.url ?? "", prefix, router.useSemicolonDelimiter);
    const match = place && app.match(request.method, place.pathname, rule);
    if (place === undefined || match === undefined) return leave(reply);
    const { maxParamLength } = router;
    if (place.pathname.length > maxParamLength && isTooLong(match, maxParamLength)) {
      return leave(reply);
    }
    const incoming = new FastifyIncoming(request, reply, place, app.bodySizeLimit);
    let response: Soon<Response>;
    try {
      incoming.checkBodySize();
      response = app.handle(incoming, match);
    } catch (thrown) {
      response = Promise.reject(thrown);
    }
    // Sent within this call, and in flight for nobody. Fastify asks for `undefined` then.
    if (!(response instanceof Promise) && sendPlainReply(reply, response)) return undefined;
    return serveLater(guest, incoming, response, request, reply);
  };
}

/** Whether Fastify has passed the route of this file by for a long value: its hooks have then seen another route. */
function isTooLong({ route, params }: RouteMatch, limit: number): boolean {
  return route.segments
    .flat()
    .some(({ kind, value }) => kind === "param" && (params[value]?.length ?? 0) > limit);
}

async function serveLater(
  { inFlight }: Guest,
  incoming: FastifyIncoming,
  answer: Soon<Response>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const flight = inFlight.begin(request.raw, reply.raw);
  try {
    const response = await answer;
    if (isPass(response)) {
      assertPassable(incoming);
      incoming.release();
      flight.end();
      return leave(reply);
    }
    if (sendPlainReply(reply, response)) {
      flight.end();
      // What is sent need not be waited for; an onSend hook may still be at it.
      return reply.sent ? undefined : reply;
    }
    flight.isAnswering = true;
    if (isOver(request.raw, reply.raw)) flight.end();
    else onEnd(request.raw, reply.raw, () => flight.end());
    incoming.prepareAnswer();
    await sendReply(reply, response);
    return reply;
  } catch (thrown) {
    flight.end();
    const error = toError(thrown);
    if (!isOver(request.raw, reply.raw)) throw publicError(error);
    // Nobody is there to be told.
    if (!incoming.isAbortReason(thrown)) request.log.warn({ err: error }, GONE);
    return reply;
  }
}

/** The host's own answer to what is not ours. */
function leave(reply: FastifyReply): FastifyReply {
  reply.callNotFound();
  return reply;
}

/**
 * Fastify's default error handler sends the message of any error to the client. Ours are for the log in production:
 * the client gets the status and the code, the log the `cause`.
 */
function publicError(error: Error): Error {
  const isOurs = error instanceof BridgeError && !error.expose;
  if (!isOurs || process.env.NODE_ENV !== "production") return error;
  const { statusCode, code } = error;
  const message = STATUS_CODES[statusCode] ?? "Internal Server Error";
  return Object.assign(new Error(message, { cause: error }), { statusCode, code });
}
