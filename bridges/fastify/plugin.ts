// The Fastify 5 plugin: one real route per file and method, in a scope of its own, answered through `reply`.
import { STATUS_CODES } from "node:http";
import type { Readable } from "node:stream";
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import fastifyPlugin from "fastify-plugin";
import { createApp } from "../../lib/app.ts";
import { BridgeError } from "../../lib/errors.ts";
import { toError } from "../../lib/thrown.ts";
import { isOver } from "../../lib/node/messages.ts";
import { onEnd } from "../../lib/node/signal.ts";
import { isPass } from "../../lib/pass.ts";
import type { RouteMatch, SlashRule } from "../../lib/routes/match.ts";
import type { BridgeOptions } from "../../lib/types.ts";
import type { Guest } from "../serve.ts";
import { closeGuest, createGuest } from "../serve.ts";
import type { FastifyHost, RouterOptions } from "./host.ts";
import { FastifyIncoming, payloads, placeOf, routerOptionsOf } from "./host.ts";
import { sendReply } from "./reply.ts";
import { registerRoutes } from "./routes.ts";

/** `request.routeOptions.config.starbridge` of a route of ours. */
export interface StarbridgeRouteConfig {
  /** The endpoint file: `src/pages/users/[id].ts`. */
  readonly file: string;
  /** Its pattern: `/users/[id]`. */
  readonly routePattern: string;
}

declare module "fastify" {
  interface FastifyContextConfig {
    starbridge?: StarbridgeRouteConfig;
  }
}

/** Options of the plugin: those of every bridge, and Fastify's own for a plugin. */
export type StarbridgePluginOptions = BridgeOptions<FastifyHost> & {
  prefix?: string;
  logLevel?: string;
  logSerializers?: object;
};

const plugin: FastifyPluginAsync<StarbridgePluginOptions> = async (fastify, pluginOptions) => {
  const { prefix = "", logLevel, logSerializers, ...options } = pluginOptions;
  const router = routerOptionsOf(fastify);
  const dev = process.env.NODE_ENV !== "production";
  const app = createApp(options, {
    logger: fastify.log,
    bodySizeLimit: fastify.initialConfig.bodyLimit,
    dev,
  });
  await app.ready();
  const guest = createGuest(app);
  fastify.addHook("preClose", () => closeGuest(guest));
  const mayGrow = (app.config.dev ?? dev) && app.config.routes === undefined;
  // A scope that holds nothing would still be seen by the host's onRegister hooks.
  if (app.routes.length === 0 && !mayGrow) return;
  const scopeOptions = {
    prefix,
    ...(logLevel === undefined ? {} : { logLevel }),
    ...(logSerializers === undefined ? {} : { logSerializers }),
  };
  async function starbridgePages(scope: FastifyInstance): Promise<void> {
    takeBodiesUnread(scope);
    const handler = createHandler(guest, scope, router);
    await registerRoutes(fastify, scope, app, router, handler, mayGrow);
  }
  await fastify.register(starbridgePages, scopeOptions as { prefix: string });
};

/**
 * Mounts `src/pages` and `src/middleware` in a Fastify 5 app, under `prefix` when there is one.
 *
 * @example
 * await app.register(starbridge, { root: import.meta.dirname });
 */
export const starbridge: FastifyPluginAsync<StarbridgePluginOptions> = fastifyPlugin(plugin, {
  fastify: "5.x",
  name: "starbridge",
});

/** In our scope no parser reads a body: endpoints read it themselves, and `context.pass()` leaves it whole. */
function takeBodiesUnread(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", (request, payload, done) => {
    payloads.set(request, payload as Readable);
    done(null);
  });
}

const GONE = "A request failed after its client had left.";

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

function createHandler(guest: Guest, scope: FastifyInstance, router: RouterOptions): Handler {
  const { app, inFlight } = guest;
  const rule: SlashRule = router.ignoreTrailingSlash ? "ignore" : "strict";
  const prefix = scope.prefix.split("/").filter((segment) => segment !== "");
  return async function starbridgeHandler(request, reply) {
    const place = placeOf(request.raw.url ?? "", prefix, router.useSemicolonDelimiter);
    const match = place && app.match(request.method, place.pathname, rule);
    if (place === undefined || match === undefined) return leave(reply);
    const { maxParamLength } = router;
    if (place.pathname.length > maxParamLength && isTooLong(match, maxParamLength)) {
      return leave(reply);
    }
    const incoming = new FastifyIncoming(request, reply, place, app.bodySizeLimit);
    const flight = inFlight.begin(request.raw, reply.raw);
    const unlisten = onEnd(request.raw, reply.raw, () => flight.end());
    try {
      incoming.checkBodySize();
      const response = await app.handle(incoming, match);
      if (isPass(response)) {
        incoming.release();
        unlisten();
        flight.end();
        return leave(reply);
      }
      flight.isAnswering = true;
      incoming.prepareAnswer();
      await sendReply(reply, response);
      return reply;
    } catch (thrown) {
      const error = toError(thrown);
      if (!isOver(request.raw, reply.raw)) throw publicError(error);
      // Nobody is there to be told.
      if (!incoming.isAbortReason(thrown)) request.log.warn({ err: error }, GONE);
      return reply;
    }
  };
}

/** Whether Fastify has passed the route of this file by for a long value: its hooks have then seen another route. */
function isTooLong({ route, params }: RouteMatch, limit: number): boolean {
  return route.segments
    .flat()
    .some(({ kind, value }) => kind === "param" && (params[value]?.length ?? 0) > limit);
}

/** The host's own answer to what is not ours. */
function leave(reply: FastifyReply): FastifyReply {
  reply.callNotFound();
  return reply;
}

/**
 * Fastify's default error handler sends the message of any error to the client. Ours are for the log in production:
 * the client gets the status and the code, the log the `cause`.
 */
function publicError(error: Error): Error {
  const isOurs = error instanceof BridgeError && !error.expose;
  if (!isOurs || process.env.NODE_ENV !== "production") return error;
  const { statusCode, code } = error;
  const message = STATUS_CODES[statusCode] ?? "Internal Server Error";
  return Object.assign(new Error(message, { cause: error }), { statusCode, code });
}
