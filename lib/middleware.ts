// Astro's middleware: one function, several in sequence, and what their answers mean.
import { innerOf } from "./context.ts";
import { describe } from "./describe.ts";
import { bridgeError } from "./errors.ts";
import { isResponse, toNativeResponse } from "./response.ts";
import type { Soon } from "./soon.ts";
import { whenSoon, toSoon } from "./soon.ts";
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
 * `next(payload)` of one that is not the last moves the context to the target, and those after it see the target.
 *
 * @example
 * export const onRequest = sequence(log, process.env.AUTH ? auth : undefined, cors);
 */
export function sequence(
  ...handlers: (MiddlewareHandler | undefined | null | false)[]
): MiddlewareHandler {
  const chain = handlers.filter((handler) => Boolean(handler)) as MiddlewareHandler[];
  if (chain.length === 0) return (_context, next) => next();
  return (context, next) => new SequenceRun(chain, context, next).call(0);
}

/** A way through a chain. */
class SequenceRun {
  readonly #chain: readonly MiddlewareHandler[];
  readonly #context: APIContext;
  readonly #last: MiddlewareNext;
  /** What a `next()` has given: a middleware that hands it on gets it past us as it is. */
  #given: Promise<Response> | undefined;

  constructor(chain: readonly MiddlewareHandler[], context: APIContext, last: MiddlewareNext) {
    this.#chain = chain;
    this.#context = context;
    this.#last = last;
  }

  call(index: number): ReturnType<MiddlewareHandler> {
    const handler = this.#chain[index] as MiddlewareHandler;
    const isLast = index === this.#chain.length - 1;
    return handler(
      this.#context,
      isLast ? (payload) => this.#leave(payload) : (payload) => this.#next(index + 1, payload),
    );
  }

  #leave(payload: RewritePayload | undefined): Promise<Response> {
    const last = this.#last;
    const given = last(payload);
    this.#given = given;
    // Of a caller of his own it may be anything.
    return given instanceof Promise ? quiet(given) : given;
  }

  #next(index: number, payload: RewritePayload | undefined): Promise<Response> {
    try {
      const moving = hasPayload(payload) ? moveContext(this.#context, payload) : undefined;
      // What a later one leaves out (it called next() and returned nothing) is left out here too.
      const answer =
        moving instanceof Promise ? moving.then(() => this.call(index)) : this.call(index);
      if (answer instanceof Promise && answer === this.#given) return this.#given;
      const given = toPromise(answer as Response);
      this.#given = given;
      return given;
    } catch (error) {
      return quiet(Promise.reject(error));
    }
  }
}

function moveContext(context: APIContext, payload: RewritePayload): Soon<void> {
  const inner = innerOf(context);
  if (inner === undefined || !inner.canMove) throw bridgeError("NO_REWRITE_TARGETS");
  return inner.moveTo(payload);
}

/** Whether `next()` was given a target; the empty string is one, `/`. */
export function hasPayload(payload: RewritePayload | undefined | null): payload is RewritePayload {
  return payload !== undefined && payload !== null;
}

/**
 * Calls the outermost middleware and holds it to its contract: a Response, or `next()` and nothing.
 *
 * @param respond What `next()` leads to.
 * @returns The answer; at once when the endpoint gave it at once, and every middleware returned what `next()` gave.
 */
export function runMiddleware(
  handler: MiddlewareHandler,
  context: APIContext,
  respond: (payload: RewritePayload | undefined) => Soon<Response>,
): Soon<Response> {
  let last: Promise<Response> | undefined;
  let lastAnswer: Response | undefined;
  const value = handler(context, (payload) => {
    lastAnswer = undefined;
    try {
      const answer = respond(payload);
      if (!(answer instanceof Promise)) lastAnswer = answer;
      last = toPromise(answer);
    } catch (error) {
      last = quiet(Promise.reject(error));
    }
    return last;
  });
  if (value === last && lastAnswer !== undefined) return lastAnswer;
  return whenSoon(toSoon<unknown>(value), (result) => {
    if (result === undefined) {
      if (last === undefined) throw bridgeError("MIDDLEWARE_NO_DATA_OR_NEXT_CALLED");
      return last;
    }
    if (!isResponse(result)) {
      throw bridgeError("MIDDLEWARE_NOT_A_RESPONSE", { actual: describe(result) });
    }
    return toNativeResponse(result);
  });
}

/** The promise that `next()` has to give; one that is there already is handed on as it is. */
function toPromise(answer: Soon<Response>): Promise<Response> {
  const soon = toSoon<Response>(answer);
  return soon instanceof Promise ? quiet(soon) : Promise.resolve(soon);
}

/** A middleware may call next() and never look at it: that must not end as an unhandled rejection. */
function quiet<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(ignore);
  return promise;
}

function ignore(): void {}
