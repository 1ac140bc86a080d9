// Whether the client is still there. Watched on the response: the request side is over once its body was
// read, and "finished" alone does not mean that the client got it.
import { AsyncResource } from "node:async_hooks";
import type { Socket } from "node:net";
import type { NodeRequest, NodeResponse } from "./messages.ts";
import { http1Socket, http2Stream, isOver, wasCutOff } from "./messages.ts";

/** The client of one request. Nothing is listened to before a `Request` is made, or a signal is asked for. */
export class ClientWatch {
  /** Held on purpose: with a `Request`, Node forgets the signal that it made for it. */
  request: Request | undefined;
  readonly #req: NodeRequest;
  readonly #res: NodeResponse | undefined;
  #controller: AbortController | undefined;
  #scope: AsyncResource | undefined;
  #reason: DOMException | undefined;
  #state: "there" | "gone" | "served" = "there";
  #unlisten: (() => void) | undefined;
  #innerSignal: (() => AbortSignal) | undefined;
  #whenOver: (() => void) | undefined;

  constructor(req: NodeRequest, res: NodeResponse | undefined) {
    this.#req = req;
    this.#res = res;
  }

  /** Whether the client left before it had its answer. */
  get gone(): boolean {
    if (this.#state === "there" && this.#isOver() && this.#wasCutOff()) this.#leave();
    return this.#state === "gone";
  }

  /** Whether the answer is complete. */
  get served(): boolean {
    return this.#state === "served" || (!this.gone && this.#isOver());
  }

  /** What the signal, pending reads and cancelled streams are told; always the same object. */
  get reason(): DOMException {
    this.#reason ??= new DOMException("The client closed the connection.", "AbortError");
    return this.#reason;
  }

  /** Aborted when the client leaves before it has its answer; never after a normal end. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      // The host's AsyncLocalStorage is visible in abort listeners.
      this.#scope = new AsyncResource("StarbridgeClient");
      if (this.gone) this.#controller.abort(this.reason);
      else this.#listen();
    }
    return this.#controller.signal;
  }

  /**
   * Watches for a `Request`, whose own signal is on demand.
   *
   * @param innerSignal The signal that the platform made for it, which `fetch(request)` and copies of it follow.
   */
  watch(request: Request, innerSignal: () => AbortSignal): void {
    this.request = request;
    this.#innerSignal = innerSignal;
    if (this.gone) this.#tellFollowers();
    else this.#listen();
  }

  /**
   * Calls back once when the response is over, however it ended; for the one reader of the body.
   *
   * @returns Stops that.
   */
  onOver(listener: () => void): () => void {
    this.#whenOver = listener;
    this.#listen();
    return () => {
      this.#whenOver = undefined;
    };
  }

  /**
   * Notes that the client has left, for who notices it before the response does.
   *
   * @returns The reason, which the signal has by then.
   */
  leave(): DOMException {
    this.#leave();
    return this.reason;
  }

  /** Stops watching: the request is someone else's now. */
  release(): void {
    // Whoever reads the body still has to hear of its end.
    if (this.#whenOver !== undefined) return;
    this.#unlisten?.();
    this.#unlisten = undefined;
  }

  #listen(): void {
    if (this.#unlisten !== undefined || this.#isOver()) return;
    this.#unlisten = this.#res
      ? onEnd(this.#req, this.#res, (cutOff) => {
          if (cutOff) this.#leave();
          else this.#state = "served";
          this.#whenOver?.();
        })
      : onRequestEnd(this.#req, () => {
          if (isRequestCutOff(this.#req)) this.#leave();
        });
  }

  #leave(): void {
    if (this.#state !== "there") return;
    this.#state = "gone";
    this.#unlisten?.();
    this.#unlisten = undefined;
    const controller = this.#controller;
    if (controller !== undefined && !controller.signal.aborted) {
      if (this.#scope) this.#scope.runInAsyncScope(() => controller.abort(this.reason));
      else controller.abort(this.reason);
    }
    this.#tellFollowers();
  }

  /**
   * The platform's own signal of a Request has a controller that nobody holds. To give the Request one of ours instead
   * takes 11 µs, for what is followed once in a thousand requests; so this one object is told to look aborted.
   */
  #tellFollowers(): void {
    const inner = this.#innerSignal?.();
    if (inner === undefined || inner.aborted) return;
    Object.defineProperties(inner, {
      aborted: { configurable: true, value: true },
      reason: { configurable: true, value: this.reason },
    });
    inner.dispatchEvent(new Event("abort"));
  }

  #isOver(): boolean {
    return this.#res ? isOver(this.#req, this.#res) : isRequestCutOff(this.#req);
  }

  #wasCutOff(): boolean {
    return this.#res ? wasCutOff(this.#res) : true;
  }
}

/**
 * Calls back once, when a response ends: finished, or cut off.
 *
 * @param req Its request.
 * @param res The response; not over yet.
 * @param listener Is told whether the response was cut off.
 * @returns Stops listening.
 */
export function onEnd(
  req: NodeRequest | undefined,
  res: NodeResponse,
  listener: (cutOff: boolean) => void,
): () => void {
  const stream = http2Stream(res);
  const socket = stream || !req || res.socket !== null ? undefined : http1Socket(req);
  let finished = false;
  const finish = () => {
    finished = true;
  };
  const close = () => {
    unlisten();
    listener(stream ? wasCutOff(res) : !finished);
  };
  const unlisten = () => {
    res.off("close", close);
    if (!stream) res.off("finish", finish);
    if (socket) offSocketClose(socket, close);
  };
  res.on("close", close);
  if (!stream) res.on("finish", finish);
  // A response that waits its turn on a pipelined connection does not hear of the end of the socket.
  if (socket) onSocketClose(socket, close);
  return unlisten;
}

// Many requests wait on one pipelined socket: one listener serves them all.
const waiting = new WeakMap<Socket, { listeners: Set<() => void>; listener: () => void }>();

function onSocketClose(socket: Socket, close: () => void): void {
  const known = waiting.get(socket);
  if (known) {
    known.listeners.add(close);
    return;
  }
  const listeners = new Set([close]);
  const listener = () => {
    for (const each of [...listeners]) each();
  };
  waiting.set(socket, { listeners, listener });
  socket.on("close", listener);
}

function offSocketClose(socket: Socket, close: () => void): void {
  const known = waiting.get(socket);
  if (!known?.listeners.delete(close) || known.listeners.size > 0) return;
  waiting.delete(socket);
  socket.off("close", known.listener);
}

function onRequestEnd(req: NodeRequest, listener: () => void): () => void {
  const close = () => {
    req.off("close", close);
    listener();
  };
  req.on("close", close);
  return () => req.off("close", close);
}

function isRequestCutOff(req: NodeRequest): boolean {
  const stream = http2Stream(req);
  if (stream) return stream.aborted || (stream.destroyed && stream.rstCode !== 0);
  return req.destroyed && !req.complete;
}
