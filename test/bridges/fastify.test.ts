import { describe } from "vitest";
import { conformance } from "./_conformance.ts";
import { fastifyHooks } from "./_fastify-hooks.ts";
import { fastifyOptions } from "./_fastify-options.ts";
import { fastifyRoutes } from "./_fastify-routes.ts";
import { staysQuiet } from "./_quiet.ts";

conformance("fastify");

describe("manners of fastify", () => {
  staysQuiet();
  describe("plugins and hooks", fastifyHooks);
  describe("routes", fastifyRoutes);
  describe("options", fastifyOptions);
});
