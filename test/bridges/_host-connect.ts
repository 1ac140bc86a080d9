// Hosts whose handlers are (req, res, next): Express, connect, middie, and servers without a framework.
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { createRequire } from "node:module";
import type { Server } from "node:net";
import middie from "@fastify/middie";
import connect from "connect";
import express5 from "express";
import fastify from "fastify";
import { starbridge as connectBridge } from "starbridge/connect";
import { starbridge as expressBridge } from "starbridge/express";
import type {
  ConnectMiddleware,
  HostName,
  LegacyHandler,
  Records,
  Setup,
  Started,
} from "../_hosts.ts";

const express4: typeof express5 = createRequire(import.meta.url)("express4");

export async function startExpress(
  host: HostName,
  setup: Setup,
  records: Records,
): Promise<Started> {
  const express = host === "express 4" ? express4 : express5;
  const app = express();
  if (setup.trustProxy) app.set("trust proxy", true);
  for (const middleware of front(setup)) app.use(middleware);
  if (setup.guard) app.use(setup.guard, guard);

  const bridge = expressBridge(setup.options);
  const [path = "/", ...inner] = setup.mount ?? [];
  let mounted: express5.RequestHandler = bridge;
  for (const segment of inner.reverse()) mounted = express.Router().use(segment, mounted);
  app.use(path, mounted);

  for (const [name, handler] of legacyOf(setup)) {
    const [method = "", url = ""] = name.split(" ");
    app[method.toLowerCase() as "get"](url, asMiddleware(handler));
  }
  app.use(asMiddleware(setup.notFound ?? notFound));
  app.use((error: unknown, _req: IncomingMessage, res: ServerResponse, _next: () => void) => {
    answerError(records, error, res);
  });
  await bridge.ready();
  return await listening(createServer(app), () => bridge.close());
}

export async function startConnect(
  _host: HostName,
  setup: Setup,
  records: Records,
): Promise<Started> {
  const app = connect();
  for (const middleware of front(setup)) app.use(middleware);
  if (setup.guard) app.use(setup.guard, guard);

  const bridge = connectBridge(setup.options);
  const [path = "/", ...inner] = setup.mount ?? [];
  let mounted: ConnectMiddleware = bridge;
  for (const segment of inner.reverse()) mounted = connect().use(segment, mounted);
  app.use(path, mounted);

  app.use(legacyRouter(setup));
  app.use((error: unknown, _req: IncomingMessage, res: ServerResponse, _next: () => void) => {
    answerError(records, error, res);
  });
  await bridge.ready();
  return await listening(createServer(app), () => bridge.close());
}

export async function startMiddie(
  _host: HostName,
  setup: Setup,
  records: Records,
): Promise<Started> {
  const app = fastify({ trustProxy: setup.trustProxy ?? false, forceCloseConnections: true });
  await app.register(middie);
  for (const middleware of front(setup)) app.use(middleware);
  if (setup.guard) app.use(setup.guard, guard);
  const bridge = connectBridge(setup.options);
  const path = setup.mount?.[0];
  if (path) app.use(path, bridge);
  else app.use(bridge);

  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  for (const [name, handler] of legacyOf(setup)) {
    const [method = "", url = ""] = name.split(" ");
    app.route({
      method,
      url,
      handler: (request, reply) => {
        reply.hijack();
        asMiddleware(handler)(request.raw, reply.raw, () => {});
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    reply.hijack();
    asMiddleware(setup.notFound ?? notFound)(request.raw, reply.raw, () => {});
  });
  app.setErrorHandler((error, _request, reply) => {
    reply.hijack();
    answerError(records, error, reply.raw);
  });
  await bridge.ready();
  await app.listen({ port: 0, host: "127.0.0.1" });
  const stop = async () => {
    await bridge.close();
    await app.close();
  };
  return { server: app.server, stop };
}

export async function startNode(host: HostName, setup: Setup, records: Records): Promise<Started> {
  const bridge = connectBridge(setup.options);
  const chain = [...front(setup)];
  if (setup.guard) chain.push(guarded(setup.guard));
  chain.push(bridge, legacyRouter(setup));
  const listener = (req: IncomingMessage, res: ServerResponse): void => {
    const run = (index: number, error?: unknown): void => {
      if (error) answerError(records, error, res);
      else chain[index]?.(req, res, (failure) => run(index + 1, failure));
    };
    run(0);
  };
  const server =
    host === "http2"
      ? // The compat objects stand in for http1's, as every connect middleware on HTTP/2 takes them.
        createHttp2Server((req, res) =>
          listener(req as unknown as IncomingMessage, res as unknown as ServerResponse),
        )
      : createServer(listener);
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session: { destroy(): void; on(event: string, fn: () => void): void }) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  await bridge.ready();
  return await listening(server, async () => {
    for (const session of sessions) session.destroy();
    await bridge.close();
  });
}

async function listening(server: Server, closeBridge: () => Promise<void>): Promise<Started> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = async () => {
    const closed = once(server, "close");
    server.close();
    await closeBridge();
    await closed;
  };
  return { server, stop };
}

