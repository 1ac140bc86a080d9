// What Fastify shows of its work to others: channels, logs, ids, sockets.
import { channel, tracingChannel } from "node:diagnostics_channel";
import type { FastifyReply, FastifyRequest } from "fastify";
import { ask, get, pipeline } from "./_host-promise.ts";
import type { FastifyScenario } from "./_host-promise-fastify.ts";

const json = ["Content-Type: application/json"];

/** What it tells the channels of its handlers. */
interface Handled {
  request: FastifyRequest;
  reply: FastifyReply;
  route: { url: string; method: string };
  async?: boolean;
  error?: Error;
}

export const fastifyShown: FastifyScenario[] = [
  {
    title: "tells the channels of its handlers of all that it handles, and of itself",
    build({ app, note }) {
      const channels = tracingChannel("fastify.request.handler");
      const tell = (event: string) => (message: unknown) => {
        const { request, reply, route, async, error } = message as Handled;
        note([event, Object.keys(message as object), request.url, route, request.routeOptions.url]);
        note([reply.request === request, reply.statusCode, async, error?.message]);
      };
      const listeners = {
        start: tell("start"),
        end: tell("end"),
        asyncStart: tell("asyncStart"),
        asyncEnd: tell("asyncEnd"),
        error: tell("error"),
      };
      const made = (message: unknown): void => note(Object.keys(message as object));
      channel("fastify.initialization").subscribe(made);
      const host = app();
      channel("fastify.initialization").unsubscribe(made);
      channels.subscribe(listeners);
      host.addHook("onClose", async () => channels.unsubscribe(listeners));
      host.addHook("preHandler", async (request) => {
        if (request.url === "/hook") throw new Error("hook failed");
      });
      host.get("/hook", async () => "never");
      host.get("/sync", (_request, reply) => void reply.send("sync"));
      host.get("/async/:id", async (request) => request.params);
      host.post("/fails", async () => {
        throw Object.assign(new Error("boom"), { statusCode: 409 });
      });
      host.get("/throws", () => {
        throw new Error("thrown");
      });
      return host;
    },
    asks: [
      get("/sync", 200, "sync"),
      get("/async/7", 200, '{"id":"7"}'),
      ask("POST /fails", 409, "boom", { headers: json, body: "{}" }),
      get("/throws", 500, "thrown"),
      get("/hook", 500, "hook failed"),
      get("/none", 404),
      ask("PATCH /users/7/none", 404),
    ],
  },
  {
    title: "logs with ids and loggers of scopes, and not where it is told not to",
    build({ app, note }) {
      let made = 0;
      const write = (line: string): void => {
        const { level, msg, reqId, scope, req } = JSON.parse(line);
        if (!/listening/.test(msg)) note([level, msg, reqId, scope, req?.url]);
      };
      const host = app({
        logger: { level: "info", stream: { write } },
        requestIdHeader: "x-id",
        genReqId: () => {
          made += 1;
          return `made-${made}`;
        },
      });
      host.get("/", async (request) => request.id);
      void host.register(
        async (scope) => {
          scope.setGenReqId(() => "of the scope");
          scope.setChildLoggerFactory((logger, bindings, options) =>
            logger.child({ ...bindings, scope: "inner" }, options),
          );
          scope.get("/", async (request) => request.id);
          scope.get("/quiet", { logLevel: "silent" }, async (request) => request.id);
        },
        { prefix: "/in" },
      );
      return host;
    },
    asks: [
      get("/", 200, "made-1"),
      get("/", 200, "given", "X-Id: given"),
      get("/in", 200, "of the scope"),
      get("/in/quiet", 200, "of the scope"),
      get("/none", 404),
    ],
  },
  {
    title: "counts the requests of a connection, and ends it after as many as it may have",
    build({ app, note }) {
      const host = app({ maxRequestsPerSocket: 2 });
      host.addHook("onResponse", async (request) => note(request.url));
      host.get("/n/:n", async (request) => request.params);
      return host;
    },
    asks: [pipeline(["GET /n/1", "GET /n/2", "GET /n/3"], 200, '{"n":"2"}')],
  },
  {
    title: "has HEAD routes by default and by route, and hooks for routes and scopes that come",
    build({ app, note }) {
      const host = app({ exposeHeadRoutes: true });
      host.addHook("onRegister", (_scope, { prefix }) => note(["scope", prefix ?? "none"]));
      host.get("/on", async () => "on");
      host.get("/off", { exposeHeadRoute: false }, async () => "off");
      host.head("/own", (_request, reply) => void reply.header("x-head", "own").send());
      host.get("/own", async () => "own");
      void host.register(async (scope) => void scope.get("/", async () => "in"), {
        prefix: "/in",
      });
      return host;
    },
    asks: [
      ask("HEAD /on", 200, "content-length: 2"),
      ask("HEAD /off", 404),
      ask("HEAD /own", 200, "x-head: own"),
      ask("HEAD /in", 200, "content-length: 2"),
    ],
  },
];
