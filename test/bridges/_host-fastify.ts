// Fastify: the bridge as its plugin, legacy as its own routes.
import fastify from "fastify";
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from "fastify";
import type { BridgeOptions } from "starbridge";
import starbridge from "starbridge/fastify";
import type { HostName, LegacyHandler, Records, Setup, Started } from "../_hosts.ts";
import { notFound, readBody, statusOf } from "./_host-connect.ts";

type Logger = NonNullable<BridgeOptions["logger"]>;

export async function startFastify(
  _host: HostName,
  setup: Setup,
  records: Records,
): Promise<Started> {
  // The bridge logs where its host logs.
  const { logger, ...options } = setup.options ?? {};
  const app = fastify({
    trustProxy: setup.trustProxy ?? false,
    forceCloseConnections: true,
    ...(logger && { loggerInstance: asFastifyLogger(logger) }),
  });
  for (const step of setup.before ?? []) {
    app.addHook("onRequest", async (request, reply) => {
      await step({
        req: request.raw,
        setHeader: (name, value) => void reply.header(name, value),
        answer: (status, body) => void reply.code(status).send(body),
      });
      return reply.sent ? reply : undefined;
    });
  }
  const path = setup.guard;
  if (path) {
    app.addHook("onRequest", async (request, reply) => {
      const inside = request.url === path || request.url.startsWith(`${path}/`);
      return inside && !request.headers.authorization
        ? reply.code(401).send("host 401")
        : undefined;
    });
  }
  app.setErrorHandler((error, _request, reply) => {
    if (reply.raw.headersSent) records.lateErrors.push(error);
    else records.errors.push(error);
    return reply.code(statusOf(error)).header("x-host-error", "1").send("host error page");
  });
  app.setNotFoundHandler((request, reply) => answer(setup.notFound ?? notFound, request, reply));
  for (const [name, handler] of Object.entries(setup.legacy ?? {})) {
    const [method = "", url = ""] = name.split(" ");
    app.route({ method, url, handler: (request, reply) => answer(handler, request, reply) });
  }

  const scopes = setup.mount ?? [];
  await app.register(async (outer) => {
    if (scopes.length < 2) {
      await outer.register(starbridge, { ...options, prefix: scopes[0] ?? "" });
    } else {
      await outer.register(
        async (child) => {
          await child.register(starbridge, { ...options, prefix: scopes[1] ?? "" });
        },
        { prefix: scopes[0] ?? "" },
      );
    }
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  return { server: app.server, stop: () => app.close() };
}

async function answer(
  handler: LegacyHandler,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const {
    status = 200,
    headers = {},
    text,
  } = await handler({
    req: request.raw,
    method: request.method,
    url: request.url,
    body: async () => {
      if (typeof request.body === "string") return request.body;
      return request.body ? JSON.stringify(request.body) : await readBody(request.raw);
    },
  });
  return reply.code(status).headers(headers).send(text);
}

function asFastifyLogger(logger: Logger): FastifyBaseLogger {
  const write = (fields: object | string, message?: string): void =>
    typeof fields === "string" ? logger.error(fields) : logger.error(fields, message);
  const self = {
    ...logger,
    level: "info",
    fatal: write,
    trace() {},
    silent() {},
    child: () => self,
  };
  return self as FastifyBaseLogger;
}
