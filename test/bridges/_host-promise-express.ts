// Starts the scenarios of Express: each app and each router gets the bridge as its first layer.
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type express5 from "express";
import type { ErrorRequestHandler } from "express";
import { starbridge } from "starbridge/express";
import type { ExpressBridge } from "starbridge/express";
import type { Front, Scenario, Up } from "./_host-promise.ts";
import { optionsOf } from "./_host-promise.ts";
import { Notes } from "./_host-promise-driven.ts";
import type { Driven } from "./_host-promise-driven.ts";
import type { Wire } from "./_host-promise-wires.ts";
import { certificate } from "../faults/_certificate.ts";

export interface ExpressTools {
  express: typeof express5;
  major: 4 | 5;
  /** An app with these settings, and the bridge in front of what comes. */
  app(settings?: Record<string, unknown>): express5.Express;
  /** A router with the bridge in front of what comes. */
  router(options?: express5.RouterOptions): express5.Router;
  /** Keeps what the app's own code sees. */
  note(...values: unknown[]): void;
}

/** A scenario of Express; `majors` where only one has the feature. */
export interface ExpressScenario extends Scenario<ExpressTools> {
  build(tools: ExpressTools): express5.Express;
  majors?: (4 | 5)[];
}

export interface ExpressDriven extends Driven<ExpressTools> {
  build(tools: ExpressTools): express5.Express;
}

export async function startExpressScenario(
  express: typeof express5,
  major: 4 | 5,
  scenario: Pick<ExpressScenario, "build">,
  front: Front,
  wire: Wire = "http",
): Promise<Up> {
  const notes = new Notes();
  const bridges: ExpressBridge[] = [];
  const guard = <Target extends { use(bridge: ExpressBridge): unknown }>(
    target: Target,
  ): Target => {
    if (front === "nothing") return target;
    const bridge = starbridge(optionsOf(front));
    bridges.push(bridge);
    target.use(bridge);
    return target;
  };
  const app = scenario.build({
    express,
    major,
    app(settings = {}) {
      const made = express();
      for (const [name, value] of Object.entries(settings)) made.set(name, value);
      return guard(made);
    },
    router: (options) => guard(express.Router(options)),
    note: (...values) => notes.add(...values),
  });
  await Promise.all(bridges.map((bridge) => bridge.ready()));
  const server = wire === "https" ? createHttpsServer(certificate(), app) : createServer(app);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  let closed: Promise<unknown> | undefined;
  const close = async (): Promise<void> => {
    await new Promise((resolve) => server.close(resolve));
    await Promise.all(bridges.map((bridge) => bridge.close()));
  };
  const stop = (): Promise<unknown> => {
    closed ??= close();
    return closed;
  };
  return { server, port, wire, notes, stop };
}

/** The page of Express's own handler shows the frames of every layer: only what happened is compared. */
export const withoutFrames: ErrorRequestHandler = (error, _req, _res, next) => {
  error.stack = String(error);
  next(error);
};
