// A prerendered module in a `routes` map, which no build has rendered: it runs on request, and answers what the build
// would have answered.
import type { APIContext } from "starbridge";
import { afterEach, describe, expect, it } from "vitest";
import type { HostName } from "../_hosts.ts";
import { start, stopHosts } from "../_hosts.ts";
import { staysQuiet } from "./_quiet.ts";

const hosts: HostName[] = [
  "express 4",
  "express 5",
  "fastify",
  "fastify + middie",
  "connect",
  "node:http",
  "http2",
];

function createModule() {
  const calls = { list: 0, get: 0 };
  const module = {
    prerender: true,
    getStaticPaths() {
      calls.list++;
      return [{ params: { sku: "tea" }, props: { cents: 300 } }];
    },
    GET({ params, props, request, url, cookies, locals, isPrerendered }: APIContext) {
      calls.get++;
      const asked = [[...request.headers].length, url.search, cookies.has("a"), locals];
      return Response.json({ params, props, asked, isPrerendered });
    },
  };
  return { calls, module };
}

afterEach(stopHosts);

describe.each(hosts)("a prerendered module of a routes map on %s", (host) => {
  staysQuiet();

  it.each(["given", "lazy"])(
    "runs on request for the paths of getStaticPaths, and leaves others to the host (%s)",
    async (kind) => {
      const { calls, module } = createModule();
      const legacy = { "GET /products/milk": () => ({ text: "legacy" }) };
      const server = await start(host, {
        options: {
          routes: { "products/[sku].ts": kind === "lazy" ? async () => module : module },
          locals: () => ({ user: "ada" }),
        },
        legacy,
      });
      for (const count of [1, 2]) {
        const headers = { cookie: "a=1", "if-none-match": "*" };
        const answer = await server.fetch("/products/tea?x=1", { headers });
        expect([answer.status, answer.headers.has("etag"), await answer.json()]).toEqual([
          200,
          false,
          {
            params: { sku: "tea" },
            props: { cents: 300 },
            asked: [0, "", false, {}],
            isPrerendered: true,
          },
        ]);
        expect(calls).toEqual({ list: 1, get: count });
      }
      expect((await server.fetch("/products/tea", { method: "HEAD" })).status).toBe(200);
      const other = await server.fetch("/products/milk");
      expect([other.status, await other.text()]).toEqual([200, "legacy"]);
      expect(calls.list).toBe(1);
    },
  );
});
