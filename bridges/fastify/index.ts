// Public entry "./fastify".
export type { FastifyHost } from "./host.ts";
export type { StarbridgeRouteConfig } from "./plugin.ts";
export { starbridge, starbridge as default } from "./plugin.ts";
