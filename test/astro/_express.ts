// A real Express server, for what only shows beside a host.
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import type { Express } from "express";
import type { BridgeOptions } from "starbridge";
import { starbridge } from "starbridge/express";
import { onTestFinished } from "vitest";
import type { Options, Routes } from "./_app.ts";
import { captureLog } from "./_app.ts";

/** Starts an Express app on a free port; closed when the test ends. */
export async function expressHost(setup: (app: Express) => void) {
  const app = express();
  setup(app);
  const server = createServer(app);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    fetch: (path: string, init?: RequestInit) =>
      fetch(`${origin}${path}`, { redirect: "manual", ...init }),
    /** The status of a request target that is sent as it is: fetch() would tidy it up. */
    async statusOfTarget(target: string): Promise<number | undefined> {
      const request = get(origin, { path: target, agent: false });
      const [response] = (await once(request, "response")) as [IncomingMessage];
      response.resume();
      await once(response, "end");
      return response.statusCode;
    },
  };
}

/** The bridge over inline endpoints, closed when the test ends. */
export function bridge(routes: Routes, options: Options = {}) {
  const all: BridgeOptions = { logger: captureLog().logger, ...options, routes };
  const handler = starbridge(all);
  onTestFinished(() => handler.close());
  return handler;
}

/** Mounts the bridge and, after it, a legacy handler that answers everything with "legacy". */
export async function expressWith(routes: Routes, options: Options = {}, mount = "/") {
  return expressHost((app) => {
    app.use(mount, bridge(routes, options));
    app.use((req, res) => {
      res.status(299).send(`legacy ${req.method} ${req.originalUrl}`);
    });
  });
}
