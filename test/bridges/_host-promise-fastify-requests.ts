// What Fastify's `request` and `reply` promise beside the body: facts, methods, schemas by hand.
import type { FastifyRequest } from "fastify";
import { ask, get } from "./_host-promise.ts";
import type { FastifyScenario } from "./_host-promise-fastify.ts";

const json = ["Content-Type: application/json"];
const name = { type: "object", required: ["name"], properties: { name: { type: "string" } } };

export const fastifyRequests: FastifyScenario[] = [
  {
    title: "shows a request's facts, and those of its route",
    build({ app }) {
      const host = app();
      host.route({
        method: ["GET", "POST"],
        url: "/facts/:id",
        bodyLimit: 99,
        config: { role: "admin" } as object,
        logLevel: "warn",
        handler: async (request) => {
          const { method, url, hostname, port, protocol, ip, query, params } = request;
          const { routeOptions, server, raw, socket, log, signal } = request;
          const { config, bodyLimit, logLevel, exposeHeadRoute, handlerTimeout } = routeOptions as {
            [key: string]: unknown;
          };
          return {
            ...{ method, url, hostname, port, protocol, ip, query, params },
            ...{ config, bodyLimit, logLevel, exposeHeadRoute, handlerTimeout },
            same: [server === host, raw.socket === socket, typeof log.info],
            signal: [signal instanceof AbortSignal, signal.aborted],
          };
        },
      });
      return host;
    },
    asks: [
      get("/facts/7?a=1", 200, '"role":"admin"', "Host: a.test:81"),
      get("/facts/7", 200, '"hostname":"a.test","port":81', "Host: a.test:81"),
      ask("POST /facts/7", 200, '"bodyLimit":99', { headers: json, body: "{}" }),
      ask("POST /facts/7", 413, "", { headers: json, body: JSON.stringify("x".repeat(99)) }),
      get("/facts/7", 200, '"signal":[true,false]'),
    ],
  },
  {
    title: "lets headers, bodies and decorators of a request be set",
    build({ app }) {
      const host = app();
      host.decorateRequest("user", null).decorateRequest("twice", {
        getter(this: FastifyRequest) {
          return `${this.headers["x-user"]}${this.headers["x-user"]}`;
        },
      });
      host.decorateReply("tag", "none").decorate("limit", 3);
      host.addHook("preValidation", async (request, reply) => {
        request.setDecorator("user", { id: 1 });
        request.headers["x-added"] = "by a hook";
        Reflect.set(reply, "tag", "set");
        if (request.body) request.body = { replaced: request.body };
      });
      host.post("/", async (request, reply) => ({
        body: request.body,
        user: request.getDecorator("user"),
        twice: request.getDecorator("twice"),
        added: request.headers["x-added"],
        tag: Reflect.get(reply, "tag"),
        limit: host.getDecorator("limit"),
        has: [host.hasRequestDecorator("user"), host.hasReplyDecorator("nothing")],
      }));
      return host;
    },
    asks: [
      ask("POST /", 200, '"body":{"replaced":{"a":1}},"user":{"id":1},"twice":"meme"', {
        headers: [...json, "X-User: me"],
        body: '{"a":1}',
      }),
    ],
  },
  {
    title: "validates and serialises by hand",
    build({ app }) {
      const host = app();
      const schema = { body: name, response: { 200: name } };
      host.post("/", { schema }, async (request, reply) => {
        const validate = request.getValidationFunction("body");
        const own = request.compileValidationSchema({ type: "integer" });
        const serialize = reply.getSerializationFunction("200");
        reply.type("application/json").serializer((value) => String(value));
        return JSON.stringify([
          validate?.({}) ?? "none",
          own(5),
          own("x"),
          request.validateInput({ name: "n" }, name),
          serialize?.({ name: "n", more: 1 }) ?? "none",
          reply.serializeInput({ name: 7 }, name),
          reply.compileSerializationSchema({ type: "object" })({ a: 1 }),
        ]);
      });
      return host;
    },
    asks: [
      ask("POST /", 200, '[false,true,false,true,"{\\"name\\":\\"n\\"}"', {
        headers: json,
        body: '{"name":"n"}',
      }),
      ask("POST /", 400, "FST_ERR_VALIDATION", { headers: json, body: "{}" }),
    ],
  },
  {
    title: "answers with all that a reply can",
    build({ app, note }) {
      const host = app();
      host.get("/facts", (request, reply) => {
        reply.header("x-a", 1).headers({ "x-b": "2" });
        note(reply.sent, reply.statusCode, reply.getHeaders(), reply.hasHeader("x-a"));
        note(reply.request === request, reply.server === host, reply.elapsedTime >= 0);
        note(reply.routeOptions.url, typeof reply.log.info);
        reply.statusCode = 201;
        reply.send({ ok: true });
        note(reply.sent);
      });
      host.get("/hints", async (_request, reply) => {
        await new Promise<void>((resolve) => {
          reply.writeEarlyHints({ link: "</a.css>; rel=preload" }, resolve);
        });
        return "hinted";
      });
      host.get("/trailers", (_request, reply) => {
        reply.trailer("x-one", (_reply, _payload, done) => done(null, "1"));
        reply.trailer("x-two", async () => "2");
        reply.removeTrailer("x-two");
        note(reply.hasTrailer("x-one"), reply.hasTrailer("x-two"));
        reply.send("body");
      });
      host.get("/then", (_request, reply) => {
        reply.then(
          () => note("then"),
          () => note("failed"),
        );
        reply.type("json").send('{"own":"text"}');
      });
      host.get("/twice", async (_request, reply) => {
        reply.send("once");
        return reply;
      });
      host.get("/types", (_request, reply) => {
        reply.type("html");
        note(reply.getHeader("content-type"));
        reply.send(new Uint8Array([104, 105]));
      });
      host.get("/blob", (_request, reply) => void reply.send(new Blob(["x"]).stream()));
      return host;
    },
    asks: [
      get("/facts", 201, "x-a: 1"),
      get("/hints", 200, "HTTP/1.1 103 Early Hints"),
      get("/trailers", 200, "x-one: 1"),
      get("/then", 200, '{"own":"text"}'),
      get("/twice", 200, "once"),
      get("/types", 200, "hi"),
      get("/blob", 200, "x"),
    ],
  },
];
