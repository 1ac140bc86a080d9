// A server around a test's own app: started on a free port, stopped after the test.
import { once } from "node:events";
import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";

export interface Listening {
  server: Server;
  origin: string;
  port: number;
  get(path: string, init?: RequestInit): Promise<Response>;
}

/** Gives a function that starts servers; those it started are closed after each test of the `describe`. */
export function listener(): (app: RequestListener) => Promise<Listening> {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    }
  });
  return async (app) => {
    const server = createServer(app).listen(0, "127.0.0.1");
    servers.push(server);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const origin = `http://127.0.0.1:${port}`;
    const get = (path: string, init?: RequestInit) =>
      fetch(origin + path, { redirect: "manual", ...init });
    return { server, origin, port, get };
  };
}
