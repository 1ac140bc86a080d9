// What Fastify promises when time runs out, when clients leave, and when it closes.
import { openRaw } from "../_raw.ts";
import { get } from "./_host-promise.ts";
import { statusAndBody } from "./_host-promise-driven.ts";
import type { FastifyDriven } from "./_host-promise-fastify.ts";

const never = (): Promise<never> => new Promise(() => {});
/** A request on a connection that stays. */
const kept = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: h.test\r\n\r\n`;
/** How often Node looks at its own time limits. */
const looks = { connectionsCheckingInterval: 20 };

export const fastifyLife: FastifyDriven[] = [
  {
    title: "runs onTimeout when a connection was idle for too long, and ends it",
    build({ app, note }) {
      const host = app({ connectionTimeout: 150 });
      host.addHook("onTimeout", async (request, reply) => {
        note(`timeout ${request.url} ${reply.sent}`);
      });
      host.addHook("onRequestAbort", async (request) => note(`abort ${request.url}`));
      host.get("/never", { onTimeout: async () => note("timeout of the route") }, never);
      return host;
    },
    async drive({ port, notes }) {
      const connection = await openRaw(port);
      connection.write(kept("/never"));
      await connection.untilClosed();
      await notes.until("timeout of the route");
      return [connection.received];
    },
    sees: [""],
    notes: ["timeout /never false", "timeout of the route"],
  },
  {
    title:
      "runs onRequestAbort, and aborts its signals, when a client leaves in the middle of a request",
    build({ app, note }) {
      const host = app();
      host.addHook("onRequestAbort", async (request) => note(`abort ${request.url}`));
      host.addHook("onResponse", async (request, reply) =>
        note(`response ${request.url} ${reply.statusCode}`),
      );
      const watched = { onRequestAbort: async () => note("abort of the route") };
      host.post("/upload", watched, async (request) => {
        note("never");
        return request.body as object;
      });
      host.get("/wait", watched, async (request) => {
        request.signal.addEventListener("abort", () => note("signal"));
        note("waits");
        return await never();
      });
      host.get("/ok", watched, async () => "ok");
      return host;
    },
    async drive({ port, notes }) {
      const uploading = await openRaw(port);
      uploading.write(
        "POST /upload HTTP/1.1\r\nHost: h.test\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nhalf",
      );
      uploading.socket.end();
      await notes.until("abort of the route");
      const waiting = await openRaw(port);
      waiting.write(kept("/wait"));
      await notes.until("waits");
      waiting.destroy();
      await notes.until("abort of the route", 2);
      const whole = await openRaw(port);
      whole.write(get("/ok", 200).text);
      await whole.untilClosed();
      return [
        uploading.received.split("\r\n")[0],
        waiting.received,
        ...statusAndBody(whole.received),
      ];
    },
    sees: ["HTTP/1.1 400 Bad Request", "", "HTTP/1.1 200 OK", "ok"],
    notes: [
      "abort /upload",
      "abort of the route",
      "waits",
      "signal",
      "abort /wait",
      "abort of the route",
      "response /ok 200",
    ],
  },
  {
    title: "ends requests that come too slowly, and connections that come to rest",
    build({ app }) {
      const host = app({
        requestTimeout: 150,
        keepAliveTimeout: 100,
        http: { ...looks, headersTimeout: 150 },
      } as object);
      host.post("/", async (request) => ({ got: request.body }));
      host.get("/", async () => "ok");
      return host;
    },
    async drive({ port }) {
      const slow = await openRaw(port);
      slow.write(
        "POST / HTTP/1.1\r\nHost: h.test\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
      );
      await slow.untilClosed();
      const resting = await openRaw(port);
      resting.write(kept("/"));
      await resting.untilClosed();
      const { received } = resting;
      return [
        ...statusAndBody(slow.received),
        ...statusAndBody(received),
        /^keep-alive: .*/im.exec(received)?.[0],
      ];
    },
    sees: [
      "HTTP/1.1 408 Request Timeout",
      '{"error":"Request Timeout","message":"Client Timeout","statusCode":408}',
      "HTTP/1.1 200 OK",
      "ok",
      "Keep-Alive: timeout=0",
    ],
    notes: [],
  },
  {
    title: "ends handlers at their time limit, and aborts their signals",
    build({ app, note }) {
      const host = app({ handlerTimeout: 100 } as object);
      const wait = async (request: { url: string; signal: AbortSignal }): Promise<never> => {
        request.signal.addEventListener("abort", () => note(`signal ${request.url}`));
        return await never();
      };
      host.addHook("onError", async (_request, _reply, error) => note(error.code));
      host.get("/app", wait);
      host.get("/route", { handlerTimeout: 30 } as object, wait);
      host.get("/quick", async () => "quick");
      host.setNotFoundHandler(wait);
      return host;
    },
    async drive({ port }) {
      const seen: unknown[] = [];
      for (const path of ["/app", "/route", "/quick", "/none"]) {
        const connection = await openRaw(port);
        connection.write(get(path, 503).text);
        await connection.untilClosed();
        const [status, body = ""] = statusAndBody(connection.received);
        seen.push([status, /FST_\w+/.exec(body)?.[0] ?? body]);
      }
      return seen;
    },
    sees: [
      ["HTTP/1.1 503 Service Unavailable", "FST_ERR_HANDLER_TIMEOUT"],
      ["HTTP/1.1 503 Service Unavailable", "FST_ERR_HANDLER_TIMEOUT"],
      ["HTTP/1.1 200 OK", "quick"],
      ["HTTP/1.1 503 Service Unavailable", "FST_ERR_HANDLER_TIMEOUT"],
    ],
    notes: ["/app", "/route", "/none"].flatMap((url) => [
      `signal ${url}`,
      "FST_ERR_HANDLER_TIMEOUT",
    ]),
  },
  ...[true, false].map(
    (return503OnClosing): FastifyDriven => ({
      title: `${return503OnClosing ? "refuses" : "answers"} requests while it closes, as return503OnClosing: ${return503OnClosing} says`,
      build({ app, note }) {
        const host = app({ forceCloseConnections: false, return503OnClosing });
        host.get("/ok", async () => "ok");
        host.addHook("preClose", async () => {
          note("preClose");
          await new Promise<void>((resolve) => host.server.once("goOn" as never, resolve));
        });
        host.addHook("onClose", async () => note("onClose"));
        return host;
      },
      async drive({ port, notes, server, stop }) {
        const connections = [await openRaw(port), await openRaw(port)];
        for (const connection of connections) {
          connection.write(kept("/ok"));
          await connection.until((text) => text.endsWith("ok"));
          connection.received = "";
        }
        const stopped = stop();
        await notes.until("preClose");
        const seen: string[] = [];
        for (const [index, connection] of connections.entries()) {
          connection.write(kept(["/ok", "/none"][index] ?? ""));
          await connection.untilClosed();
          const { received } = connection;
          seen.push(...statusAndBody(received), /^connection: .*/im.exec(received)?.[0] ?? "");
        }
        server.emit("goOn");
        await stopped;
        return seen;
      },
      sees: return503OnClosing
        ? [
            "HTTP/1.1 503 Service Unavailable",
            '{"error":"Service Unavailable","message":"Service Unavailable","statusCode":503}',
            "Connection: close",
            "HTTP/1.1 503 Service Unavailable",
            '{"error":"Service Unavailable","message":"Service Unavailable","statusCode":503}',
            "Connection: close",
          ]
        : [
            "HTTP/1.1 200 OK",
            "ok",
            "Connection: close",
            "HTTP/1.1 404 Not Found",
            '{"message":"Route GET:/none not found","error":"Not Found","statusCode":404}',
            "Connection: close",
          ],
      notes: ["preClose", "onClose"],
    }),
  ),
  ...([true, "idle", false] as const).map(
    (forceCloseConnections): FastifyDriven => ({
      title: `closes connections as forceCloseConnections: ${forceCloseConnections} says`,
      build({ app, note }) {
        const host = app({ forceCloseConnections });
        host.get("/wait", async () => {
          note("waits");
          await new Promise<void>((resolve) => host.server.once("goOn" as never, resolve));
          return "waited";
        });
        host.get("/ok", async () => "ok");
        host.addHook("onClose", async () => note("onClose"));
        return host;
      },
      async drive({ port, notes, server, stop }) {
        const idle = await openRaw(port);
        idle.write(kept("/ok"));
        await idle.until((text) => text.endsWith("ok"));
        const busy = await openRaw(port);
        busy.write(kept("/wait"));
        await notes.until("waits");
        const stopped = stop();
        await idle.untilClosed();
        if (forceCloseConnections === true) await busy.untilClosed();
        server.emit("goOn");
        if (forceCloseConnections !== true) await busy.until((text) => text.endsWith("waited"));
        busy.destroy();
        await stopped;
        return statusAndBody(busy.received);
      },
      sees: forceCloseConnections === true ? ["", ""] : ["HTTP/1.1 200 OK", "waited"],
      notes: ["waits", "onClose"],
    }),
  ),
  {
    title: "loses all connections to closeAllConnections() of its server, and answers on",
    build({ app, note }) {
      const host = app();
      host.addHook("onRequestAbort", async ({ url }) => note(`abort ${url}`));
      host.get("/wait", async () => {
        note("waits");
        return await never();
      });
      host.get("/ok", async () => "ok");
      return host;
    },
    async drive({ port, notes, server }) {
      const busy = await openRaw(port);
      busy.write(kept("/wait"));
      await notes.until("waits");
      server.closeAllConnections();
      await busy.untilClosed();
      await notes.until("abort /wait");
      const next = await openRaw(port);
      next.write(get("/ok", 200).text);
      await next.untilClosed();
      return [busy.received, ...statusAndBody(next.received)];
    },
    sees: ["", "HTTP/1.1 200 OK", "ok"],
    notes: ["waits", "abort /wait"],
  },
];
