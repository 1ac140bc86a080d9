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
