// What all hosts with req and res have in common: the way of one request that is ours. Not a bridge: each of them
// brings its facts and its manners.
import type { App } from "../lib/app.ts";
import { toError } from "../lib/thrown.ts";
import { InFlight } from "../lib/node/in-flight.ts";
import type { NodeIncoming } from "../lib/node/incoming.ts";
import { isOver } from "../lib/node/messages.ts";
import { sendPlain } from "../lib/node/send-plain.ts";
import { send } from "../lib/node/send.ts";
import { assertPassable, isPass } from "../lib/pass.ts";
import type { Soon } from "../lib/soon.ts";

/** Goes on to the host's next handler, or to its error handler. */
export type Next = (error?: unknown) => void;

/** Milliseconds that open streams are given when the bridge closes. */
const CLOSE_GRACE = 1000;

/** Milliseconds after which closing waits for no handler any more; Fastify gives its plugins ten seconds. */
const CLOSE_MOST = 8000;

const GONE = "A request failed after its client had left.";

/** An app inside a host. */
export interface Guest {
  readonly app: App;
  readonly inFlight: InFlight;
}

export function createGuest(app: App): Guest {
  return { app, inFlight: new InFlight() };
}

/** Lets short requests finish, ends streams after a grace time, then resolves. */
export async function closeGuest({ app, inFlight }: Guest): Promise<void> {
  const [left] = await Promise.all([inFlight.drain(CLOSE_GRACE, CLOSE_MOST), app.close()]);
  if (left > 0) app.logger.warn(`The bridge was closed while ${left} handlers were still running.`);
}

/**
 * Serves one request: answer, pass or error, each exactly once.
 *
 * @param answer Gives the answer, `app.handle` or `app.answer`.
 * @param pass Leaves the request to the host.
 * @param fail Gives an error to the host; called only while it can still answer.
 */
export function serve(
  guest: Guest,
  incoming: NodeIncoming,
  answer: () => Soon<Response>,
  pass: () => void,
  fail: (error: Error) => void,
): void {
  let response: Soon<Response>;
  try {
    incoming.checkBodySize();
    response = answer();
  } catch (thrown) {
    response = Promise.reject(thrown);
  }
  // What is answered within the call of the host is in flight for nobody.
  const isSent = !(response instanceof Promise) && sendPlain(incoming.req, incoming.res, response);
  if (!isSent) void serveLater(guest, incoming, response, pass, fail);
}

async function serveLater(
  { app, inFlight }: Guest,
  incoming: NodeIncoming,
  answer: Soon<Response>,
  pass: () => void,
  fail: (error: Error) => void,
): Promise<void> {
  const { req, res } = incoming;
  const flight = inFlight.begin(req, res);
  let settle: (() => void) | undefined;
  try {
    const response = await answer;
    if (isPass(response)) {
      assertPassable(incoming);
      incoming.release();
      settle = pass;
    } else if (!sendPlain(req, res, response)) {
      flight.isAnswering = true;
      await send(res, response, { logger: app.logger, req });
    }
  } catch (thrown) {
    const error = toError(thrown);
    if (isOver(req, res)) {
      if (!incoming.isAbortReason(thrown)) app.logger.warn({ err: error }, GONE);
    } else if (res.headersSent || res.writableEnded) {
      app.logger.error({ err: error }, "A request failed after the host had answered it.");
    } else {
      incoming.prepareAnswer();
      incoming.unwatch();
      settle = () => fail(error);
    }
  } finally {
    flight.end();
  }
  settle?.();
}
