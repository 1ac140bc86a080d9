// Fastify for faults: the bridge as its plugin, or as a guest under middie.
import type { Http2Session } from "node:http2";
import middie from "@fastify/middie";
import fastify from "fastify";
import type { FastifyBaseLogger, FastifyInstance, FastifyServerOptions } from "fastify";
import { starbridge as connectBridge } from "starbridge/connect";
import starbridge from "starbridge/fastify";
import { certificate } from "./_certificate.ts";
import { isSecure } from "./_host-names.ts";
import type { FastifyHost } from "./_host-names.ts";
import type { Parts, Served } from "./_serve.ts";
import { serverOptions, sessionsOf } from "./_serve.ts";

export async function startFastify(parts: Parts, host: FastifyHost): Promise<Served> {
  const { logger, ...options } = parts.options;
  const app = fastify({ ...protocolOf(host), loggerInstance: asFastifyLogger(logger) });
  app.addHook("onRequest", (request, reply, done) => {
    // Where a step answers by itself, it answers through the reply: see `_legacy.ts`.
    (reply.raw as { hostReply?: unknown }).hostReply = reply;
    parts.front(request.raw, reply.raw, () => done());
  });
  app.addHook("onSend", (request, _reply, payload, done) => {
    const fails = request.headers["x-host-fails"] === "onSend";
    if (fails) done(new Error("hook failed on purpose"));
    else done(null, payload);
  });
  app.setErrorHandler((error, _request, reply) => {
    reply.hijack();
    parts.failed(error, reply.raw);
  });
  app.register(starbridge, options);
  app.server.on("session", (session: Http2Session) => {
    // In place of the server's limit Fastify sets one of its own, which waits for streams to end.
    const { timeout } = app.server;
    if (timeout > 0) session.setTimeout(timeout, () => session.destroy());
  });
  return await withLegacy(app, parts, async () => {});
}

export async function startMiddie(parts: Parts): Promise<Served> {
  const app = fastify({ http: serverOptions, keepAliveTimeout: serverOptions.keepAliveTimeout });
  await app.register(middie);
  const bridge = connectBridge(parts.options);
  app.use(parts.front);
  app.use(bridge);
  app.setErrorHandler((error, _request, reply) => {
    reply.hijack();
    parts.failed(error, reply.raw);
  });
  await bridge.ready();
  return await withLegacy(app, parts, () => bridge.close());
}

async function withLegacy(
  app: FastifyInstance,
  parts: Parts,
  closeBridge: () => Promise<void>,
): Promise<Served> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  app.setNotFoundHandler((request, reply) => {
    parts.legacy(request.raw, reply.raw, (error) => {
      if (error !== undefined) return parts.failed(error, reply.raw);
      reply.raw.statusCode = 404;
      reply.raw.end("host 404");
    });
    // What throws before is Fastify's to answer.
    reply.hijack();
  });
  const closeSessions = sessionsOf(app.server);
  await app.listen({ port: 0, host: "127.0.0.1" });
  const close = async (): Promise<void> => {
    const closed = app.close();
    closeSessions();
    await Promise.all([closeBridge(), closed]);
  };
  return { server: app.server, close };
}

function protocolOf(host: FastifyHost): FastifyServerOptions {
  const { keepAliveTimeout } = serverOptions;
  // Fastify's types know one of these at a time.
  const any = (options: object): FastifyServerOptions => options;
  if (host === "fastify") return any({ http: serverOptions, keepAliveTimeout });
  if (host === "https (fastify)") {
    return any({ https: { ...serverOptions, ...certificate() }, keepAliveTimeout });
  }
  // With a time limit Node holds a session that is gone until that has passed, bridge or not.
  const http2 = { http2: true, http2SessionTimeout: 0 };
  return any(isSecure(host) ? { ...http2, https: certificate() } : http2);
}

function asFastifyLogger(logger: Parts["options"]["logger"]): FastifyBaseLogger {
  const nothing = (): void => {};
  const self = {
    level: "info",
    info: nothing,
    debug: nothing,
    trace: nothing,
    silent: nothing,
    fatal: nothing,
    ...logger,
    child: () => self,
  };
  return self as unknown as FastifyBaseLogger;
}
