import { createServer } from "node:https";
import type { APIContext } from "starbridge";
import { fromConnect, starbridge } from "starbridge/connect";
import { describe, expect, it } from "vitest";
import { raw } from "../_raw.ts";
import { conformance } from "./_conformance.ts";
import { connectManners } from "./_connect.ts";
import { listener } from "./_listen.ts";
import { staysQuiet } from "./_quiet.ts";

const silent = { info() {}, warn() {}, error() {} };

conformance("node:http");

describe("manners of node:http", () => {
  staysQuiet();
  const listen = listener();
  connectManners("node:http");
  const GET = ({ url }: APIContext): Response => new Response(url.pathname);

  it("is a listener by itself: 404 for what it does not serve, no `next` needed", async () => {
    const { get } = await listen(starbridge({ routes: { "a.ts": { GET } }, logger: silent }));
    expect(await (await get("/a")).text()).toBe("/a");
    expect((await get("/none")).status).toBe(404);
    expect((await get("/a", { method: "DELETE" })).status).toBe(404);
  });

  it("answers with the 404 file where there is no `next`", async () => {
    const routes = { "404.ts": { GET: () => new Response("our 404", { status: 404 }) } };
    const { get } = await listen(starbridge({ routes }));
    const answer = await get("/none");
    expect([answer.status, await answer.text()]).toEqual([404, "our 404"]);
  });

  it("answers an error with an empty 500 and logs it where there is no `next`", async () => {
    const logged: unknown[] = [];
    const boom = new Error("secret text");
    const { get } = await listen(
      starbridge({
        routes: {
          "a.ts": {
            GET: () => {
              throw boom;
            },
          },
        },
        logger: {
          info() {},
          warn() {},
          error: (fields: object | string) => void logged.push(fields),
        },
      }),
    );
    const answer = await get("/a");
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain("secret");
    expect(logged).toMatchObject([{ err: boom }]);
  });

  it("answers its own refusals with their status where there is no `next`", async () => {
    const POST = async ({ request }: APIContext): Promise<Response> =>
      new Response(await request.text());
    const { get, port } = await listen(
      starbridge({
        routes: { "a.ts": { GET, POST } },
        security: { bodySizeLimit: 10 },
        logger: silent,
      }),
    );
    const headers = { "content-type": "application/json" };
    expect((await get("/a", { method: "POST", body: "x".repeat(11), headers })).status).toBe(413);
    expect((await raw(port, ["GET /a HTTP/1.1", "Host: a b"])).status).toBe(400);
    for (const target of ["//a", "/%zz", "http://h.test/a", "/./a"]) {
      const answer = await raw(port, `GET ${target} HTTP/1.1`);
      expect([400, 404], target).toContain(answer.status);
    }
  });

  it("runs a connect middleware as one of ours", async () => {
    const { get } = await listen(
      starbridge({
        routes: { "a.ts": { GET } },
        middleware: fromConnect((req, res, next) => {
          res.setHeader("x-from-connect", "1");
          if (req.headers["x-stop"]) {
            res.statusCode = 403;
            res.end("stopped");
          } else if (req.headers["x-fail"])
            next(Object.assign(new Error("failed"), { statusCode: 402 }));
          else next();
        }),
        logger: silent,
      }),
    );
    const passed = await get("/a");
    expect([passed.headers.get("x-from-connect"), await passed.text()]).toEqual(["1", "/a"]);
    const stopped = await get("/a", { headers: { "x-stop": "1" } });
    expect([stopped.status, await stopped.text()]).toEqual([403, "stopped"]);
    const failed = await get("/a", { headers: { "x-fail": "1" } });
    expect([failed.status, await failed.text()]).not.toContain("failed");
  });

  it("is accepted by the types of an https server", () => {
    expect(createServer({}, starbridge({ routes: {} })).listening).toBe(false);
  });
});
