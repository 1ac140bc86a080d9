// Who the server is: servers that accept requests without a Host, proxies that hand on nonsense, redirects that a client
// tries to bend.
import { once } from "node:events";
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import connect from "connect";
import express5 from "express";
import fastify from "fastify";
import type { APIContext, BridgeOptions } from "starbridge";
import { starbridge as connectBridge } from "starbridge/connect";
import { starbridge as expressBridge } from "starbridge/express";
import starbridgePlugin from "starbridge/fastify";
import { afterEach, describe, expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";
import { staysQuiet } from "../bridges/_quiet.ts";
import { openRaw, raw } from "../_raw.ts";

const express4: typeof express5 = createRequire(import.meta.url)("express4");
const quiet = { logger: { info() {}, warn() {}, error() {} } };

const options: BridgeOptions = {
  routes: { "a.ts": { GET: ({ url }: APIContext) => new Response(url.href) } },
};

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function listening(listener: RequestListener): Promise<number> {
  const server = createServer({ requireHostHeader: false }, listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  stops.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

const lax: Record<string, () => Promise<number>> = {
  "express 4": () =>
    listening(
      express4()
        .set("env", "test")
        .use(expressBridge({ ...options, ...quiet })),
    ),
  "express 5": () =>
    listening(
      express5()
        .set("env", "test")
        .use(expressBridge({ ...options, ...quiet })),
    ),
  connect: () => {
    const app = connect().use(connectBridge({ ...options, ...quiet }));
    app.use(((error, _req, res, _next) => {
      res.statusCode = error.statusCode;
      res.end();
    }) satisfies connect.ErrorHandleFunction);
    return listening(app);
  },
  "node:http": () => listening(connectBridge({ ...options, ...quiet }) as RequestListener),
  fastify: async () => {
    const app = fastify({ http: { requireHostHeader: false } });
    await app.register(starbridgePlugin, options);
    await app.listen({ port: 0, host: "127.0.0.1" });
    stops.push(() => app.close());
    return (app.server.address() as AddressInfo).port;
  },
};

describe.each(Object.keys(lax))("a server that requires no Host, with %s", (name) => {
  staysQuiet();

  // B30 D-11
  it("refuses HTTP/1.1 without one on a path of ours, and gives HTTP/1.0 its fixed origin", async () => {
    const port = await (lax[name] as () => Promise<number>)();
    const bare = ["GET /a HTTP/1.1\r\nConnection: close\r\n\r\n", "GET /a HTTP/1.0\r\n\r\n"];
    const answers = await Promise.all(bare.map((text) => exactly(port, text)));
    expect(answers[0]).toMatch(/^HTTP\/1\.1 400 /);
    expect(answers[1]).toMatch(/^HTTP\/1\.1 200 /);
    expect(answers[1]).toContain("\r\n\r\nhttp://localhost/a");
  });
});

const hosts: HostName[] = ["express 4", "express 5", "fastify", "fastify + middie", "connect"];

describe.each(hosts)("behind a trusted proxy, %s", (host) => {
  staysQuiet();

  // D-08 R4 R5: what a proxy hands on is the client's word as often as not.
  it.each([
    "shop.example/admin/secret?",
    "shop.example#x",
    "user@shop.example",
    "shop.example\\x",
    "shop.example:99999",
    "evil.test/, shop.example",
    "[::1",
    "",
  ])("takes no path from X-Forwarded-Host %j", async (name) => {
    const server = await start(host, { trustProxy: true, options });
    const answer = await server.raw(["GET /a HTTP/1.1", `X-Forwarded-Host: ${name}`]);
    expect([200, 400]).toContain(answer.status);
    if (answer.status === 200) expect(new URL(answer.body).pathname).toBe("/a");
  });

  it.each(["javascript", "file", "http:/", "https://evil.test", "HTTPS", "https, http", ""])(
    "takes nothing but http or https from X-Forwarded-Proto %j",
    async (protocol) => {
      const server = await start(host, { trustProxy: true, options });
      const answer = await server.raw(["GET /a HTTP/1.1", `X-Forwarded-Proto: ${protocol}`]);
      expect([200, 400]).toContain(answer.status);
      if (answer.status === 200) expect(answer.body).toMatch(/^https?:\/\/h\.test\/a$/);
    },
  );
});

describe.each(hosts)("redirects with a parameter, on %s", (host) => {
  staysQuiet();

  // D-39
  it("do not lead off the site, whatever a client puts into it", async () => {
    const server = await start(host, {
      options: { ...options, redirects: { "/go/[...to]": "/[...to]", "/one/[id]": "/[id]" } },
    });
    const targets = [
      "//evil.test/",
      "/%2Fevil.test",
      "/%2F%2Fevil.test",
      "/%5Cevil.test",
      "/\\evil.test",
      "/%09/evil.test",
      "/.//evil.test",
      "/https:%2F%2Fevil.test",
      "/https://evil.test",
      "/javascript:alert(1)",
      "/@evil.test",
      "/%0d%0aset-cookie:%20a=b",
    ];
    for (const mount of ["/go", "/one"]) {
      for (const target of targets) {
        const answer = await server.raw(`GET ${mount}${target} HTTP/1.1`);
        const location = answer.headers.location?.[0] ?? "/";
        expect(new URL(location, "http://h.test/x/").origin, target).toBe("http://h.test");
        expect(answer.headers["set-cookie"], target).toBeUndefined();
        expect(answer.status, target).not.toBe(500);
      }
    }
    expect((await raw(server.port, "GET /one/fine HTTP/1.1")).headers.location).toEqual(["/fine"]);
  });
});

/** The answer to a text that gets no header added. */
async function exactly(port: number, text: string): Promise<string> {
  const connection = await openRaw(port);
  connection.write(text);
  await connection.untilClosed();
  return connection.received;
}
