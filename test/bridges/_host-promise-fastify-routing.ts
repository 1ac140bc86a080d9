// What Fastify's routing, and its requests promise in their documentation.
import type { FastifyRequest } from "fastify";
import { ask, get } from "./_host-promise.ts";
import type { FastifyScenario } from "./_host-promise-fastify.ts";

/** Answers with what the handler sees of its place. */
const where = async (request: FastifyRequest): Promise<object> => {
  const { method, url, originalUrl, params, query, id, is404, routeOptions } = request;
  return { method, url, originalUrl, params, query, id, is404, route: routeOptions.url };
};

const json = ["Content-Type: application/json"];

export const fastifyRouting: FastifyScenario[] = [
  {
    title: "reads parameters of every kind, wildcards and escapes",
    build({ app }) {
      const host = app();
      for (const url of [
        "/users/:id",
        "/users/:id/posts",
        "/users/me",
        "/at/:hour(^\\d{2})h:minute(^\\d{2})m",
        "/near/:lat-:lng",
        "/maybe/:it?",
        "/files/*",
        "/name::verb",
      ]) {
        host.get(url, where);
      }
      return host;
    },
    asks: [
      get("/users/a%20b%2Fc", 200, '"id":"a b/c"'),
      get("/users/me", 200, '"params":{}'),
      get("/users/7/posts?x=1&x=2", 200, '"query":{"x":["1","2"]}'),
      get("/users/7/other", 404),
      get("/at/08h24m", 200, '"minute":"24"'),
      get("/near/1-2", 200, '"lng":"2"'),
      get("/maybe", 200),
      get("/maybe/7", 200, '"it":"7"'),
      get("/files/a/b%20c", 200, '"*":"a/b c"'),
      get("/files/", 200, '"*":""'),
      get("/name:verb", 200),
      get("/users/%zz", 400, "FST_ERR_BAD_URL"),
      get(`/users/${"x".repeat(101)}`, 414),
    ],
  },
  {
    title: "routes as its router options say",
    build({ app }) {
      const host = app({
        routerOptions: {
          ignoreTrailingSlash: true,
          ignoreDuplicateSlashes: true,
          caseSensitive: false,
          // Fastify reads it here; its types do not know.
          ...({ useSemicolonDelimiter: true } as object),
          querystringParser: (text) => ({ own: text }),
        },
      });
      host.get("/Path/:Id", where);
      host.get("/dir/", where);
      return host;
    },
    asks: [
      get("/path/A/", 200, '"Id":"A"'),
      get("//PATH//b", 200, '"Id":"b"'),
      get("/path/c;q=1", 200, '"own":"q=1"'),
      get("/dir", 200),
      get("//starbridge/x", 404),
    ],
  },
  {
    title: "routes by host, version and its own constraints, and rewrites URLs",
    build({ app }) {
      const host = app({
        rewriteUrl: (req) => (req.url ?? "").replace(/^\/old\//, "/new/"),
        routerOptions: {
          constraints: {
            flavour: {
              name: "flavour",
              storage() {
                const handlers = new Map<unknown, unknown>();
                return {
                  get: (key: unknown) => (handlers.get(key) ?? null) as never,
                  set: (key: unknown, handler: unknown) => void handlers.set(key, handler),
                };
              },
              validate() {},
              deriveConstraint: (req) => req.headers["x-flavour"] as string,
            },
          },
        },
      });
      host.get("/v", { constraints: { version: "1.2.0" } }, async () => "one");
      host.get("/v", { constraints: { version: "2.0.0" } }, async () => "two");
      host.get("/h", { constraints: { host: "a.test" } }, async () => "a");
      host.get("/h", { constraints: { host: /\.b\.test$/ } }, async () => "b");
      host.get("/f", { constraints: { flavour: "sweet" } }, async () => "sweet");
      host.get("/new/:id", where);
      return host;
    },
    asks: [
      get("/v", 200, "one", "Accept-Version: 1.x"),
      get("/v", 200, "two", "Accept-Version: 2.0.0"),
      get("/v", 404),
      get("/h", 200, "a", "Host: a.test"),
      get("/h", 200, "b", "Host: x.b.test"),
      get("/h", 404, "", "Host: c.test"),
      get("/f", 200, "sweet", "X-Flavour: sweet"),
      get("/f", 404),
      get("/old/7", 200, '"url":"/new/7","originalUrl":"/old/7"'),
    ],
  },
  {
    title: "nests prefixes and scopes, with bridges in them too",
    build({ app, guard, note }) {
      const host = app();
      host.addHook("onRequest", async (request) => note("root", request.url));
      void host.register(
        async (outer) => {
          guard(outer);
          outer.decorate("name", "outer");
          outer.addHook("onRequest", async () => note("outer"));
          outer.get("/", where);
          outer.route({ method: ["GET", "POST"], url: "/both", handler: where });
          void outer.register(
            async (inner) => {
              guard(inner);
              inner.setNotFoundHandler((_request, reply) => reply.code(404).send("inner 404"));
              inner.get("/slash", { prefixTrailingSlash: "no-slash" }, where);
              inner.get("/:id", where);
            },
            { prefix: "/in/:tenant" },
          );
        },
        { prefix: "/out" },
      );
      host.get("/plain", async () => host.hasDecorator("name"));
      return host;
    },
    asks: [
      get("/out", 200, '"route":"/out"'),
      get("/out/", 200),
      ask("POST /out/both", 200, '"method":"POST"', { body: "{}", headers: json }),
      get("/out/in/acme/7", 200, '"params":{"tenant":"acme","id":"7"}'),
      get("/out/in/acme/7/8", 404, "inner 404"),
      get("/out/none", 404, "Route GET:/out/none not found"),
      get("/plain", 200, "false"),
    ],
  },
  {
    title: "knows the methods it was told of",
    build({ app }) {
      const host = app();
      host.addHttpMethod("PROPFIND", { hasBody: true });
      host.route({ method: "PROPFIND", url: "/dav", handler: async (request) => request.body });
      host.options("/own", (_request, reply) => void reply.header("allow", "OPTIONS").send());
      host.delete("/it", async () => "deleted");
      host.all("/all", where);
      return host;
    },
    asks: [
      ask("PROPFIND /dav", 200, '{"depth":1}', { body: '{"depth":1}', headers: json }),
      ask("OPTIONS /own", 200, "allow: OPTIONS"),
      ask("DELETE /it", 200, "deleted"),
      ask("DELETE /it", 400, "FST_ERR_CTP_EMPTY_JSON_BODY", {
        headers: json,
      }),
      ask("PUT /all", 200, '"method":"PUT"'),
      ask("PUT /it", 404),
      ask("MKCOL /dav", 404),
      ask("OPTIONS *", 404),
    ],
  },
  {
    title: "sees odd request targets as they were sent",
    build({ app }) {
      const host = app();
      host.get("*", where);
      return host;
    },
    asks: [
      get("//starbridge", 200, '"url":"//starbridge"'),
      get("/x/../starbridge", 200, '"url":"/x/../starbridge"'),
      get("/starbridge/", 200, '"*":"/starbridge/"'),
      get("/starbridge%2F", 200, "starbridge%2F"),
      get("/a#starbridge", 200),
      get("/a?x=%zz", 200, '"x":"%zz"'),
      get("/%zz", 400, "FST_ERR_BAD_URL"),
    ],
  },
  {
    title: "takes scheme, host and address from the proxy that it trusts, and ids from a header",
    build({ app }) {
      const host = app({
        trustProxy: "127.0.0.1",
        requestIdHeader: "x-id",
        genReqId: () => "made",
      });
      host.get("/", async ({ ip, ips, host: authority, hostname, port, protocol, id, headers }) => {
        return { ip, ips, authority, hostname, port, protocol, id, headers };
      });
      return host;
    },
    asks: [
      get("/", 200, '"ip":"127.0.0.1"'),
      get(
        "/",
        200,
        '"ip":"2.2.2.2","ips":["127.0.0.1","2.2.2.2"]',
        "X-Forwarded-For: 1.1.1.1, 2.2.2.2",
        "X-Forwarded-Proto: http, https",
        "X-Forwarded-Host: front.test:8443",
        "X-Id: given",
      ),
    ],
  },
];
