// Fastify in front of its plugin, guarded in each way that Fastify apps are, with each option that widens its router.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import middie from "@fastify/middie";
import fastify from "fastify";
import type { FastifyInstance, FastifyServerOptions } from "fastify";
import type { BridgeOptions } from "starbridge";
import starbridge from "starbridge/fastify";
import { afterEach, describe, expect, it } from "vitest";
import { staysQuiet } from "../bridges/_quiet.ts";
import { raw } from "../_raw.ts";

const routes: BridgeOptions["routes"] = {
  "admin/secret.ts": { GET: () => new Response("the secret") },
  "files/[...path].ts": { GET: () => new Response("files") },
  "[section]/[page].ts": { GET: () => new Response("any page") },
};

// D-01 D-03 D-04 D-06
const spellings = [
  "/admin/secret",
  "/admin/secret/",
  "/admin/secret?x",
  "/admin/secret;x",
  "/admin;x/secret",
  "/x/../admin/secret",
  "/./admin/secret",
  "/%2e/admin/secret",
  "/files/../admin/secret",
  "//admin/secret",
  "///admin/secret",
  "/admin//secret",
  "/%61dmin/secret",
  "/%2561dmin/secret",
  "/admin/s%65cret",
  "/admin/s%2565cret",
  "/ADMIN/secret",
  "/Admin/SECRET",
  "/admin%2fsecret",
  "/admin%5csecret",
  "/admin\\secret",
  "/admin/secret%00",
  "/admin/secret%20",
  "/admin%ZZ/secret",
  "/%E0%A4%A/admin/secret",
  "http://evil.test/admin/secret",
];

type Prepare = (app: FastifyInstance) => unknown;

const inside = (url = ""): boolean => url === "/admin" || url.startsWith("/admin/");

const guards: Record<string, Prepare> = {
  "an onRequest hook": (app) =>
    app.addHook("onRequest", async (request, reply) =>
      inside(request.url) ? reply.code(401).send("host 401") : undefined,
    ),
  "a preHandler hook that asks for the route": (app) =>
    app.addHook("preHandler", async (request, reply) =>
      inside(request.routeOptions.url) ? reply.code(401).send("host 401") : undefined,
    ),
  "a middleware of middie": async (app) => {
    await app.register(middie);
    app.use("/admin", (_req: IncomingMessage, res: ServerResponse) => {
      res.statusCode = 401;
      res.end("host 401");
    });
  },
};

const routers: Record<string, FastifyServerOptions["routerOptions"]> = {
  "Fastify's own router options": {},
  ignoreTrailingSlash: { ignoreTrailingSlash: true },
  ignoreDuplicateSlashes: { ignoreDuplicateSlashes: true },
  "caseSensitive: false": { caseSensitive: false },
  useSemicolonDelimiter: { useSemicolonDelimiter: true } as object,
  "all of them": {
    ignoreTrailingSlash: true,
    ignoreDuplicateSlashes: true,
    caseSensitive: false,
    ...({ useSemicolonDelimiter: true } as object),
  },
};

const apps: FastifyInstance[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

describe.each(Object.keys(guards))("a page behind %s", (guard) => {
  staysQuiet();

  // R3
  it.each(Object.keys(routers))("is never reached around it, with %s", async (router) => {
    const app = fastify({ forceCloseConnections: true, routerOptions: routers[router] ?? {} });
    apps.push(app);
    app.get("/admin/legacy", async () => "legacy admin");
    await guards[guard]?.(app);
    await app.register(starbridge, { routes });
    await app.listen({ port: 0, host: "127.0.0.1" });
    const { port } = app.server.address() as AddressInfo;
    for (const target of spellings) {
      const answer = await raw(port, `GET ${target} HTTP/1.1`);
      expect(answer.body, target).not.toContain("the secret");
      expect(answer.status, target).not.toBe(500);
      expect(answer.headers.location, target).toBeUndefined();
    }
    expect((await raw(port, "GET /admin/secret HTTP/1.1")).status).toBe(401);
    expect((await raw(port, "GET /other/page HTTP/1.1")).body).toBe("any page");
  });
});

describe("a guard of a Fastify scope", () => {
  staysQuiet();

  it("holds for the pages that are registered in it, and for no others", async () => {
    const app = fastify({ forceCloseConnections: true });
    apps.push(app);
    await app.register(
      async (scope) => {
        scope.addHook("onRequest", async (_request, reply) => reply.code(401).send("scope 401"));
        await scope.register(starbridge, { routes });
      },
      { prefix: "/closed" },
    );
    await app.register(starbridge, { routes });
    const statuses = ["/closed/admin/secret", "/admin/secret", "/closed//admin/secret"].map(
      async (url) => (await app.inject(url)).statusCode,
    );
    expect(await Promise.all(statuses)).toEqual([401, 200, 404]);
  });
});
