// A server that has no patience with slow uploads: Node ends them with 408, and a page that reads one learns of it.
import { once } from "node:events";
import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import connect from "connect";
import express5 from "express";
import fastify from "fastify";
import type { APIContext, BridgeOptions } from "starbridge";
import { starbridge as connectBridge } from "starbridge/connect";
import { starbridge as expressBridge } from "starbridge/express";
import starbridgePlugin from "starbridge/fastify";
import { afterEach, describe, expect, it } from "vitest";
import { deferred, staysQuiet, within } from "../bridges/_quiet.ts";
import { openRaw, raw } from "../_raw.ts";

const express4: typeof express5 = createRequire(import.meta.url)("express4");

const patience = { requestTimeout: 200, headersTimeout: 200, connectionsCheckingInterval: 20 };

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function listening(listener: RequestListener): Promise<Server> {
  const server = createServer(patience, listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

const hosts: Record<string, (options: BridgeOptions) => Promise<{ address(): unknown }>> = {
  "express 4": (options) => listening(express4().use(expressBridge(options))),
  "express 5": (options) => listening(express5().use(expressBridge(options))),
  connect: (options) => listening(connect().use(connectBridge(options))),
  fastify: async (options) => {
    const app = fastify({
      forceCloseConnections: true,
      requestTimeout: patience.requestTimeout,
      http: patience,
    });
    await app.register(starbridgePlugin, options);
    await app.listen({ port: 0, host: "127.0.0.1" });
    stops.push(() => app.close());
    return app.server;
  },
};

describe.each(Object.keys(hosts))("a slow upload to a page of %s", (name) => {
  staysQuiet();
  const start = hosts[name] as (options: BridgeOptions) => Promise<{ address(): unknown }>;

  // B54
  it("ends in Node's 408: the read rejects with the reason of the signal, and the server goes on", async () => {
    const outcome = deferred<[string, boolean, boolean]>();
    const POST = async ({ request }: APIContext): Promise<Response> => {
      try {
        await request.text();
        outcome.resolve(["read to an end", false, false]);
      } catch (error) {
        const { signal } = request;
        outcome.resolve([(error as Error).name, error === signal.reason, signal.aborted]);
        throw error;
      }
      return new Response("read");
    };
    const routes = { "a.ts": { POST, GET: () => new Response("fine") } };
    const server = await start({ routes });
    const { port } = server.address() as AddressInfo;
    const connection = await openRaw(port);
    const head = ["POST /a HTTP/1.1", "Content-Type: application/json", "Content-Length: 100"];
    connection.send(head, "slow");
    const [error, same, aborted] = await within(5000, "the rejection", outcome.promise);
    expect([error, same, aborted]).toEqual(["AbortError", true, true]);
    await connection.untilClosed();
    expect(connection.received).toMatch(/^HTTP\/1.1 408 /);
    expect((await raw(port, "GET /a HTTP/1.1")).body).toBe("fine");
  });
});
