// Where the README and SECURITY.md tell the host to look after something: that it is so, and that what they advise helps.
import { createRequire } from "node:module";
import middie from "@fastify/middie";
import connect from "connect";
import express5 from "express";
import type { RequestHandler } from "express";
import fastify from "fastify";
import type { APIContext, BridgeOptions, MiddlewareHandler } from "starbridge";
import { starbridge as connectBridge } from "starbridge/connect";
import { starbridge as expressBridge } from "starbridge/express";
import { describe, expect, it } from "vitest";
import { listener } from "./_listen.ts";
import { deferred, staysQuiet, within } from "./_quiet.ts";

const express4: typeof express5 = createRequire(import.meta.url)("express4");
const versions = [
  ["4", express4],
  ["5", express5],
] as const;

const routes: BridgeOptions["routes"] = {
  "admin/[id].ts": {
    GET: ({ url, routePattern }: APIContext) => new Response(`${url.pathname} ${routePattern}`),
  },
};

describe.each(versions)("a guard in a strict Router of Express %s", (_version, express) => {
  staysQuiet();
  const listen = listener();

  async function guarded(options: BridgeOptions) {
    const router = express.Router({ strict: true });
    router.get("/admin/:id", ((_req, res) => void res.status(401).send("guard")) as RequestHandler);
    router.use(expressBridge({ routes, ...options }));
    const { get } = await listen(express().use(router));
    return async (path: string) => (await get(path)).status;
  }

  it("is passed by with a slash at the end: the bridge cannot see that the Router is strict", async () => {
    const ask = await guarded({});
    expect([await ask("/admin/7"), await ask("/admin/7/")]).toEqual([401, 200]);
  });

  it("covers the page when `trailingSlash` says what the Router says", async () => {
    const ask = await guarded({ trailingSlash: "never" });
    expect([await ask("/admin/7"), await ask("/admin/7/")]).toEqual([401, 404]);
  });
});

describe("a mount path in another letter case", () => {
  staysQuiet();
  const listen = listener();

  /** Asks a question of the URL, and one of the route. */
  const guards: Record<string, MiddlewareHandler> = {
    byPath: ({ url }, next) =>
      url.pathname.startsWith("/api/admin/") ? new Response("guard", { status: 401 }) : next(),
    byRoute: ({ routePattern }, next) =>
      routePattern.startsWith("/admin/") ? new Response("guard", { status: 401 }) : next(),
  };

  const hosts: Record<string, (options: BridgeOptions) => Promise<Parameters<typeof listen>[0]>> = {
    "express 4": async (options) => express4().use("/api", expressBridge(options)),
    "express 5": async (options) => express5().use("/api", expressBridge(options)),
    connect: async (options) => connect().use("/api", connectBridge(options)),
    middie: async (options) => {
      const app = fastify();
      await app.register(middie);
      app.use("/api", connectBridge(options));
      await app.ready();
      return (req, res) => app.routing(req, res);
    },
  };

  it.each(Object.keys(hosts))(
    "is the mount path of %s too: a guard in the chain asks for the pattern, not for the URL",
    async (name) => {
      const app = hosts[name] as (options: BridgeOptions) => Promise<Parameters<typeof listen>[0]>;
      const open = await listen(await app({ routes }));
      const answer = await open.get("/API/admin/7");
      expect([answer.status, await answer.text()]).toEqual([200, "/API/admin/7 /admin/[id]"]);
      // Of the page's own path there is one spelling.
      expect((await open.get("/api/ADMIN/7")).status).toBe(404);
      for (const path of ["/api/admin/7", "/API/admin/7"]) {
        const byPath = await listen(await app({ routes, middleware: guards.byPath as never }));
        const byRoute = await listen(await app({ routes, middleware: guards.byRoute as never }));
        expect((await byPath.get(path)).status).toBe(path === "/api/admin/7" ? 401 : 200);
        expect((await byRoute.get(path)).status).toBe(401);
      }
    },
  );

  it.each(versions)(
    "is none for an Express %s that is case sensitive",
    async (_version, express) => {
      const app = express().enable("case sensitive routing").use("/api", expressBridge({ routes }));
      const { get } = await listen(app);
      expect((await get("/API/admin/7")).status).toBe(404);
      expect((await get("/api/admin/7")).status).toBe(200);
    },
  );
});

describe("a handler whose request the host has answered", () => {
  staysQuiet();
  const listen = listener();

  it("is not told by the signal, which is for clients that leave", async () => {
    const started = deferred<AbortSignal>();
    const release = deferred();
    const settled = deferred<boolean>();
    const GET = async ({ request }: APIContext) => {
      const { signal } = request;
      started.resolve(signal);
      await release.promise;
      settled.resolve(signal.aborted);
      return new Response("late");
    };
    const app = express5();
    app.use((_req, res, next) => {
      void started.promise.then(() => res.status(503).send("too slow"));
      next();
    });
    app.use(expressBridge({ routes: { "slow.ts": { GET } } }));
    const { get } = await listen(app);
    const answer = await get("/slow");
    expect([answer.status, await answer.text()]).toEqual([503, "too slow"]);
    expect((await started.promise).aborted).toBe(false);
    release.resolve();
    expect(await within(5000, "the handler", settled.promise)).toBe(false);
  });
});
