// What Fastify's `reply` promises in its documentation.
import { Readable } from "node:stream";
import compress from "@fastify/compress";
import cookie from "@fastify/cookie";
import cors from "@fastify/cors";
import etag from "@fastify/etag";
import helmet from "@fastify/helmet";
import session from "@fastify/session";
import type { FastifyReply } from "fastify";
import { ask, get } from "./_host-promise.ts";
import type { FastifyScenario } from "./_host-promise-fastify.ts";

export const fastifyAnswers: FastifyScenario[] = [
  {
    title: "sends what handlers return: texts, objects, bytes, nothing",
    build({ app }) {
      const host = app();
      host.get("/text", async () => "größer");
      host.get("/object", () => Promise.resolve({ a: [1, null, "x"] }));
      host.get("/bytes", async () => Buffer.from([0, 255, 10]));
      host.get("/typed", (_request, reply) => void reply.send(new Uint16Array([1])));
      host.get("/null", (_request, reply) => void reply.code(204).send(null));
      host.get("/nothing", (_request, reply) => void reply.send());
      host.get("/later", (_request, reply) => {
        setImmediate(() => reply.send("later"));
        return reply;
      });
      return host;
    },
    asks: [
      get("/text", 200, "content-type: text/plain; charset=utf-8"),
      get("/object", 200, '{"a":[1,null,"x"]}'),
      get("/bytes", 200, "application/octet-stream"),
      get("/typed", 200, "\x01\x00"),
      get("/null", 204),
      get("/nothing", 200, "content-length: 0"),
      get("/later", 200, "later"),
      ask("HEAD /text", 200, "content-length: 8"),
    ],
  },
  {
    title: "sets, reads and removes headers and statuses",
    build({ app }) {
      const host = app();
      host.get("/", (_request, reply) => {
        reply.code(203).headers({ "x-one": "1", "x-two": 2 }).header("x-many", ["a", "b"]);
        reply.header("Set-Cookie", "a=1").header("set-cookie", "b=2").type("application/xml");
        reply.removeHeader("x-two");
        reply.send(
          `<${reply.statusCode} ${reply.getHeader("x-one")} ${reply.hasHeader("x-two")}/>`,
        );
      });
      host.get("/odd", (_request, reply) => void reply.code(599).send("odd"));
      host.get("/wrong", (_request, reply) => void reply.code(42).send("never"));
      return host;
    },
    asks: [
      get("/", 203, "<203 1 false/>"),
      get("/odd", 599, "odd"),
      get("/wrong", 500, "FST_ERR_BAD_STATUS_CODE"),
    ],
  },
  {
    title: "redirects",
    build({ app }) {
      const host = app();
      host.get("/found", (_request, reply) => reply.redirect("/there?a=1"));
      host.get("/moved", (_request, reply) => reply.redirect("https://else.test/ü", 301));
      host.get("/coded", (_request, reply) => reply.code(307).redirect("/there"));
      return host;
    },
    asks: [
      get("/found", 302, "location: /there?a=1"),
      get("/moved", 301, "location: https://else.test/"),
      get("/coded", 307, "content-length: 0"),
    ],
  },
  {
    title: "serialises by schema, by reply and by its own function",
    build({ app, note }) {
      const host = app();
      const user = { type: "object", properties: { name: { type: "string" } } };
      host.addSchema({ $id: "user", ...user });
      const response = {
        200: { type: "array", items: { $ref: "user#" } },
        "4xx": { type: "object", properties: { code: { type: "integer" } } },
      };
      host.get<{ Params: { code: string } }>(
        "/schema/:code",
        { schema: { response } },
        async (request, reply) => {
          const code = Number(request.params.code);
          reply.code(code);
          return code === 200 ? [{ name: 7, secret: "x" }] : { code, secret: "x" };
        },
      );
      host.get("/reply", (_request, reply) => {
        const serialize = reply.getSerializationFunction(user);
        note(reply.serializeInput({ name: "n", more: 1 }, user), serialize === undefined);
        reply.type("text/custom").serializer((value) => `custom ${JSON.stringify(value)}`);
        reply.send({ a: 1 });
      });
      void host.register(async (scope) => {
        scope.setReplySerializer((value, status) => `${status} ${Object.keys(value as object)}`);
        scope.get("/scope", async () => ({ a: 1, b: 2 }));
      });
      return host;
    },
    asks: [
      get("/schema/200", 200, '[{"name":"7"}]'),
      get("/schema/404", 404, '{"code":404}'),
      get("/reply", 200, 'custom {"a":1}'),
      get("/scope", 200, "200 a,b"),
    ],
  },
  {
    title: "streams: of Node, of the Web, a Response, hijacked and raw",
    build({ app }) {
      const host = app();
      const web = (text: string): ReadableStream<Uint8Array> => new Blob([text]).stream();
      host.get("/node", (_request, reply) => {
        reply.type("text/plain");
        return reply.send(Readable.from(["a", "b"]));
      });
      host.get("/web", (_request, reply) => reply.send(web("from a web stream")));
      host.get("/response", async () => {
        return new Response(web("from a Response"), { status: 207, headers: { "x-r": "1" } });
      });
      host.get("/sized", (_request, reply) => {
        return reply.header("content-length", 5).send(Readable.from(["sized"]));
      });
      host.get("/hijack", (_request, reply) => {
        reply.hijack();
        reply.raw.writeHead(202, { "X-Raw": "1" }).end("hijacked");
      });
      host.get("/hints", (_request, reply) => {
        reply.raw.writeEarlyHints({ link: "</a.css>; rel=preload" }, () => reply.send("hinted"));
      });
      return host;
    },
    asks: [
      get("/node", 200, /(?:1\r\na\r\n1\r\nb|2\r\nab)\r\n0/),
      get("/web", 200, "from a web stream"),
      get("/response", 207, "from a Response"),
      get("/sized", 200, "content-length: 5"),
      get("/hijack", 202, "X-Raw: 1"),
      get("/hints", 200, "HTTP/1.1 103 Early Hints"),
      ask("HEAD /node", 200),
    ],
  },
  {
    title: "ends streams that fail, before their head and behind it",
    build({ app, note }) {
      const host = app();
      const failing = (chunks: string[]): Readable =>
        Readable.from(
          (function* () {
            yield* chunks;
            throw Object.assign(new Error("broken"), { statusCode: 502 });
          })(),
        );
      host.addHook("onError", async (_request, reply, error) => {
        note(error.message, reply.raw.headersSent);
      });
      host.get("/early", (_request, reply) => reply.send(failing([])));
      host.get("/late", (_request, reply) => reply.send(failing(["half"])));
      return host;
    },
    asks: [get("/early", 502), get("/late", 200, /half\r\n$/)],
  },
  {
    title: "sends trailers",
    build({ app }) {
      const host = app();
      host.get("/", (_request, reply) => {
        reply.trailer("x-sum", async (_reply: FastifyReply, payload: unknown) =>
          String(String(payload).length),
        );
        reply.send("hello");
      });
      return host;
    },
    asks: [get("/", 200, "x-sum: 5")],
  },
  {
    title: "answers HEAD for GET routes, where it is not switched off",
    build({ app }) {
      const host = app();
      host.get("/auto", async () => "auto");
      host.get("/off", { exposeHeadRoute: false }, async () => "off");
      host.head("/own", async (_request, reply) => void reply.header("x-head", "1").send());
      host.get("/own", async () => "own");
      return host;
    },
    asks: [
      ask("HEAD /auto", 200, "content-length: 4"),
      ask("HEAD /off", 404),
      ask("HEAD /own", 200, "x-head: 1"),
      ask("HEAD /none", 404),
    ],
  },
  {
    title: "sets, signs, reads and clears cookies, and keeps sessions",
    build({ app }) {
      const host = app();
      void host.register(cookie, { secret: "x".repeat(32) });
      void host.register(session, {
        secret: "x".repeat(32),
        idGenerator: () => "id",
        saveUninitialized: false,
        cookie: { secure: false },
      });
      host.get("/set", async (_request, reply) => {
        reply.setCookie("a", "b c", { path: "/x", httpOnly: true, sameSite: "lax", maxAge: 60 });
        reply.setCookie("s", "signed", { signed: true }).clearCookie("old", { path: "/" });
        return "set";
      });
      host.get("/read", async (request) => {
        return [request.cookies, request.unsignCookie(request.cookies.s ?? "")];
      });
      host.get("/session", async (request) => {
        request.session.set("views" as never, 1 as never);
        return request.session.sessionId;
      });
      return host;
    },
    asks: [
      get("/set", 200, "set-cookie: a=b%20c; Max-Age=60; Path=/x; HttpOnly; SameSite=Lax"),
      get("/read", 200, '[{"a":"1","s":"forged.x"},{"valid":false', "Cookie: a=1; s=forged.x"),
      get("/session", 200, "set-cookie: sessionId=id."),
    ],
  },
  {
    title: "works with compress, cors, etag and helmet",
    build({ app }) {
      const host = app();
      void host.register(helmet, { contentSecurityPolicy: false });
      void host.register(cors, { origin: "http://app.test", credentials: true });
      void host.register(compress, { threshold: 10 });
      void host.register(etag);
      void host.register(async (scope) => {
        scope.get("/long", async () => "long enough to be packed ".repeat(20));
        scope.get("/short", async () => "short");
      });
      return host;
    },
    asks: [
      get("/long", 200, "content-encoding: gzip", "Accept-Encoding: gzip"),
      get("/short", 200, "etag: "),
      get("/short", 200, "access-control-allow-credentials: true", "Origin: http://app.test"),
      ask("OPTIONS /short", 204, "access-control-allow-methods", {
        headers: ["Origin: http://app.test", "Access-Control-Request-Method: PUT"],
      }),
      get("/none", 404, "X-Content-Type-Options: nosniff"),
    ],
  },
];
