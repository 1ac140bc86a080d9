// What Fastify promises of the server itself: its options, its compilers and factories, its introspection.
import type { Socket } from "node:net";
import { ask, get, pipeline } from "./_host-promise.ts";
import type { FastifyScenario } from "./_host-promise-fastify.ts";

const json = ["Content-Type: application/json"];

export const fastifyServer: FastifyScenario[] = [
  {
    title: "knows its routes, schemas, methods, options and addresses",
    build({ app, note }) {
      const host = app({ bodyLimit: 77, routerOptions: { maxParamLength: 5 } });
      host.addSchema({ $id: "user", type: "object" });
      host.get("/a/:id", async () => ({
        found: host.hasRoute({ method: "GET", url: "/a/:id" }),
        missing: host.hasRoute({ method: "POST", url: "/a/:id" }),
        schemas: Object.keys(host.getSchemas()),
        schema: host.getSchema("user"),
        methods: host.supportedMethods.includes("GET"),
        limit: host.initialConfig.bodyLimit,
        prefix: host.prefix,
        version: host.version.split(".")[0],
        listening: host.server.listening,
        addresses: host.addresses().length,
      }));
      host.get("/inject", async () => (await host.inject("/a/7")).statusCode);
      host.addHook("onReady", async () =>
        note(host.findRoute({ method: "GET", url: "/a/:id" })?.params),
      );
      return host;
    },
    asks: [
      get("/a/7", 200, '"found":true,"missing":false,"schemas":["user"]'),
      get("/a/toolong", 414),
      get("/inject", 200, "200"),
    ],
  },
  {
    title: "tells plugins of routes and scopes, as they come",
    build({ app, note }) {
      const host = app();
      host.addHook("onRoute", ({ method, url, config }) => {
        // The routes of the bridge itself are told, too.
        if (!url.includes("starbridge") && !/PATCH/.test(String(method))) {
          note(String(method), url, Object.keys(config ?? {}).length);
        }
      });
      host.get("/one", async () => "one");
      void host.register(
        async (scope) => {
          scope.route({ method: ["PUT", "DELETE"], url: "/two", handler: async () => "two" });
        },
        { prefix: "/in" },
      );
      return host;
    },
    asks: [get("/one", 200, "one"), ask("DELETE /in/two", 200, "two")],
  },
  {
    title: "compiles schemas with functions of the app, and formats their errors",
    build({ app }) {
      const host = app({ ajv: { customOptions: { removeAdditional: false, coerceTypes: false } } });
      host.setSchemaErrorFormatter((errors, where) => new Error(`${where}: ${errors.length}`));
      const body = {
        type: "object",
        additionalProperties: false,
        properties: { n: { type: "integer" } },
      };
      host.post("/ajv", { schema: { body } }, async (request) => request.body);
      void host.register(async (scope) => {
        scope.setValidatorCompiler(() => (value) => ({ value: { compiled: value } }));
        scope.setSerializerCompiler(() => (value) => `own ${JSON.stringify(value)}`);
        const schema = { body: {}, response: { 200: {} } };
        scope.post("/own", { schema }, async (request) => request.body as object);
      });
      return host;
    },
    asks: [
      ask("POST /ajv", 200, '{"n":1}', { headers: json, body: '{"n":1}' }),
      ask("POST /ajv", 400, "body: 1", { headers: json, body: '{"n":"1"}' }),
      ask("POST /ajv", 400, "body: 1", { headers: json, body: '{"x":1}' }),
      ask("POST /own", 200, 'own {"compiled":{"a":1}}', { headers: json, body: '{"a":1}' }),
    ],
  },
  {
    title: "numbers requests, and makes their loggers, as it is told",
    build({ app, note }) {
      let count = 0;
      const write = (line: string): void => {
        const { level, msg, tag, reqId, secret } = JSON.parse(line);
        if (!/listening/.test(msg)) note([level, msg, tag, reqId, secret]);
      };
      const host = app({
        logger: { level: "info", stream: { write }, redact: ["secret"] },
        childLoggerFactory: (logger, bindings, options) =>
          logger.child({ ...bindings, tag: "child" }, options),
      });
      host.setGenReqId(() => {
        count += 1;
        return `own-${count}`;
      });
      host.get("/", { logLevel: "warn" }, async (request) => {
        request.log.info("not seen");
        request.log.warn({ secret: "hidden" }, "seen");
        return request.id;
      });
      host.get("/serialised", { logSerializers: { tag: () => "changed" } }, async (request) => {
        request.log.info({ tag: "x" }, "serialised");
        return request.id;
      });
      return host;
    },
    asks: [get("/", 200, "own-1"), get("/serialised", 200, "own-2"), get("/none", 404)],
  },
  {
    title: "treats poisoned JSON, HEAD routes and broken clients as its options say",
    build({ app, note }) {
      const host = app({
        onProtoPoisoning: "remove",
        onConstructorPoisoning: "ignore",
        exposeHeadRoutes: false,
        clientErrorHandler(error: NodeJS.ErrnoException, socket: Socket) {
          note(error.code);
          socket.end("HTTP/1.1 418 Broken\r\n\r\n");
        },
      } as object);
      host.post("/", async (request) => [
        Object.keys(request.body as object),
        Reflect.get(Object(request.body), "admin") ?? null,
      ]);
      host.get("/", async () => "got");
      return host;
    },
    asks: [
      ask("POST /", 200, '[["a"],null]', {
        headers: json,
        body: '{"__proto__":{"admin":1},"a":1}',
      }),
      ask("POST /", 200, '[["constructor"],null]', {
        headers: json,
        body: '{"constructor":{"prototype":{}}}',
      }),
      ask("HEAD /", 404),
      { text: "BREW / HTTP/1.1\r\nHost: h\r\n\r\n", status: 418, shows: "" },
      { text: "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", status: 400, shows: "" },
      { text: "GET / HTTP/1.0\r\n\r\n", status: 200, shows: "got" },
    ],
  },
  {
    title: "keeps the hooks of single routes, by callback and by promise, and their failures",
    build({ app, note }) {
      const host = app();
      const fail = (name: string) => async (): Promise<void> => {
        throw Object.assign(new Error(`${name} failed`), { statusCode: 400 + name.length });
      };
      for (const hook of [
        "onRequest",
        "preValidation",
        "preHandler",
        "preSerialization",
      ] as const) {
        host.get(`/${hook}`, { [hook]: fail(hook) }, async () => ({ never: true }));
      }
      host.get("/onSend", { onSend: fail("onSend") }, async () => "never");
      host.get("/onResponse", { onResponse: fail("onResponse") }, async () => "sent already");
      host.get(
        "/many",
        {
          onRequest: [(_request, _reply, done) => done(), async () => note("second onRequest")],
          preHandler: (_request, reply, done) => {
            reply.header("x-hook", "route");
            done();
          },
          onSend: (_request, _reply, payload, done) => done(null, `${String(payload)}!`),
          onError: async (_request, _reply, error) => note(error.message),
        },
        async (request) => {
          if (request.headers["x-fail"]) throw new Error("many failed");
          return "many";
        },
      );
      host.get("/null", { onSend: async () => null }, async () => "gone");
      host.get("/timeout", { onTimeout: async () => note("never") }, async () => "in time");
      return host;
    },
    asks: [
      get("/onRequest", 409, "onRequest failed"),
      get("/preValidation", 413, "preValidation failed"),
      get("/preHandler", 410),
      get("/preSerialization", 416),
      get("/onSend", 406, "onSend failed"),
      get("/onResponse", 200, "sent already"),
      get("/many", 200, "many!"),
      get("/many", 500, "many failed", "X-Fail: yes"),
      get("/null", 200),
      pipeline(["GET /timeout", "GET /null", "GET /many"], 200, "many!"),
    ],
  },
];
