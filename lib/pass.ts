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
 * To be asked before a request goes to the host.
 *
 * @throws BridgeError `STARBRIDGE_PASS_AFTER_BODY_READ` when the host could not answer it any more.
 */
export function assertPassable(incoming: Incoming): void {
  if (!incoming.bodyTaken) return;
  const { method, pathname: path } = incoming;
  throw bridgeError("PASS_AFTER_BODY_READ", { method, path });
}
