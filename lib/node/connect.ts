// One (req, res, next) function by itself, and what it did.
import { toError } from "../thrown.ts";
import type { NodeRequest, NodeResponse } from "./messages.ts";
import { isOver } from "./messages.ts";
import { onEnd } from "./signal.ts";

/** A middleware of connect or Express. Its own types name the request and response of its framework. */
// biome-ignore lint/suspicious/noExplicitAny: every framework has request types of its own, and none is the others' supertype.
export type ConnectMiddleware = (req: any, res: any, next: (error?: any) => void) => unknown;

/**
 * Runs a middleware.
 *
 * @returns `"next"` when it went on, `"answered"` when the response came to an end without that.
 * @throws What it threw, rejected with, or gave to `next()`.
 */
export function callConnect(
  middleware: ConnectMiddleware,
  req: NodeRequest,
  res: NodeResponse,
): Promise<"next" | "answered"> {
  return new Promise((resolve, reject) => {
    let unlisten: (() => void) | undefined;
    const settle = (act: () => void) => {
      unlisten?.();
      unlisten = () => {};
      act();
    };
    const next = (error?: unknown) => {
      // Express's words for "on to the next route": there is none in here.
      if (error === undefined || error === null || error === "route" || error === "router") {
        settle(() => resolve("next"));
      } else {
        settle(() => reject(toError(error)));
      }
    };
    if (!isOver(req, res)) unlisten = onEnd(req, res, () => settle(() => resolve("answered")));
    try {
      const result: unknown = middleware(req, res, next);
      if (isPromise(result)) result.then(undefined, (error) => next(toError(error)));
      if (unlisten === undefined) settle(() => resolve("answered"));
    } catch (error) {
      next(toError(error));
    }
  });
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === "function";
}
