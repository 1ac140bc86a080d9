// What Fastify promises when something fails, and when it finds nothing.
import type { FastifyReply, FastifyRequest } from "fastify";
import { ask, get } from "./_host-promise.ts";
import type { FastifyScenario } from "./_host-promise-fastify.ts";

const json = ["Content-Type: application/json"];

export const fastifyErrors: FastifyScenario[] = [
  {
    title: "shows errors with their statuses, and its own by code",
    build({ app }) {
      const host = app();
      const fail = (url: string, make: () => unknown): void => {
        host.get(url, async () => {
          throw make();
        });
      };
      fail("/plain", () => new Error("boom"));
      fail("/status", () => Object.assign(new Error("teapot"), { statusCode: 418, code: "TEA" }));
      fail("/headers", () => Object.assign(new Error("e"), { headers: { "x-e": "1" } }));
      fail("/text", () => "only text");
      fail("/object", () => ({ statusCode: 409, message: "no Error" }));
      host.get("/sent", (_request, reply) => void reply.code(503).send(new Error("sent")));
      host.get("/type", (_request, reply) => void reply.type("text/plain").send({ a: 1 }));
      host.get("/undefined", async (_request, reply) => void reply.code(200));
      return host;
    },
    asks: [
      get("/plain", 500, '{"statusCode":500,"error":"Internal Server Error","message":"boom"}'),
      get("/status", 418, '"code":"TEA"'),
      get("/headers", 500, "x-e: 1"),
      get("/text", 500, "only text"),
      get("/object", 409, "no Error"),
      get("/sent", 503, "sent"),
      get("/type", 500, "FST_ERR_REP_INVALID_PAYLOAD_TYPE"),
      get("/undefined", 200),
      ask("HEAD /plain", 500),
    ],
  },
  {
    title: "hands errors to the handler of the scope, and on to those around it",
    build({ app, note }) {
      const host = app();
      host.setErrorHandler((error: Error, _request, reply) => {
        note("root", error.message);
        return reply.code(500).send(`root: ${error.message}`);
      });
      void host.register(
        async (scope) => {
          scope.setErrorHandler((error: Error, request, reply) => {
            note("scope", error.message);
            if (request.url.endsWith("/throws")) throw new Error("handler failed");
            return reply.code(400).send(`scope: ${error.message}`);
          });
          for (const url of ["/heals", "/throws"]) {
            scope.get(url, async () => {
              throw new Error("boom");
            });
          }
          scope.get("/own", { errorHandler: (_e, _r, reply) => reply.send("route") }, async () => {
            throw new Error("boom");
          });
          scope.post("/parse", async () => "never");
        },
        { prefix: "/in" },
      );
      host.get("/out", async () => {
        throw new Error("outside");
      });
      return host;
    },
    asks: [
      get("/in/heals", 400, "scope: boom"),
      get("/in/throws", 500, "root: handler failed"),
      get("/in/own", 200, "route"),
      ask("POST /in/parse", 400, "scope: ", { body: "{", headers: json }),
      get("/out", 500, "root: outside"),
    ],
  },
  {
    title: "has its own 404, those of prefixes, and those that handlers call",
    build({ app, note }) {
      const host = app();
      const preHandler = async (request: FastifyRequest): Promise<void> =>
        note("before 404", request.url, request.body ?? null);
      host.setNotFoundHandler({ preHandler }, (request, reply) => {
        return reply.code(404).send(`root 404 ${request.method} ${request.url}`);
      });
      void host.register(
        async (scope) => {
          scope.setNotFoundHandler((_request, reply) => reply.code(404).send("scope 404"));
          scope.get("/calls", (_request, reply) => reply.callNotFound());
        },
        { prefix: "/in" },
      );
      host.get("/calls", (_request, reply) => reply.callNotFound());
      return host;
    },
    asks: [
      get("/none", 404, "root 404 GET /none"),
      ask("POST /starbridge", 404, "root 404 POST", { body: '{"a":1}', headers: json }),
      ask("DELETE /users/7", 404, "root 404 DELETE"),
      get("/in/none", 404, "scope 404"),
      get("/in/calls", 404, "scope 404"),
      get("/calls", 404, "root 404"),
      ask("HEAD /none", 404),
    ],
  },
  {
    title: "uses its own words for URLs it cannot read",
    build({ app, note }) {
      const host = app({
        frameworkErrors(error, request, reply) {
          note(error.code, request.raw.url);
          (reply as FastifyReply).code(422).send({ ours: error.code });
        },
      });
      host.get("/users/:id", async () => "never");
      return host;
    },
    asks: [get("/users/%zz", 422, '{"ours":"FST_ERR_BAD_URL"}'), get("/other/%zz", 422)],
  },
];
