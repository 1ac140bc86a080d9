// Plugins and hooks of Fastify treat our routes as its own.
import { gunzipSync, gzipSync, createGunzip } from "node:zlib";
import compress from "@fastify/compress";
import cookie from "@fastify/cookie";
import cors from "@fastify/cors";
import etag from "@fastify/etag";
import helmet from "@fastify/helmet";
import fastify from "fastify";
import type { FastifyInstance } from "fastify";
import type { APIContext, BridgeOptions } from "starbridge";
import starbridge from "starbridge/fastify";
import { expect, it } from "vitest";
import { deferred, within } from "./_quiet.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const routes: BridgeOptions["routes"] = {
  "users/[id].ts": {
    GET: ({ cookies, params }: APIContext) => {
      cookies.set("page", "1");
      return Response.json({ id: params.id }, { headers: { vary: "Accept" } });
    },
    POST: async ({ request }: APIContext) => new Response(await request.text(), { status: 201 }),
  },
  "stream.ts": {
    GET: () => {
      const body = new ReadableStream({
        async start(controller) {
          for (const text of ["one ", "two ", "three"]) {
            controller.enqueue(bytes(text));
            for (let turn = 0; turn < 3; turn += 1) await new Promise((done) => setImmediate(done));
          }
          controller.close();
        },
      });
      return new Response(body, { headers: { "content-type": "text/plain" } });
    },
  },
  "large.ts": { GET: () => new Response("long enough to be packed ".repeat(200)) },
  "bad.ts": {
    GET: () => {
      throw Object.assign(new Error("secret"), { statusCode: 409 });
    },
  },
};

const origin = "http://app.test";

