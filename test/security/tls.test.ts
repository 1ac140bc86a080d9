// The connection itself is encrypted, no proxy in between: what the host knows of that, a page and our checks know.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import middie from "@fastify/middie";
import connect from "connect";
import express5 from "express";
import session from "express-session";
import fastify from "fastify";
import type { APIContext, BridgeOptions } from "starbridge";
import { starbridge as connectBridge } from "starbridge/connect";
import { starbridge as expressBridge } from "starbridge/express";
import starbridgePlugin from "starbridge/fastify";
import { afterEach, describe, expect, it } from "vitest";
import { staysQuiet } from "../bridges/_quiet.ts";
import { anonymous, fetchTls, listenTls } from "./_tls.ts";

const express4: typeof express5 = createRequire(import.meta.url)("express4");

const options: BridgeOptions = {
  routes: {
    "a.ts": {
      GET: ({ url, request, cookies }: APIContext) => {
        cookies.set("safe", "1", { secure: true });
        return Response.json([url.href, request.url]);
      },
      POST: () => new Response("written"),
    },
  },
};

interface Up {
  address(): unknown;
}

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function listening(listener: RequestListener): Promise<Up> {
  const server = await listenTls(listener);
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

async function fastifyWith(prepare: (app: ReturnType<typeof secure>) => unknown): Promise<Up> {
  const app = secure();
  await prepare(app);
  await app.listen({ port: 0, host: "127.0.0.1" });
  stops.push(() => app.close());
  return app.server;
}

const secure = () => fastify({ https: anonymous, forceCloseConnections: true });

const hosts: Record<string, () => Promise<Up>> = {
  "express 4": () => listening(express4().use(expressBridge(options))),
  "express 5": () => listening(express5().use(expressBridge(options))),
  connect: () => listening(connect().use(connectBridge(options))),
  "node:https": () =>
    listening(connectBridge(options) as (req: IncomingMessage, res: ServerResponse) => void),
  fastify: () => fastifyWith((app) => app.register(starbridgePlugin, options)),
  "fastify + middie": () =>
    fastifyWith(async (app) => {
      await app.register(middie);
      app.use(connectBridge(options));
    }),
};

describe.each(Object.keys(hosts))("over TLS, a page of %s", (name) => {
  staysQuiet();
  const start = hosts[name] as () => Promise<Up>;

  // R5
  it("sees https in its URL, and a header cannot take that away", async () => {
    const server = await start();
    const seen = ["https://h.test/a?x", "https://h.test/a?x"];
    const answer = await fetchTls(server, "/a?x");
    expect(JSON.parse(answer.body)).toEqual(seen);
    expect(answer.headers["set-cookie"]).toEqual(["safe=1; Secure"]);
    const forged = { "x-forwarded-proto": "http", forwarded: "proto=http" };
    expect(JSON.parse((await fetchTls(server, "/a?x", { headers: forged })).body)).toEqual(seen);
  });

  // D-37
  it("takes a form of its own origin, and none of the same name without TLS", async () => {
    const server = await start();
    const post = async (origin: string): Promise<number> => {
      const headers = { origin, "content-type": "text/plain" };
      return (await fetchTls(server, "/a", { method: "POST", headers, body: "a" })).status;
    };
    expect(await post("https://h.test")).toBe(200);
    expect(await post("http://h.test")).toBe(403);
    expect(await post("https://h.test:8443")).toBe(403);
  });
});

describe("over TLS, the middleware of a host", () => {
  staysQuiet();

  // R5 R7
  it("sets its secure session cookie beside those of a page", async () => {
    const app = express5();
    app.use(
      session({
        secret: "s",
        resave: false,
        saveUninitialized: true,
        cookie: { secure: true },
      }),
    );
    app.use(expressBridge(options));
    const cookies = async (): Promise<string[]> => {
      const server = await listening(app);
      const answer = await fetchTls(server, "/a");
      return (answer.headers["set-cookie"] ?? []).map((line) => line.split("=")[0] ?? "");
    };
    expect((await cookies()).sort()).toEqual(["connect.sid", "safe"]);
  });
});
