// What Fastify promises of bodies: its parsers, those of the app, validation.
import formbody from "@fastify/formbody";
import multipart from "@fastify/multipart";
import type { FastifyRequest } from "fastify";
import { ask } from "./_host-promise.ts";
import type { FastifyScenario } from "./_host-promise-fastify.ts";

const typed = (type: string, body: string, ...more: string[]) => ({
  headers: [`Content-Type: ${type}`, ...more],
  body,
});

const form = [
  "--b",
  'Content-Disposition: form-data; name="text"\r\n\r\nvalue',
  "--b",
  'Content-Disposition: form-data; name="file"; filename="f.txt"\r\n\r\ncontent',
  "--b--\r\n",
].join("\r\n");

export const fastifyBodies: FastifyScenario[] = [
  {
    title: "parses JSON, text, forms and multipart, and refuses the rest",
    build({ app }) {
      const host = app({ bodyLimit: 400 });
      void host.register(formbody);
      void host.register(multipart, { attachFieldsToBody: "keyValues" });
      void host.register(async (scope) => {
        scope.post("/", async (request) => ({ body: request.body ?? "none" }));
        scope.post("/small", { bodyLimit: 5 }, async () => "never");
      });
      return host;
    },
    asks: [
      ask("POST /", 200, '{"body":{"a":[1]}}', typed("application/json", '{"a":[1]}')),
      ask("POST /", 200, '"plain"', typed("text/plain", "plain")),
      ask("POST /", 200, '{"a":"b&"}', typed("application/x-www-form-urlencoded", "a=b%26")),
      ask("POST /", 200, '"text":"value"', typed("multipart/form-data; boundary=b", form)),
      ask(
        "POST /",
        200,
        '"chunked"',
        typed("text/plain", "3\r\nchu\r\n4\r\nnked\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
      ),
      ask("POST /", 200, "none"),
      ask("POST /", 400, "FST_ERR_CTP_INVALID_JSON_BODY", typed("application/json", "{")),
      ask("POST /", 400, "", typed("application/json", '{"__proto__":{}}')),
      ask("POST /", 415, "FST_ERR_CTP_INVALID_MEDIA_TYPE", typed("application/xml", "<a/>")),
      ask("POST /", 413, "FST_ERR_CTP_BODY_TOO_LARGE", typed("text/plain", "x".repeat(500))),
      ask("POST /small", 413, "", typed("text/plain", "too long")),
      ask("POST /none", 404, "", typed("text/plain", "unread")),
    ],
  },
  {
    title: "has parsers of its own, by type and by pattern, each in its scope",
    build({ app, note }) {
      const host = app();
      host.addContentTypeParser("text/csv", { parseAs: "string" }, (_request, body, done) => {
        done(null, String(body).split(","));
      });
      host.post("/", async (request) => request.body);
      void host.register(
        async (scope) => {
          scope.removeContentTypeParser("text/plain");
          scope.addContentTypeParser(
            /^image\//,
            { parseAs: "buffer" },
            async (_request: FastifyRequest, body: Buffer) => {
              return { bytes: body.length };
            },
          );
          scope.addContentTypeParser("*", (request, payload, done) => {
            note(request.headers["content-type"] ?? "none");
            let length = 0;
            payload.on("data", (chunk: Buffer) => {
              length += chunk.length;
            });
            payload.on("end", () => done(null, { length }));
          });
          scope.post("/", async (request) => request.body);
        },
        { prefix: "/scope" },
      );
      return host;
    },
    asks: [
      ask("POST /", 200, '["a","b"]', typed("text/csv", "a,b")),
      ask("POST /", 415, "", typed("image/png", "png")),
      ask("POST /scope", 200, '{"bytes":3}', typed("image/png", "png")),
      ask("POST /scope", 200, '{"length":5}', typed("text/plain", "plain")),
      ask("POST /scope", 200, '["c"]', typed("text/csv", "c")),
    ],
  },
  {
    title: "validates bodies, queries, parameters and headers",
    build({ app }) {
      const host = app();
      const object = (properties: object, required: string[] = []) => ({
        type: "object",
        properties,
        required,
      });
      const schema = {
        params: object({ id: { type: "integer" } }),
        querystring: object({ many: { type: "array", items: { type: "number" } } }),
        headers: object({ "x-key": { type: "string", minLength: 2 } }, ["x-key"]),
        body: object({ name: { type: "string" }, size: { type: "integer", default: 1 } }, ["name"]),
      };
      host.post("/users/:id", { schema }, async ({ params, query, body }) => [params, query, body]);
      host.post("/attach", { schema, attachValidation: true }, async (request) => {
        const { message, validationContext } = request.validationError ?? {};
        return { message, validationContext };
      });
      return host;
    },
    asks: [
      ask("POST /users/7?many=1", 200, '[{"id":7},{"many":[1]},{"name":"n","size":1}]', {
        headers: ["X-Key: key", "Content-Type: application/json"],
        body: '{"name":"n"}',
      }),
      ask("POST /users/x", 400, "params/id must be integer", typed("application/json", "{}")),
      ask("POST /users/7", 400, "body must have required", {
        headers: ["X-Key: key", "Content-Type: application/json"],
        body: "{}",
      }),
      ask("POST /attach", 200, "body must have", typed("application/json", "{}")),
    ],
  },
];