export function fastifyHooks(): void {
  const app = async (prepare: (app: FastifyInstance) => unknown): Promise<FastifyInstance> => {
    const instance = fastify();
    await prepare(instance);
    await instance.register(starbridge, { routes });
    return instance;
  };

  // D-51
  it.each(["/users/7", "/stream"])(
    "CORS, helmet and cookie plugins leave their headers on %s",
    async (url) => {
      const instance = await app(async (host) => {
        await host.register(cors, { origin: [origin], credentials: true });
        await host.register(helmet);
        await host.register(cookie);
        host.addHook("onRequest", async (_request, reply) => {
          reply.setCookie("hook", "1");
        });
      });
      const answer = await instance.inject({ url, headers: { origin } });
      expect(answer.statusCode).toBe(200);
      expect(answer.headers["access-control-allow-origin"]).toBe(origin);
      expect(answer.headers["x-content-type-options"]).toBe("nosniff");
      const names = answer.cookies.map(({ name }) => name).sort();
      expect(names).toEqual(url === "/stream" ? ["hook"] : ["hook", "page"]);
      const vary = String(answer.headers.vary).split(/, ?/).sort();
      expect(vary).toEqual(url === "/stream" ? ["Origin"] : ["Accept", "Origin"]);
      await instance.close();
    },
  );

  it("the CORS plugin answers the preflight of a page", async () => {
    const instance = await app((host) => host.register(cors, { origin }));
    const answer = await instance.inject({
      method: "OPTIONS",
      url: "/users/7",
      headers: { origin, "access-control-request-method": "GET" },
    });
    expect([answer.statusCode, answer.headers["access-control-allow-origin"]]).toEqual([
      204,
      origin,
    ]);
    await instance.close();
  });

  it.each(["/large", "/stream"])("the compress plugin packs %s", async (url) => {
    const instance = await app((host) => host.register(compress, { threshold: 0 }));
    const answer = await instance.inject({ url, headers: { "accept-encoding": "gzip" } });
    expect(answer.headers["content-encoding"]).toBe("gzip");
    const { length } = answer.rawPayload;
    expect([undefined, String(length)]).toContain(answer.headers["content-length"]);
    const text = gunzipSync(answer.rawPayload).toString();
    expect(text).toBe(
      url === "/stream" ? "one two three" : "long enough to be packed ".repeat(200),
    );
    await instance.close();
  });

  it("the etag plugin tags a page and answers 304", async () => {
    const instance = await app((host) => host.register(etag));
    const first = await instance.inject("/large");
    expect(first.headers.etag).toMatch(/^"/);
    const second = await instance.inject({
      url: "/large",
      headers: { "if-none-match": String(first.headers.etag) },
    });
    expect([second.statusCode, second.body]).toEqual([304, ""]);
    await instance.close();
  });

  it("onSend sees and may replace the payload, and every cookie stays", async () => {
    const seen: unknown[] = [];
    const instance = await app(async (host) => {
      await host.register(cookie);
      host.addHook("onRequest", async (_request, reply) => void reply.setCookie("hook", "1"));
      host.addHook("onSend", async (_request, reply, payload) => {
        seen.push(reply.statusCode, reply.getHeader("content-type"), String(payload));
        return `${String(payload)}!`;
      });
    });
    const answer = await instance.inject("/users/7");
    expect(seen).toEqual([200, "application/json", '{"id":"7"}']);
    expect(answer.body).toBe('{"id":"7"}!');
    expect(answer.headers["content-length"]).toBe("11");
    expect(answer.cookies.map(({ name }) => name).sort()).toEqual(["hook", "page"]);
    await instance.close();
  });

  // D-53
  it("onResponse and pino's line have the status of the wire, and a time", async () => {
    const lines: { msg: string; res?: { statusCode: number }; responseTime?: number }[] = [];
    const instance = fastify({
      logger: {
        level: "info",
        stream: { write: (line: string) => void lines.push(JSON.parse(line)) },
      },
    });
    const seen: unknown[] = [];
    instance.addHook("onResponse", async (request, reply) => {
      seen.push([request.routeOptions.url, reply.statusCode, reply.elapsedTime > 0]);
    });
    await instance.register(starbridge, { routes });
    const json = { "content-type": "application/json" };
    await instance.inject({ method: "POST", url: "/users/7", payload: "x", headers: json });
    await instance.inject("/bad");
    expect(seen).toEqual([
      ["/users/:id", 201, true],
      ["/bad", 409, true],
    ]);
    const completed = lines.filter(({ msg }) => msg === "request completed");
    expect(completed.map(({ res }) => res?.statusCode)).toEqual([201, 409]);
    expect(completed.every(({ responseTime }) => Number(responseTime) > 0)).toBe(true);
    await instance.close();
  });

  it("every hook runs once, in Fastify's order", async () => {
    const order: string[] = [];
    const instance = await app((host) => {
      for (const name of ["onRequest", "preParsing", "preValidation", "preHandler"] as const) {
        host.addHook(name, async () => void order.push(name));
      }
      host.addHook("onSend", async () => void order.push("onSend"));
      host.addHook("onResponse", async () => void order.push("onResponse"));
      host.addHook("onError", async () => void order.push("onError"));
    });
    await instance.inject({
      method: "POST",
      url: "/users/7",
      payload: "{}",
      headers: { "content-type": "application/json" },
    });
    const all = ["onRequest", "preParsing", "preValidation", "preHandler", "onSend", "onResponse"];
    expect(order.splice(0)).toEqual(all);
    await instance.inject("/bad");
    expect(order).toEqual([...all.slice(0, 4), "onError", ...all.slice(4)]);
    await instance.close();
  });

  it("a body that preParsing unpacks arrives unpacked", async () => {
    const instance = await app((host) => {
      host.addHook("preParsing", async (request, _reply, payload) =>
        request.headers["content-encoding"] === "gzip" ? payload.pipe(createGunzip()) : payload,
      );
    });
    const answer = await instance.inject({
      method: "POST",
      url: "/users/7",
      payload: gzipSync("packed"),
      headers: { "content-encoding": "gzip", "content-type": "application/json" },
    });
    expect([answer.statusCode, answer.body]).toEqual([201, "packed"]);
    await instance.close();
  });

  it("a preHandler that answers keeps the page from running, and its decorations reach locals", async () => {
    const instance = fastify();
    instance.decorateRequest("user", "");
    instance.addHook("preHandler", async (request, reply) => {
      if (!request.headers.authorization) return reply.code(401).send("host 401");
      Object.assign(request, { user: request.headers.authorization });
      return undefined;
    });
    await instance.register(starbridge, {
      routes: { "me.ts": { GET: ({ locals }: APIContext) => Response.json(locals) } },
      locals: (host) => ({ user: Object(host).request.user }) as App.Locals,
    });
    expect((await instance.inject("/me")).statusCode).toBe(401);
    const answer = await instance.inject({ url: "/me", headers: { authorization: "ada" } });
    expect(answer.json()).toEqual({ user: "ada" });
    await instance.close();
  });

  it("the error handler of the scope gets the error with the request of the page", async () => {
    const seen: unknown[] = [];
    const instance = await app((host) => {
      host.setErrorHandler((error, request, reply) => {
        seen.push((error as Error).message, request.routeOptions.url);
        return reply.code(400).send({ error: "legacy format" });
      });
    });
    const answer = await instance.inject("/bad");
    expect([answer.statusCode, answer.json()]).toEqual([400, { error: "legacy format" }]);
    expect(seen).toEqual(["secret", "/bad"]);
    await instance.close();
  });

  it("Fastify's own error page has the status of an error that carries one", async () => {
    const instance = await app(() => undefined);
    expect((await instance.inject("/bad")).statusCode).toBe(409);
    await instance.close();
  });

  it("request.signal aborts with the one of the page when the client leaves", async () => {
    const started = deferred();
    const aborts = [deferred(), deferred()];
    const instance = fastify({ forceCloseConnections: true });
    await instance.register(starbridge, {
      routes: {
        "a.ts": {
          GET: async ({ request, host }: APIContext) => {
            const own = (host as unknown as { request: { signal: AbortSignal } }).request.signal;
            own.addEventListener("abort", () => aborts[0]?.resolve());
            request.signal.addEventListener("abort", () => aborts[1]?.resolve());
            started.resolve();
            await Promise.all(aborts.map(({ promise }) => promise));
            return new Response("late");
          },
        },
      },
    });
    const address = await instance.listen({ port: 0, host: "127.0.0.1" });
    const gone = new AbortController();
    const asked = fetch(`${address}/a`, { signal: gone.signal }).catch(() => undefined);
    await started.promise;
    gone.abort();
    await within(2000, "both aborts", Promise.all(aborts.map(({ promise }) => promise)));
    await asked;
    await instance.close();
  });

  // B13
  it("inject() reads a stream with more than its buffer holds", async () => {
    const instance = fastify();
    await instance.register(starbridge, {
      routes: {
        "a.ts": {
          GET: () => {
            let left = 40;
            const body = new ReadableStream({
              pull(controller) {
                controller.enqueue(new Uint8Array(10_240));
                left -= 1;
                if (left === 0) controller.close();
              },
            });
            return new Response(body);
          },
        },
      },
    });
    expect((await instance.inject("/a")).rawPayload.length).toBe(409_600);
    await instance.close();
  });
}
