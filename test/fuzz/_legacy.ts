// The old side of every host, the same with and without the bridge: routes that tell all they were given.
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { AddressInfo, Server } from "node:net";

/** A host that runs. */
export interface Running {
  port: number;
  stop(): Promise<void>;
}

/** Legacy routes by path, in the words of Express and Fastify; `POST /public` shares its path with a file. */
export const LEGACY: [method: string, path: string][] = [
  ["GET", "/legacy"],
  ["POST", "/legacy"],
  ["GET", "/legacy/:id"],
  ["GET", "/admin/legacy"],
];

/** Listens on a free port. */
export function listen(listener: RequestListener, close: () => Promise<void>): Promise<Running> {
  const server = createServer(listener);
  return listenWith(server, () => server.closeAllConnections(), close);
}

/** The same for a server of any kind. */
export async function listenWith(
  server: Server,
  cut: () => void,
  close: () => Promise<void>,
): Promise<Running> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: portOf(server),
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      cut();
      await Promise.all([closed, close()]);
    },
  };
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** The body, whoever has it. */
export async function bodyOf(req: IncomingMessage & { body?: unknown }): Promise<unknown> {
  if (req.readableDidRead || req.body !== undefined) return req.body;
  let text = "";
  for await (const chunk of req.setEncoding("latin1")) text += String(chunk);
  return text;
}

/** The error page of a host. */
export function answerError(error: unknown, res: ServerResponse): void {
  const { statusCode, status, code, message } = Object(error) as Record<string, unknown>;
  if (res.headersSent) {
    res.destroy();
    return;
  }
  res.statusCode = Number(statusCode ?? status ?? 500);
  // The name of one of ours tells that the bridge has refused the request.
  if (typeof code === "string") res.setHeader("x-error", code);
  res.end(`host error ${String(message)}`);
}

type LegacyRequest = IncomingMessage & { originalUrl?: string | undefined };

/** The routes and the 404 of a host that has no router. */
export function answerLegacy(
  req: LegacyRequest,
  res: ServerResponse,
  next: (error: unknown) => void,
): void {
  const { method = "", url = "", originalUrl } = req;
  const [path] = url.split("?");
  const route = LEGACY.find(([verb, pattern]) => verb === method && pattern === path);
  if (route === undefined) {
    res.statusCode = 404;
    res.end(`host 404 ${method} ${url} ${originalUrl}`, "latin1");
    return;
  }
  bodyOf(req).then((body) => res.end(JSON.stringify({ route, url, originalUrl, body })), next);
}
