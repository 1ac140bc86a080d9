import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { callConnect } from "../../../lib/node/connect.ts";
import type { ConnectMiddleware } from "../../../lib/node/connect.ts";
import { deferred, rejection, servers, turn, within } from "./_servers.ts";

const start = servers();

/** What calling a middleware comes to, and the listeners of the response before and after. */
async function calling(middleware: ConnectMiddleware) {
  const result = deferred<unknown>();
  const { open } = await start.http(async (req, res) => {
    const before = count(res);
    const outcome = await callConnect(middleware, req, res).catch((error: unknown) => error);
    result.resolve([outcome, count(res) - before]);
    if (!res.writableEnded) res.end();
  });
  const connection = await open();
  connection.send("GET / HTTP/1.1");
  const [outcome, listeners] = (await within(3000, result.promise)) as [unknown, number];
  expect(listeners).toBeLessThanOrEqual(0);
  return outcome;
}

function count(res: ServerResponse): number {
  return res.eventNames().reduce((sum, name) => sum + res.listenerCount(name), 0);
}

describe("callConnect", () => {
  it("says that a middleware went on, at once or later", async () => {
    expect(await calling((_req, _res, next) => next())).toBe("next");
    expect(await calling((_req, _res, next) => void setImmediate(next))).toBe("next");
    expect(
      await calling(async (_req, _res, next) => {
        await turn();
        next();
      }),
    ).toBe("next");
  });

  it("takes Express's words for the next route as going on", async () => {
    expect(await calling((_req, _res, next) => next("route"))).toBe("next");
    expect(await calling((_req, _res, next) => next("router"))).toBe("next");
    expect(await calling((_req, _res, next) => next(null))).toBe("next");
  });

  it("says that a middleware answered, at once or later", async () => {
    expect(await calling((_req, res) => res.end("answer"))).toBe("answered");
    expect(await calling((_req, res) => void setImmediate(() => res.end("answer")))).toBe(
      "answered",
    );
    expect(await calling((_req, res) => res.destroy())).toBe("answered");
  });

  it("rejects with what it threw, rejected with, or gave to next", async () => {
    const failure = new Error("no");
    expect(await calling((_req, _res, next) => next(failure))).toBe(failure);
    expect(
      await calling(() => {
        throw failure;
      }),
    ).toBe(failure);
    expect(await calling(() => Promise.reject(failure))).toBe(failure);
    expect(await calling((_req, _res, next) => next("text"))).toMatchObject({
      code: "STARBRIDGE_THROWN_VALUE",
      cause: "text",
    });
    expect(await calling(() => Promise.reject(null))).toMatchObject({ cause: null });
  });

  it("counts the first outcome only", async () => {
    const later = new Error("later");
    expect(
      await calling((_req, _res, next) => {
        next();
        next(later);
        throw later;
      }),
    ).toBe("next");
    expect(
      await calling(async (_req, res, next) => {
        next();
        res.end();
        throw later;
      }),
    ).toBe("next");
  });

  it("does not wait for a client that is gone, in the queue of a pipelined connection either", async () => {
    const results: Promise<string>[] = [];
    const both = deferred();
    const { open } = await start.http((req, res) => {
      results.push(callConnect(() => {}, req, res));
      if (results.length === 2) both.resolve();
    });
    const connection = await open();
    connection.send("GET /1 HTTP/1.1");
    connection.send("GET /2 HTTP/1.1");
    await both.promise;
    connection.destroy();
    expect(await within(2000, Promise.all(results))).toEqual(["answered", "answered"]);
  });

  it("says so when the response had ended before", async () => {
    const result = deferred<string>();
    const failed = deferred<Error>();
    const { open } = await start.http((req, res) => {
      res.once("close", () => {
        result.resolve(callConnect(() => {}, req, res) as never);
        const throwing = () => {
          throw new Error("no");
        };
        failed.resolve(rejection(callConnect(throwing, req, res)) as never);
      });
      res.end();
    });
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    expect(await within(2000, result.promise)).toBe("answered");
    expect((await failed.promise).message).toBe("no");
  });
});
