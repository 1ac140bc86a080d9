// Bodies between Fastify and a page: content types that parsers disagree about, and streams that grow when unpacked.
import type { AddressInfo } from "node:net";
import { Transform } from "node:stream";
import { createGunzip, gzipSync } from "node:zlib";
import fastify from "fastify";
import type { FastifyInstance } from "fastify";
import type { APIContext } from "starbridge";
import starbridge from "starbridge/fastify";
import { afterEach, describe, expect, it } from "vitest";
import { staysQuiet } from "../bridges/_quiet.ts";
import { raw } from "../_raw.ts";

const apps: FastifyInstance[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

async function listen(app: FastifyInstance): Promise<number> {
  apps.push(app);
  await app.listen({ port: 0, host: "127.0.0.1" });
  return (app.server.address() as AddressInfo).port;
}

// What no schema allows; whoever reads it as JSON has been talked past the validation.
const body = '{"role":"admin"}';
const post = (path: string, type: string): string[] => [
  `POST ${path} HTTP/1.1`,
  `Content-Type:${type}`,
  `Content-Length: ${body.length}`,
];

// D-63
const types = [
  "application/json",
  "application/json\ta",
  "application/json a",
  "\tapplication/json",
  "  application/json",
  "Application/JSON",
  "APPLICATION/JSON; CHARSET=UTF-8",
  "application/json;",
  "application/json; ",
  "application/json ; charset=utf-8",
  "application/json,text/plain",
  "application/jsonx",
  "application/json/x",
  "application/json;charset",
  "text/plain, application/json",
  "application/problem+json",
  "application/json\u00a0",
  ";application/json",
  "application",
  "",
];

describe("a content type that parsers read in two ways (D-63)", () => {
  staysQuiet();

  const schema = {
    body: { type: "object", required: ["name"], properties: { name: { type: "string" } } },
  };
  const host = (withBridge: boolean): FastifyInstance => {
    const app = fastify({ forceCloseConnections: true });
    app.post("/legacy", { schema }, async () => "valid");
    if (withBridge) {
      app.register(starbridge, {
        routes: {
          "page.ts": {
            POST: async ({ request }: APIContext) => Response.json(await request.json()),
          },
          "legacy.ts": { PUT: () => new Response("page") },
        },
      });
    }
    return app;
  };

  it.each(types)(
    "%j: the schema of a legacy route gives the verdict that it gave",
    async (type) => {
      const [alone, beside] = [await listen(host(false)), await listen(host(true))];
      const before = await raw(alone, post("/legacy", type), body);
      const after = await raw(beside, post("/legacy", type), body);
      expect([after.status, after.body]).toEqual([before.status, before.body]);
      expect(before.status).toBeGreaterThanOrEqual(400);
    },
  );

  it.each(types)("%j: a page is not run where Fastify calls the type invalid", async (type) => {
    const port = await listen(host(true));
    const legacy = await raw(port, post("/legacy", type), body);
    const page = await raw(port, post("/page", type), body);
    // Fastify refuses what is no media type; what is one, but not JSON, a page may read as it likes.
    const isInvalid = !/^\s*[a-z]+\/[a-z+]+\s*(;.*)?$/i.test(type);
    if (isInvalid) expect([legacy.status, page.status]).toEqual([415, 415]);
    else expect([page.status, page.body]).toEqual([200, body]);
  });
});

describe("a body that a hook of Fastify unpacks (D-61)", () => {
  staysQuiet();

  it("is counted as it comes out: a bomb ends in 413, most of it still packed", async () => {
    let unpacked = 0;
    const app = fastify({ forceCloseConnections: true });
    app.addHook("preParsing", async (_request, _reply, payload) => {
      const counter = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          unpacked += chunk.length;
          done(null, chunk);
        },
      });
      return payload.pipe(createGunzip()).pipe(counter);
    });
    await app.register(starbridge, {
      security: { bodySizeLimit: 1024 * 1024 },
      routes: {
        "a.ts": {
          POST: async ({ request }: APIContext) =>
            new Response(String((await request.arrayBuffer()).byteLength)),
        },
      },
    });
    const port = await listen(app);
    const send = (packed: Buffer) =>
      raw(
        port,
        ["POST /a HTTP/1.1", "Content-Type: application/json", `Content-Length: ${packed.length}`],
        packed.toString("latin1"),
      );
    const small = await send(gzipSync(Buffer.alloc(1024 * 1024)));
    expect([small.status, small.body]).toEqual([200, String(1024 * 1024)]);
    unpacked = 0;
    expect((await send(gzipSync(Buffer.alloc(64 * 1024 * 1024)))).status).toBe(413);
    expect(unpacked).toBeLessThan(8 * 1024 * 1024);
  });
});
