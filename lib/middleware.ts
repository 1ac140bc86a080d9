// Astro's middleware: one function, several in sequence, and what their answers mean.
import { innerOf } from "./context.ts";
import { describe } from "./describe.ts";
import { bridgeError } from "./errors.ts";
import { isResponse, toNativeResponse } from "./response.ts";
import type { APIContext, MiddlewareHandler, MiddlewareNext, RewritePayload } from "./types.ts";

/**
 * Types a middleware; returns it unchanged.
 *
 * @example
 * export const onRequest = defineMiddleware((context, next) => next());
 */
export function defineMiddleware(handler: MiddlewareHandler): MiddlewareHandler {
  return handler;
}

/**
 * Runs middleware one after the other on the same context; entries that are not set are left out.
 *
 * `next(payload)` of one that is not the last moves the context to the target at once, and those after it see
 * the target.
 *
 * @example
 * export const onRequest = sequence(log, process.env.AUTH ? auth : undefined, cors);
 */
export function sequence(
  ...handlers: (MiddlewareHandler | undefined | null | false)[]
): MiddlewareHandler {
  const chain = handlers.filter((handler) => Boolean(handler)) as MiddlewareHandler[];
  if (chain.length === 0) return (_context, next) => next();
  return (context, next) => callInSequence(chain, 0, context, next);
}

function callInSequence(
  chain: readonly MiddlewareHandler[],
  index: number,
  context: APIContext,
  last: MiddlewareNext,
): ReturnType<MiddlewareHandler> {
  const handler = chain[index] as MiddlewareHandler;
  if (index === chain.length - 1) return handler(context, last);
  const next = async (payload?: RewritePayload): Promise<Response> => {
    if (hasPayload(payload)) moveContext(context, payload);
    // What a later one leaves out (it called next() and returned nothing) is left out here too.
    return (await callInSequence(chain, index + 1, context, last)) as Response;
  };
  return handler(context, (payload) => quiet(next(payload)));
}

function moveContext(context: APIContext, payload: RewritePayload): void {
  const inner = innerOf(context);
  if (inner === undefined || !inner.canMove) throw bridgeError("NO_REWRITE_TARGETS");
  inner.moveTo(payload);
}

/** Whether `next()` was given a target; the empty string is one, `/`. */
export function hasPayload(payload: RewritePayload | undefined | null): payload is RewritePayload {
  return payload !== undefined && payload !== null;
}

/**
 * Calls the outermost middleware and holds it to its contract: a Response, or `next()` and nothing.
 *
 * @param respond What `next()` leads to.
 */
export async function runMiddleware(
  handler: MiddlewareHandler,
  context: APIContext,
  respond: (payload: RewritePayload | undefined) => Promise<Response>,
): Promise<Response> {
  let last: Promise<Response> | undefined;
  const value: unknown = await handler(context, (payload) => {
    last = quiet(respond(payload));
    return last;
  });
  if (value === undefined) {
    if (last === undefined) throw bridgeError("MIDDLEWARE_NO_DATA_OR_NEXT_CALLED");
    return last;
  }
  if (!isResponse(value))
    throw bridgeError("MIDDLEWARE_NOT_A_RESPONSE", { actual: describe(value) });
  return toNativeResponse(value);
}

/** A middleware may call next() and never look at it: that must not end as an unhandled rejection. */
function quiet<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}