function front(setup: Setup): ConnectMiddleware[] {
  const steps = (setup.before ?? []).map((step): ConnectMiddleware => {
    return (req, res, next) => {
      const exchange = {
        req,
        setHeader: (name: string, value: string | string[]) => void res.setHeader(name, value),
        answer: (status: number, body: string) => {
          res.statusCode = status;
          res.end(body);
        },
      };
      Promise.resolve(step(exchange)).then(() => {
        if (!res.writableEnded) next();
      }, next);
    };
  });
  return [...steps, ...(setup.use ?? [])];
}

function guard(req: IncomingMessage, res: ServerResponse, next: () => void): void {
  if (req.headers.authorization) {
    next();
    return;
  }
  res.statusCode = 401;
  res.end("host 401");
}

/** The guard of a server that has no router: a test of the raw target. */
function guarded(path: string): ConnectMiddleware {
  return (req, res, next) => {
    const inside = req.url === path || req.url?.startsWith(`${path}/`);
    if (inside) guard(req, res, next);
    else next();
  };
}

function legacyOf(setup: Setup): [string, LegacyHandler][] {
  return Object.entries(setup.legacy ?? {});
}

function legacyRouter(setup: Setup): ConnectMiddleware {
  const routes = new Map(legacyOf(setup));
  return (req, res, next) => {
    const path = (req.url ?? "").split("?")[0];
    const handler = routes.get(`${req.method} ${path}`) ?? setup.notFound ?? notFound;
    asMiddleware(handler)(req, res, next);
  };
}

/** What a host answers at its end when a test does not say. */
export const notFound: LegacyHandler = () => ({ status: 404, text: "host 404" });

function asMiddleware(handler: LegacyHandler): ConnectMiddleware {
  return (req, res, next) => {
    const call = {
      req,
      method: req.method ?? "",
      url: req.url ?? "",
      body: () => readBody(req),
    };
    Promise.resolve(handler(call)).then(({ status = 200, headers = {}, text }) => {
      res.statusCode = status;
      for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
      res.end(text);
    }, next);
  };
}

/** The body as a legacy handler gets at it: parsed by a middleware, or still on the socket. */
export async function readBody(
  req: IncomingMessage & { body?: unknown; _body?: boolean },
): Promise<string> {
  if (req._body) return typeof req.body === "string" ? req.body : JSON.stringify(req.body);
  let text = "";
  for await (const chunk of req) text += String(chunk);
  return text;
}

/** Counts the error, and answers as a host's error page does. */
function answerError(records: Records, error: unknown, res: ServerResponse): void {
  if (res.headersSent) {
    records.lateErrors.push(error);
    res.destroy();
    return;
  }
  records.errors.push(error);
  res.statusCode = statusOf(error);
  res.setHeader("x-host-error", "1");
  res.end("host error page");
}

/** The status that hosts read from an error. */
export function statusOf(error: unknown): number {
  const { statusCode, status } = Object(error) as { statusCode?: number; status?: number };
  return statusCode ?? status ?? 500;
}
