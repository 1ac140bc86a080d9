// context.pass(): an answer that means "not mine".
import { bridgeError } from "./errors.ts";
import type { Incoming } from "./types.ts";

const passes = new WeakSet<Response>();

/** A Response that means that the host shall answer. */
export function createPass(): Response {
  const response = new Response(null, { status: 404 });
  passes.add(response);
  return response;
}

/** Whether the host shall answer instead. */
export function isPass(response: Response): boolean {
  return passes.has(response);
}

/**
 * The answer, unless it is one that the host cannot act on any more.
 *
 * @throws BridgeError `STARBRIDGE_PASS_AFTER_BODY_READ`
 */
export function assertPassable(response: Response, incoming: Incoming): Response {
  if (isPass(response) && incoming.bodyTaken) {
    const { method, pathname: path } = incoming;
    throw bridgeError("PASS_AFTER_BODY_READ", { method, path });
  }
  return response;
}
