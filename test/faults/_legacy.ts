// What the host of a fault does itself: a step in front of the bridge, routes behind it, an error handler.
import type { ServerResponse } from "node:http";
import { http2Stream } from "../../lib/node/messages.ts";
import type { Seen } from "./_counts.ts";
import type { Parts, Step } from "./_serve.ts";

interface FastifyReply {
  code(status: number): { send(body: string): void };
}

/** The steps of a host; `errors` and `lateErrors` count what reached its error handler. */
export function createHostSteps(seen: Seen) {
  const errors = { early: 0, late: 0 };

  const front: Step = (req, res, next) => {
    seen.add("req", req);
    seen.add("res", res);
    const plan = req.headers["x-host-answers"];
    if (plan === "first") setImmediate(() => answer(res, 503, "timed out"));
    // In the middle of an answer of ours: as a timeout does that looks at nothing but the clock.
    if (plan === "midway") whenStarted(res, () => cutShort(res));
    next();
  };

  const legacy: Step = (req, res, next) => {
    const path = (req.url ?? "").split("?")[0];
    if (path === "/legacy-throws" || path === "/pass") throw new Error("legacy threw on purpose");
    if (path === "/legacy-rejects") {
      Promise.reject(new Error("legacy rejected on purpose")).catch(next);
    } else if (path === "/legacy-upload") {
      let length = 0;
      req.on("data", (chunk: Buffer) => {
        length += chunk.length;
      });
      req.on("end", () => res.end(String(length)));
    } else if (path === "/legacy") res.end("legacy");
    else next();
  };

  const failed: Parts["failed"] = (error, res) => {
    if (res.headersSent) {
      errors.late += 1;
      res.destroy();
      return;
    }
    errors.early += 1;
    res.statusCode = (error as { statusCode?: number } | undefined)?.statusCode ?? 500;
    res.end("host error page");
  };
  return { front, legacy, failed, errors };
}

/** Answers in the way of the host: Fastify's is its reply. */
function answer(res: ServerResponse & { hostReply?: FastifyReply }, status: number, body: string) {
  if (res.headersSent || res.writableEnded) return;
  if (res.hostReply) {
    res.hostReply.code(status).send(body);
    return;
  }
  res.statusCode = status;
  res.end(body);
}

function cutShort(res: ServerResponse & { hostReply?: FastifyReply }): void {
  // Under Fastify an answer that is being piped cannot be ended by somebody else, only be broken off.
  if (res.hostReply) (http2Stream(res) ?? res).destroy();
  else res.end();
}

function whenStarted(res: ServerResponse, then: () => void): void {
  if (res.headersSent) then();
  else if (!res.writableEnded) setImmediate(() => whenStarted(res, then));
}
