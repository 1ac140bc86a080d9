// The Fastify 5 plugin: one real route per file and method, in a scope of its own, answered through `reply`.
import type { Readable } from "node:stream";
import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import fastifyPlugin from "fastify-plugin";
import { createApp } from "../../lib/app.ts";
import type { BridgeOptions } from "../../lib/types.ts";
import { closeGuest, createGuest } from "../serve.ts";
import { createHandler } from "./handler.ts";
import type { FastifyHost } from "./host.ts";
import { payloads, routerOptionsOf } from "./host.ts";
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
  let review = (): void => {};
  const app = createApp(options, {
    logger: fastify.log,
    bodySizeLimit: fastify.initialConfig.bodyLimit,
    dev,
    onReload: () => review(),
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
    const look = await registerRoutes(fastify, scope, app, router, handler, mayGrow);
    if (!mayGrow) return;
    // Not before: what the host declares after us would be missed.
    scope.addHook("onReady", async () => {
      review = look;
      review();
    });
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
    if (payload !== request.raw) payloads.set(request, payload as Readable);
    done(null);
  });
}
