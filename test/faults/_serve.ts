// Hosts for faults, each with a step in front of the bridge and routes of its own behind it.
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createServer as createHttp2Server, createSecureServer } from "node:http2";
import type { Http2Session } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import { createRequire } from "node:module";
import type { Server } from "node:net";
import connect from "connect";
import express5 from "express";
import type { BridgeOptions } from "starbridge";
import { starbridge as connectBridge } from "starbridge/connect";
import { starbridge as expressBridge } from "starbridge/express";
import { certificate } from "./_certificate.ts";
import { isFastify } from "./_host-names.ts";
import type { FastifyHost, FaultHost } from "./_host-names.ts";
import { startFastify, startMiddie } from "./_serve-fastify.ts";

const express4: typeof express5 = createRequire(import.meta.url)("express4");

export type Next = (error?: unknown) => void;
export type Step = (req: IncomingMessage, res: ServerResponse, next: Next) => void;

/** What a host is made of, besides itself. */
export interface Parts {
  options: BridgeOptions;
  /** Runs in front of everything. */
  front: Step;
  /** Routes of the host behind the bridge; calls next for what it does not know. */
  legacy: Step;
  /** Counts an error that reached the host, and answers. */
  failed(error: unknown, res: ServerResponse): void;
}

export interface Served {
  server: Server;
  /** Stops the host and the bridge, as an orderly shutdown would. */
  close(): Promise<void>;
}

/** Connections stay open until someone closes them, and time limits are looked at often. */
export const serverOptions = { keepAliveTimeout: 600_000, connectionsCheckingInterval: 50 };

export async function serve(host: FaultHost, parts: Parts): Promise<Served> {
  if (isFastify(host)) return await startFastify(parts, host);
  if (host === "fastify + middie") return await startMiddie(parts);
  const guest = guests[host](parts);
  await guest.bridge.ready();
  const server = createServerOf(host, guest.listener);
  const closeSessions = sessionsOf(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    const closed = once(server, "close");
    server.close();
    closeSessions();
    await guest.bridge.close();
    await closed;
  };
  return { server, close };
}

/** Keeps the HTTP/2 sessions of a server; gives a function that tells them to end when they are at rest. */
export function sessionsOf(server: Server): () => void {
  const sessions = new Set<Http2Session>();
  server.on("session", (session: Http2Session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  return () => {
    for (const session of sessions) session.close();
  };
}

interface Guest {
  listener: RequestListener;
  bridge: { ready(): Promise<void>; close(): Promise<void> };
}

type PlainHost = Exclude<FaultHost, FastifyHost | "fastify + middie">;

const guests: Record<PlainHost, (parts: Parts) => Guest> = {
  "express 4": (parts) => inExpress(express4, parts),
  "express 5": (parts) => inExpress(express5, parts),
  "https (express 5)": (parts) => inExpress(express5, parts),
  connect: inConnect,
  "node:http": alone,
  http2: alone,
  "http2 (tls)": alone,
};

function createServerOf(host: PlainHost, listener: RequestListener): Server {
  // The compat objects stand in for http1's, as every connect middleware on HTTP/2 takes them.
  const compat = (req: unknown, res: unknown): void =>
    void listener(req as IncomingMessage, res as ServerResponse & { req: IncomingMessage });
  if (host === "http2") return createHttp2Server(compat);
  if (host === "http2 (tls)") return createSecureServer(certificate(), compat);
  if (host === "https (express 5)") {
    return createHttpsServer({ ...serverOptions, ...certificate() }, listener);
  }
  return createServer(serverOptions, listener);
}

function inExpress(express: typeof express5, parts: Parts): Guest {
  const app = express();
  const bridge = expressBridge(parts.options);
  app.use(parts.front, bridge, parts.legacy);
  app.use((error: unknown, _req: IncomingMessage, res: ServerResponse, _next: Next) => {
    parts.failed(error, res);
  });
  return { listener: app, bridge };
}

function inConnect(parts: Parts): Guest {
  const app = connect();
  const bridge = connectBridge(parts.options);
  app.use(parts.front).use(bridge).use(parts.legacy);
  app.use((error: unknown, _req: IncomingMessage, res: ServerResponse, _next: Next) => {
    parts.failed(error, res);
  });
  return { listener: app, bridge };
}

/** A server without a framework: the steps one after the other, a throw is an error of the request. */
function alone(parts: Parts): Guest {
  const bridge = connectBridge(parts.options);
  const steps: Step[] = [parts.front, bridge, parts.legacy];
  const listener: RequestListener = (req, res) => {
    const run = (index: number, error?: unknown): void => {
      const step = steps[index];
      if (error !== undefined) parts.failed(error, res);
      else if (step === undefined) notFound(res);
      else
        try {
          step(req, res, (failure) => run(index + 1, failure));
        } catch (thrown) {
          parts.failed(thrown, res);
        }
    };
    run(0);
  };
  return { listener, bridge };
}

function notFound(res: ServerResponse): void {
  res.statusCode = 404;
  res.end("host 404");
}
