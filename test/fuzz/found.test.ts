// What the fuzzer has found, once more and by itself.
import fastify from "fastify";
import { starbridge } from "starbridge/connect";
import bridge from "starbridge/fastify";
import { describe, expect, it } from "vitest";
import { listener } from "../bridges/_listen.ts";
import { staysQuiet } from "../bridges/_quiet.ts";
import { raw } from "../_raw.ts";

describe("the bridge as the listener of a plain server", () => {
  staysQuiet();
  const listen = listener();

  it("answers TRACE, which no Request can say, past the chain", async () => {
    let runs = 0;
    const bridge = starbridge({
      dev: false,
      routes: { "index.ts": { ALL: () => new Response("page") } },
      middleware: ({ request }, next) => {
        runs += Number(request.url !== "");
        return next();
      },
    });
    const { port } = await listen(bridge);
    for (const path of ["/", "/nowhere"]) {
      expect((await raw(port, `TRACE ${path} HTTP/1.1`)).status).toBe(404);
    }
    expect(runs).toBe(0);
    await bridge.close();
  });
});

describe("a path that begins as no page's does", () => {
  staysQuiet();
  const listen = listener();

  it.each(["/.well/", "/_a/", "/@b/c/"])(
    "is not sent elsewhere for its slash, whatever takes everything: %s",
    async (path) => {
      const options = {
        dev: false,
        trailingSlash: "never",
        routes: { "[...all].ts": { ALL: () => new Response("page") } },
      } as const;
      const alone = starbridge(options);
      const { port } = await listen(alone);
      const answer = await raw(port, `GET ${path} HTTP/1.1`);
      expect([answer.status, answer.headers.location]).toEqual([404, undefined]);
      expect((await raw(port, `GET ${path.slice(0, -1)} HTTP/1.1`)).body).toBe("page");
      await alone.close();
      const app = fastify();
      await app.register(bridge, options);
      app.setNotFoundHandler((_request, reply) => reply.code(404).send("host"));
      expect((await app.inject(path)).body).toBe("host");
      await app.close();
    },
  );
});

describe("a mount at a parameter under Fastify", () => {
  staysQuiet();

  it("is not found where the parameter is empty", async () => {
    const app = fastify();
    const index = { GET: () => new Response("page") };
    await app.register(bridge, {
      dev: false,
      prefix: "/t/:tenant",
      routes: { "index.ts": index, "[...all].ts": index },
    });
    for (const [url, status] of [
      ["/t/", 404],
      ["/t//", 404],
      ["/t//a", 404],
      ["/t/x", 200],
      ["/t/x/a", 200],
    ] as const) {
      expect([url, (await app.inject(url)).statusCode]).toEqual([url, status]);
    }
    await app.close();
  });
});

describe("the mount path itself under Fastify", () => {
  staysQuiet();

  it.each([true, false])(
    "answers HEAD as it answers GET, with ignoreTrailingSlash %s",
    async (ignoreTrailingSlash) => {
      const app = fastify({ routerOptions: { ignoreTrailingSlash } });
      const GET = (): Response => new Response("page");
      await app.register(bridge, { dev: false, prefix: "/mnt", routes: { "index.ts": { GET } } });
      for (const url of ["/mnt", "/mnt/"]) {
        for (const method of ["GET", "HEAD"] as const) {
          const { statusCode, headers } = await app.inject({ method, url });
          expect([method, url, statusCode, headers["content-length"]]).toEqual([
            ...[method, url, 200, "4"],
          ]);
        }
      }
      await app.close();
    },
  );
});
