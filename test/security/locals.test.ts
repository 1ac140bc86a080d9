// What the host knows of a request reaches its page, and the page of no other request.
import { createRequire } from "node:module";
import express5 from "express";
import fastify from "fastify";
import type { APIContext, HostContext } from "starbridge";
import { starbridge } from "starbridge/express";
import starbridgePlugin from "starbridge/fastify";
import { describe, expect, it } from "vitest";
import { listener } from "../bridges/_listen.ts";
import { staysQuiet } from "../bridges/_quiet.ts";

const express4: typeof express5 = createRequire(import.meta.url)("express4");

/** Waits in the middle, so that requests cross each other. */
const page = {
  "a.ts": {
    GET: async ({ locals }: APIContext) => {
      const before = JSON.stringify(locals);
      await new Promise((resolve) => setImmediate(resolve));
      Object.assign(locals, { seen: true });
      return Response.json([JSON.parse(before), Object.keys(locals).length]);
    },
  },
};

const twenty = Array.from({ length: 20 }, (_, index) => `user ${index}`);

// D-64 B50
describe.each([
  ["express 4", express4],
  ["express 5", express5],
] as const)("res.locals and req.user of %s", (_name, express) => {
  staysQuiet();
  const listen = listener();

  it("are those of each request, with 20 of them at a time", async () => {
    const app = express();
    app.use((req, res, next) => {
      res.locals.tenant = `tenant of ${req.get("x-user")}`;
      Object.assign(req, { user: req.get("x-user") });
      next();
    });
    app.use(
      starbridge({
        routes: page,
        locals: ({ req, res }) =>
          ({
            user: Reflect.get(req, "user"),
            tenant: Reflect.get(res, "locals").tenant,
          }) as App.Locals,
      }),
    );
    app.use((_req, res) => void res.json(res.locals));
    const { get } = await listen(app);
    const asked = twenty.map(async (user) =>
      (await get("/a", { headers: { "x-user": user } })).json(),
    );
    expect(await Promise.all(asked)).toEqual(
      twenty.map((user) => [{ user, tenant: `tenant of ${user}` }, 3]),
    );
    // What a page adds to its locals is not on the host's.
    const legacy = await get("/none", { headers: { "x-user": "ada" } });
    expect(await legacy.json()).toEqual({ tenant: "tenant of ada" });
  });

  it("given as they are, keep a key __proto__ from becoming a prototype", async () => {
    const app = express();
    app.use((_req, res, next) => {
      Object.assign(res.locals, { fine: 1 });
      Object.defineProperty(res.locals, "__proto__", {
        value: { admin: true },
        enumerable: true,
      });
      next();
    });
    app.use(
      starbridge({
        routes: {
          "a.ts": {
            GET: ({ locals }: APIContext) =>
              Response.json([
                Reflect.get(locals, "admin") ?? null,
                Reflect.get({}, "admin") ?? null,
              ]),
          },
        },
        locals: ({ res }) => ({ ...Reflect.get(res, "locals") }) as App.Locals,
      }),
    );
    const { get } = await listen(app);
    expect(await (await get("/a")).json()).toEqual([null, null]);
  });
});

// D-64 B50
describe("decorations of a Fastify request", () => {
  staysQuiet();

  it("are those of each request, with 20 of them at a time", async () => {
    const app = fastify();
    app.decorateRequest("user", "");
    app.addHook("preHandler", async (request) => {
      await new Promise((resolve) => setImmediate(resolve));
      Reflect.set(request, "user", request.headers["x-user"]);
    });
    await app.register(starbridgePlugin, {
      routes: page,
      locals: (host: HostContext) =>
        ({ user: Reflect.get(Object(host).request, "user") }) as App.Locals,
    });
    const asked = twenty.map(async (user) =>
      (await app.inject({ url: "/a", headers: { "x-user": user } })).json(),
    );
    expect(await Promise.all(asked)).toEqual(twenty.map((user) => [{ user }, 2]));
    await app.close();
  });
});
