// What Fastify promises of its hooks and its life.
import type { IncomingMessage, ServerResponse } from "node:http";
import middie from "@fastify/middie";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import fastifyPlugin from "fastify-plugin";
import { ask, get, pipeline } from "./_host-promise.ts";
import type { FastifyScenario, FastifyTools } from "./_host-promise-fastify.ts";

const posted = (body: string, ...headers: string[]) => ({
  headers: ["Content-Type: application/json", ...headers],
  body,
});

/** Adds every hook of a request's way to a scope. */
function noteHooks(scope: FastifyInstance, name: string, note: FastifyTools["note"]): void {
  for (const hook of ["onRequest", "preValidation", "preHandler", "onResponse"] as const) {
    scope.addHook(hook, async (request: FastifyRequest, reply: FastifyReply) => {
      note(`${name} ${hook} ${request.url} ${reply.statusCode} ${request.is404}`);
    });
  }
  scope.addHook("preParsing", async (_request, _reply, payload) => {
    note(`${name} preParsing`);
    return payload;
  });
  scope.addHook("preSerialization", async (_request, _reply, payload) => {
    note(`${name} preSerialization`);
    return { [name]: payload };
  });
  scope.addHook("onSend", async (_request, reply, payload) => {
    note(`${name} onSend ${typeof payload}`);
    reply.header(`x-${name}`, "sent");
    return payload;
  });
  scope.addHook("onError", async (_request, _reply, error) => {
    note(`${name} onError ${error.message}`);
  });
}

export const fastifyHooks: FastifyScenario[] = [
  {
    title: "runs all hooks in order, for routes, for errors and for what it does not find",
    build({ app, note }) {
      const host = app();
      noteHooks(host, "root", note);
      host.post("/ok", async (request) => ({ got: request.body }));
      void host.register(
        async (scope) => {
          noteHooks(scope, "inner", note);
          scope.get("/", { preHandler: async () => note("route preHandler") }, async () => ({}));
          scope.get("/fails", async () => {
            throw new Error("boom");
          });
        },
        { prefix: "/in" },
      );
      return host;
    },
    asks: [
      ask("POST /ok", 200, '{"root":{"got":{"a":1}}}', posted('{"a":1}')),
      get("/in", 200, '{"inner":{"root":{}}}'),
      get("/in/fails", 500, "x-inner: sent"),
      get("/none", 404, "x-root: sent"),
      ask("POST /users/7/none", 404, "", posted("{}")),
    ],
  },
  {
    title: "lets hooks answer, decorate, and change what is parsed and sent",
    build({ app, note }) {
      const host = app();
      host.decorateRequest("user", "");
      host.decorateReply("shout", function shout(this: FastifyReply, text: string) {
        return this.send(`${text}!`);
      });
      host.addHook("onRequest", async (request, reply) => {
        Reflect.set(request, "user", request.headers["x-user"] ?? "nobody");
        return request.url === "/guarded" ? reply.code(401).send("guarded") : undefined;
      });
      host.addHook("preParsing", (request, _reply, payload, done) => {
        note(request.headers["content-length"] ?? "no length");
        done(null, payload);
      });
      host.addHook("onSend", async (request, reply, payload) => {
        if (request.url !== "/replaced") return payload;
        reply.removeHeader("content-length");
        return `${String(payload)} and more`;
      });
      host.addHook("preHandler", (request, reply, done) => {
        if (request.url === "/early") void reply.send("from the hook");
        else done();
      });
      const shout = (request: FastifyRequest, reply: FastifyReply): unknown =>
        Reflect.get(reply, "shout").call(reply, Reflect.get(request, "user"));
      for (const url of ["/guarded", "/early", "/user"]) host.get(url, shout);
      host.get("/replaced", async () => "replaced");
      return host;
    },
    asks: [
      get("/guarded", 401, "guarded"),
      get("/early", 200, "from the hook"),
      get("/user", 200, "me!", "X-User: me"),
      get("/user", 200, "nobody!"),
      get("/replaced", 200, "replaced and more"),
    ],
  },
  {
    title: "loads plugins and runs its life's hooks in their order",
    build({ app, note }) {
      const host = app();
      for (const hook of ["onReady", "onListen", "preClose", "onClose"] as const) {
        host.addHook(hook, async () => note(hook));
      }
      void host.register(
        fastifyPlugin(
          async (scope: FastifyInstance) => {
            note("plugin");
            scope.decorate("tool", () => "tool");
          },
          { name: "tool" },
        ),
      );
      void host.register(
        fastifyPlugin(
          async (scope: FastifyInstance) => {
            note("second", scope.hasPlugin("tool"), scope.hasDecorator("tool"));
          },
          { name: "second", dependencies: ["tool"] },
        ),
      );
      host.after(() => note("after"));
      void host.ready().then(() => note("ready"));
      host.get("/", async () => Reflect.get(host, "tool")());
      return host;
    },
    asks: [get("/", 200, "tool")],
  },
  {
    title: "logs the same lines",
    build({ app, note }) {
      const write = (line: string): void => {
        const { level, msg, reqId, req, res, err } = JSON.parse(line);
        // The address of the server and the port of the client are never the same.
        if (/listening/.test(msg)) return;
        note([level, msg, reqId, req?.method, req?.url, res?.statusCode, err?.message]);
      };
      const host = app({ logger: { level: "debug", stream: { write } } });
      host.get("/logs", async (request) => {
        request.log.warn("by hand");
        return "logged";
      });
      host.get("/fails", async () => {
        throw new Error("boom");
      });
      return host;
    },
    asks: [get("/logs", 200, "logged"), get("/fails", 500), get("/none", 404)],
  },
  {
    title: "keeps a connection for answers in their order",
    build({ app, note }) {
      const host = app();
      host.addHook("onResponse", async (request) => note(request.id, request.url));
      host.get("/n/:n", async (request) => request.params);
      return host;
    },
    asks: [
      pipeline(["GET /n/1", "GET /none", "HEAD /n/2", "GET /n/3"], 200, '{"n":"3"}'),
      ask("GET /n/4", 200, "HTTP/1.1 200 OK", { headers: ["Expect: 100-continue"], body: "x" }),
    ],
  },
  {
    title: "runs middleware of middie, for paths and for all",
    build({ app, note }) {
      const host = app();
      void host.register(middie);
      void host.register(async (scope) => {
        scope.use((req, res, next) => {
          note(req.url, res.headersSent);
          res.setHeader("X-Middie", "1");
          next();
        });
        scope.use("/only", (_req: IncomingMessage, res: ServerResponse) => {
          res.end("from middie");
        });
        scope.use("/fails", (_req, _res, next) => next(new Error("middie failed")));
        for (const url of ["/", "/only/x", "/fails"]) scope.get(url, async () => "route");
      });
      return host;
    },
    asks: [
      get("/", 200, "X-Middie: 1"),
      get("/only/x", 200, "from middie"),
      get("/fails", 500, "middie failed"),
      get("/none", 404),
    ],
  },
];
