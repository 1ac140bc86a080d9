// Starts the scenarios of Fastify: the bridge is the first plugin of the app.
import type { Server } from "node:http";
import fastify from "fastify";
import type { FastifyInstance, FastifyServerOptions } from "fastify";
import starbridge from "starbridge/fastify";
import type { Front, Scenario, Up } from "./_host-promise.ts";
import { optionsOf } from "./_host-promise.ts";

export interface FastifyTools {
  /** An app with these options, and the bridge in front of what comes. */
  app(options?: FastifyServerOptions): FastifyInstance;
  /** Puts a bridge into a scope of its own prefix, too. */
  guard(scope: FastifyInstance): void;
  /** Keeps what the app's own code sees. */
  note(...values: unknown[]): void;
}

export interface FastifyScenario extends Scenario<FastifyTools> {
  build(tools: FastifyTools): FastifyInstance;
}

export async function startFastifyScenario(scenario: FastifyScenario, front: Front): Promise<Up> {
  const notes: unknown[] = [];
  const guard = (scope: FastifyInstance): void => {
    if (front !== "nothing") void scope.register(starbridge, optionsOf(front));
  };
  const app = scenario.build({
    app(options) {
      const made = fastify({ forceCloseConnections: true, ...options });
      guard(made);
      return made;
    },
    guard,
    note: (...values) => void notes.push(...values),
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  return { server: app.server as Server, notes, stop: () => app.close() };
}
