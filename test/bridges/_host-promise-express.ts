// Starts the scenarios of Express: each app and each router gets the bridge as its first layer.
import { once } from "node:events";
import { createServer } from "node:http";
import type express5 from "express";
import type { ErrorRequestHandler } from "express";
import { starbridge } from "starbridge/express";
import type { ExpressBridge } from "starbridge/express";
import type { Front, Scenario, Up } from "./_host-promise.ts";
import { optionsOf } from "./_host-promise.ts";

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

export async function startExpressScenario(
  express: typeof express5,
  major: 4 | 5,
  scenario: ExpressScenario,
  front: Front,
): Promise<Up> {
  const notes: unknown[] = [];
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
    note: (...values) => void notes.push(...values),
  });
  await Promise.all(bridges.map((bridge) => bridge.ready()));
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = async () => {
    await new Promise((resolve) => server.close(resolve));
    await Promise.all(bridges.map((bridge) => bridge.close()));
  };
  return { server, notes, stop };
}

/** The page of Express's own handler shows the frames of every layer: only what happened is compared. */
export const withoutFrames: ErrorRequestHandler = (error, _req, _res, next) => {
  error.stack = String(error);
  next(error);
};
