// Starts the scenarios of Fastify: the bridge is the first plugin of the app.
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import fastify from "fastify";
import type { FastifyInstance, FastifyServerOptions } from "fastify";
import starbridge from "starbridge/fastify";
import type { Front, Scenario, Up } from "./_host-promise.ts";
import { optionsOf } from "./_host-promise.ts";
import { Notes } from "./_host-promise-driven.ts";
import type { Driven } from "./_host-promise-driven.ts";
import { fastifyOptionsOf } from "./_host-promise-wires.ts";
import type { Wire } from "./_host-promise-wires.ts";

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

export interface FastifyDriven extends Driven<FastifyTools> {
  build(tools: FastifyTools): FastifyInstance;
  /** HTTP/1.1 without TLS if left out. */
  wire?: Wire;
}

export async function startFastifyScenario(
  scenario: Pick<FastifyScenario, "build">,
  front: Front,
  wire: Wire = "http",
): Promise<Up> {
  const notes = new Notes();
  const guard = (scope: FastifyInstance): void => {
    if (front !== "nothing") void scope.register(starbridge, optionsOf(front));
  };
  const app = scenario.build({
    app(options) {
      const made = fastify({
        forceCloseConnections: true,
        ...fastifyOptionsOf(wire),
        ...options,
      } as FastifyServerOptions);
      guard(made);
      return made;
    },
    guard,
    note: (...values) => notes.add(...values),
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  const server = app.server as Server;
  const { port } = server.address() as AddressInfo;
  let closed: Promise<unknown> | undefined;
  const stop = (): Promise<unknown> => {
    closed ??= Promise.resolve(app.close());
    return closed;
  };
  return { server, port, wire, notes, stop };
}
