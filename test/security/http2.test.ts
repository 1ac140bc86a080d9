// HTTP/2 has no request line that a parser checks: path, authority and method are fields that a client writes as it likes.
import { once } from "node:events";
import { connect, createServer } from "node:http2";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { AddressInfo, Server } from "node:net";
import fastify from "fastify";
import type { APIContext, BridgeOptions } from "starbridge";
import { starbridge } from "starbridge/connect";
import starbridgePlugin from "starbridge/fastify";
import { afterEach, describe, expect, it } from "vitest";
import { staysQuiet } from "../bridges/_quiet.ts";

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const silent = { info() {}, warn() {}, error() {} };

const routes: NonNullable<BridgeOptions["routes"]> = {
  "admin/secret.ts": { GET: () => new Response("the secret") },
  "public.ts": {
    GET: ({ url, request }: APIContext) => Response.json([url.href, request.url]),
    DELETE: () => new Response("deleted"),
  },
  "files/[...path].ts": { GET: () => new Response("files") },
  "paths.ts": {
    getStaticPaths: () => [],
    default: () => new Response("default"),
    GET: () => new Response("got"),
  },
};

/** A connect host: the guard tests the path that the client sent, the legacy side answers 404. */
async function startConnect(): Promise<Server> {
  const bridge = starbridge({ routes, logger: silent });
  await bridge.ready();
  const server = createServer((req: Http2ServerRequest, res: Http2ServerResponse) => {
    const guarded = req.url === "/admin" || req.url.startsWith("/admin/");
    if (guarded && !req.headers.authorization) {
      res.statusCode = 401;
      res.end("host 401");
      return;
    }
    bridge(req, res, (error) => {
      res.statusCode = error ? ((error as { statusCode?: number }).statusCode ?? 500) : 404;
      res.end(error ? "host error page" : "host 404");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  stops.push(() => server.close());
  return server;
}

async function startFastify(): Promise<Server> {
  const app = fastify({ http2: true });
  app.addHook("onRequest", async (request, reply) => {
    const guarded = request.url === "/admin" || request.url.startsWith("/admin/");
    return guarded && !request.headers.authorization ? reply.code(401).send("host 401") : undefined;
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send("host 404"));
  await app.register(starbridgePlugin, { routes });
  await app.listen({ port: 0, host: "127.0.0.1" });
  stops.push(() => app.close());
  return app.server as unknown as Server;
}

async function ask(server: Server, fields: Record<string, string>): Promise<Answer> {
  const { port } = server.address() as AddressInfo;
  const session = connect(`http://127.0.0.1:${port}`);
  session.on("error", () => {});
  try {
    const stream = session.request({ ":path": "/public", ...fields });
    stream.on("error", () => {});
    const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
    let body = "";
    for await (const chunk of stream) body += String(chunk);
    return { status: Number(headers[":status"]), headers, body };
  } catch {
    // Refused by Node's own client or server: no answer.
    return { status: 0, headers: {}, body: "" };
  } finally {
    session.destroy();
  }
}

// D-01 D-03 D-04 D-06
const spellings = [
  "/x/../admin/secret",
  "/./admin/secret",
  "/%2e/admin/secret",
  "//admin/secret",
  "///admin/secret",
  "/admin//secret",
  "/%61dmin/secret",
  "/%2561dmin/secret",
  "/files/../admin/secret",
  "/files/%2e%2e/admin/secret",
  "/admin%2fsecret",
  "/admin%5csecret",
  "/admin\\secret",
  "\\admin\\secret",
  "/ADMIN/secret",
  "/admin/secret",
  "/admin/secret/",
  "/admin;x/secret",
  "/admin/secret%00",
  "/admin/s%65cret",
  "/%E0%A4%A",
  "/%zz",
  "/admin%ZZ/secret",
  "admin/secret",
  "http://h.test/admin/secret",
  "/admin/secret#x",
  "*",
];

describe.each([
  ["connect", startConnect],
  ["fastify", startFastify],
] as const)("over HTTP/2, %s", (host, start) => {
  staysQuiet();

  it.each(spellings)("gives no secret away to :path %j", async (path) => {
    const server = await start();
    const answer = await ask(server, { ":path": path });
    expect(answer.body).not.toContain("the secret");
    expect(answer.body).not.toBe("files");
    expect(answer.headers.location).toBeUndefined();
    expect([0, 400, 401, 404]).toContain(answer.status);
    const allowed = await ask(server, { ":path": "/admin/secret", authorization: "yes" });
    expect([allowed.status, allowed.body]).toEqual([200, "the secret"]);
  });

  // D-08
  it.each([
    "h.test/admin/secret?",
    "h.test#x",
    "user@h.test",
    "h.test\\x",
    "h.test:99999",
    "a.test, b.test",
    "[::1",
  ])("takes no path from :authority %j", async (authority) => {
    const server = await start();
    const answer = await ask(server, { ":authority": authority });
    expect([0, 400]).toContain(answer.status);
  });

  // D-08 R5: two names for the authority, and the path of neither.
  it("believes its host where :authority and Host differ", async () => {
    const server = await start();
    const answer = await ask(server, { ":authority": "h.test", host: "else.test" });
    // Fastify's own `request.host` is the header.
    const name = host === "fastify" ? "else.test" : "h.test";
    expect(JSON.parse(answer.body)).toEqual([`http://${name}/public`, `http://${name}/public`]);
  });

  // D-15 D-16 D-30: no export that is not a method, and no method that HTTP/1.1 would have refused.
  it.each(["TRACE", "constructor", "__proto__", "getStaticPaths", "default", "hasOwnProperty"])(
    "takes %s for no method of a page",
    async (method) => {
      const server = await start();
      const answer = await ask(server, { ":method": method, ":path": "/paths" });
      expect([0, 400, 404, 405, 501]).toContain(answer.status);
      expect(answer.body).not.toContain("default");
    },
  );

  // R3: methods are case-sensitive; a guard that asks for DELETE has not seen `delete`.
  it.each(["delete", "Delete", "dELETE"])("does not take %s for DELETE", async (method) => {
    const server = await start();
    const answer = await ask(server, { ":method": method });
    expect(answer.body).not.toBe("deleted");
    expect([0, 404, 405, 501]).toContain(answer.status);
    expect((await ask(server, { ":method": "DELETE" })).body).toBe("deleted");
  });

  // D-21
  it("is not confused by headers with the names of prototypes", async () => {
    const server = await start();
    const fields = { constructor: "x", hasownproperty: "y", __proto: "z" };
    expect((await ask(server, fields)).status).toBe(200);
  });
});
