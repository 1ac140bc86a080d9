// Our files as routes of Fastify: their names, their options, and the routes that were there before.
import type { AddressInfo } from "node:net";
import fastify from "fastify";
import type { APIContext, BridgeOptions } from "starbridge";
import starbridge, { starbridge as named } from "starbridge/fastify";
import { describe, expect, it } from "vitest";
import { raw } from "../_raw.ts";
import { closesGracefully, slowPages } from "./_graceful.ts";

const page = (text: string) => ({ GET: () => new Response(text) });
const echo = { POST: async ({ request }: APIContext) => new Response(await request.text()) };
const JSON_TYPE = { "content-type": "application/json" };

export function fastifyRoutes(): void {
  it("are the default export and the named one", () => {
    expect(named).toBe(starbridge);
  });

  it("open no scope when there are none: the host's onRegister hooks see nothing", async () => {
    const app = fastify();
    const seen: unknown[] = [];
    app.addHook("onRegister", (_instance, options) => void seen.push(options));
    await app.register(starbridge, { routes: {}, middleware: false });
    await app.ready();
    expect(seen).toEqual([]);
    await app.close();
  });

  it("stand in printPlugins() under a name", async () => {
    const app = fastify();
    await app.register(starbridge, { routes: { "a.ts": { GET: () => new Response("a") } } });
    await app.ready();
    expect(app.printPlugins()).toMatch(/starbridge[\s\S]*starbridgePages/);
    await app.close();
  });

  it("are one per file and method, with their pattern and file in the options", async () => {
    const seen: unknown[] = [];
    const app = fastify();
    app.addHook("onRoute", ({ method, url, config }) => {
      seen.push([method, url, (config as { starbridge?: unknown } | undefined)?.starbridge]);
    });
    await app.register(starbridge, {
      prefix: "/api",
      routes: { "users/[id].ts": { GET: () => new Response("a"), PUT: () => new Response("b") } },
    });
    await app.ready();
    const config = expect.objectContaining({
      file: expect.stringContaining("users/[id].ts"),
      routePattern: "/users/[id]",
    });
    expect(seen).toContainEqual(["GET", "/api/users/:id", config]);
    expect(seen).toContainEqual(["PUT", "/api/users/:id", config]);
    expect(app.hasRoute({ method: "PUT", url: "/api/users/:id" })).toBe(true);
    expect(app.hasRoute({ method: "POST", url: "/api/users/:id" })).toBe(false);
    await app.close();
  });

  it("stand in printRoutes() and in routeOptions", async () => {
    const app = fastify();
    await app.register(starbridge, {
      routes: {
        "users/[id].ts": {
          GET: ({ host }: APIContext) => {
            const { url, config } = Object(host).request.routeOptions;
            return Response.json([url, config.starbridge]);
          },
        },
        "files/[...path].ts": page("files"),
      },
    });
    await app.ready();
    const printed = app.printRoutes({ commonPrefix: false });
    expect(printed).toContain("users/:id (GET, HEAD)");
    expect(printed).toMatch(/\* \(GET, HEAD\)/);
    expect((await app.inject("/users/7")).json()).toEqual([
      "/users/:id",
      { file: expect.stringContaining("users/[id].ts"), routePattern: "/users/[id]" },
    ]);
    await app.close();
  });

  it("give pages the host's own request and reply", async () => {
    const app = fastify();
    app.decorate("answer", 42);
    await app.register(starbridge, {
      routes: {
        "a.ts": {
          GET: ({ host }: APIContext) => {
            const { kind, request, reply } = host as unknown as Record<
              string,
              Record<string, unknown>
            >;
            return Response.json([kind, request?.method, Object(reply?.server).answer]);
          },
        },
      },
    });
    expect((await app.inject("/a")).json()).toEqual(["fastify", "GET", 42]);
    await app.close();
  });

  it("keep the parsers of the host out, and the host's routes their parsers", async () => {
    const app = fastify();
    app.addContentTypeParser("application/vnd.x", { parseAs: "string" }, (_request, body, done) =>
      done(null, `<${body}>`),
    );
    await app.register(starbridge, {
      routes: { "ours.ts": echo },
      security: { checkOrigin: false },
    });
    app.post("/legacy", (request) => ({ got: request.body }));
    const post = (url: string, type: string, payload: string) =>
      app.inject({ method: "POST", url, payload, headers: { "content-type": type } });
    for (const type of ["application/json", "application/vnd.x", "text/plain", "image/png"]) {
      expect((await post("/ours", type, '{ "a":1 }')).body, type).toBe('{ "a":1 }');
    }
    expect((await post("/legacy", "application/json", '{ "a":1 }')).json()).toEqual({
      got: { a: 1 },
    });
    expect((await post("/legacy", "application/vnd.x", "x")).json()).toEqual({ got: "<x>" });
    expect((await post("/legacy", "image/png", "x")).statusCode).toBe(415);
    await app.close();
  });

  it("take the URL's prefix from child and grandchild scopes, and params of a prefix stay the host's", async () => {
    const app = fastify();
    await app.register(
      async (child) => {
        await child.register(starbridge, { routes: { "a.ts": page("child") } });
        await child.register(
          async (grandchild) => {
            const GET = ({ url, params, host }: APIContext): Response =>
              Response.json([url.pathname, params, Object(host).request.params.tenant]);
            await grandchild.register(starbridge, {
              prefix: "/v1",
              routes: { "users/[id].ts": { GET } },
            });
          },
          { prefix: "/t/:tenant" },
        );
      },
      { prefix: "/api" },
    );
    expect((await app.inject("/api/a")).body).toBe("child");
    expect((await app.inject("/api/t/acme/v1/users/7")).json()).toEqual([
      "/api/t/acme/v1/users/7",
      { id: "7" },
      "acme",
    ]);
    await app.close();
  });

  describe("of a URL that the host declared itself (onConflict)", () => {
    const conflicting = async (onConflict: BridgeOptions["onConflict"], legacyFirst = true) => {
      const app = fastify();
      const legacy = () => app.get("/users/:id", () => "legacy");
      if (legacyFirst) legacy();
      await app.register(starbridge, {
        routes: { "users/[id].ts": page("page"), "a.ts": page("a") },
        onConflict,
      });
      if (!legacyFirst) legacy();
      await app.ready();
      return app;
    };

    it("stop the start by default, with both places named", async () => {
      await expect(conflicting(undefined)).rejects.toMatchObject({
        code: "STARBRIDGE_ROUTE_CONFLICT",
        message: expect.stringMatching(/GET \/users\/:id.*users\/\[id\]\.ts/),
        hint: expect.stringContaining("onConflict"),
      });
    });

    it("stop the start when the host declares it afterwards, too", async () => {
      await expect(conflicting("error", false)).rejects.toThrow(/\/users\/:id/);
    });

    it('leave it to the host under "legacy"', async () => {
      const app = await conflicting("legacy");
      expect((await app.inject("/users/7")).body).toBe("legacy");
      expect((await app.inject("/a")).body).toBe("a");
      await app.close();
    });

    it('take it over under "pages"', async () => {
      const app = await conflicting("pages");
      expect((await app.inject("/users/7")).body).toBe("page");
      expect((await app.inject("/a")).body).toBe("a");
      await app.close();
    });

    it('take it over under "pages" for a request without Host, too', async () => {
      const app = await conflicting("pages");
      await app.listen({ port: 0, host: "127.0.0.1" });
      const { port } = app.server.address() as AddressInfo;
      expect((await raw(port, "GET /users/7 HTTP/1.0")).body).toBe("page");
      await app.close();
    });

    it.each(["before", "after"])(
      "stand beside a version of the URL that the host declares %s",
      async (when) => {
        const app = fastify();
        const legacy = () =>
          app.get("/users/:id", { constraints: { version: "1.0.0" } }, () => "legacy 1");
        if (when === "before") legacy();
        await app.register(starbridge, { routes: { "users/[id].ts": page("page") } });
        if (when === "after") legacy();
        const headers = { "accept-version": "1.x" };
        expect((await app.inject({ url: "/users/7", headers })).body).toBe("legacy 1");
        expect((await app.inject("/users/7")).body).toBe("page");
        await app.close();
      },
    );

    it("do not conflict by another method, another param name or another prefix", async () => {
      const app = fastify();
      app.post("/users/:id", () => "legacy post");
      app.get("/api/users/:id", () => "legacy api");
      await app.register(starbridge, { routes: { "users/[id].ts": page("page") } });
      expect((await app.inject("/users/7")).body).toBe("page");
      expect((await app.inject({ method: "POST", url: "/users/7" })).body).toBe("legacy post");
      expect((await app.inject("/api/users/7")).body).toBe("legacy api");
      await app.close();
    });
  });

  it("end in the host's not-found handler where our matcher does not own what Fastify routed", async () => {
    const app = fastify();
    app.setNotFoundHandler((request, reply) => {
      reply
        .code(404)
        .send({ legacy: "not found", url: request.url, read: request.raw.readableDidRead });
    });
    await app.register(starbridge, {
      routes: { "admin/secret.ts": { ...page("secret"), ...echo } },
    });
    for (const url of ["/%61dmin/secret", "/admin/secre%74"]) {
      const answer = await app.inject({ method: "POST", url, payload: "x", headers: JSON_TYPE });
      expect([answer.statusCode, answer.json()]).toEqual([
        404,
        { legacy: "not found", url, read: false },
      ]);
    }
    await app.close();
  });

  it("reject a start that cannot work with a coded error", async () => {
    const start = async (options: object) => {
      const app = fastify();
      await app.register(starbridge, options as BridgeOptions);
      await app.ready();
    };
    const code = (name: string) => ({ code: `STARBRIDGE_${name}`, hint: expect.any(String) });
    await expect(start({ rooot: "x" })).rejects.toMatchObject(code("UNKNOWN_OPTION"));
    await expect(start({ root: "/no/such/folder" })).rejects.toMatchObject(code("ROOT_NOT_FOUND"));
    await expect(start({ routes: { "[a-b].ts": page("x") } })).rejects.toMatchObject(
      code("INVALID_ROUTE"),
    );
    await expect(start({ routes: {}, onConflict: "maybe" })).rejects.toMatchObject(
      code("INVALID_OPTION"),
    );
  });

  it("close gracefully with the app", async () => {
    const pages = slowPages();
    const app = fastify();
    await app.register(starbridge, pages.options);
    const origin = await app.listen({ port: 0, host: "127.0.0.1" });
    await closesGracefully(origin, pages, () => app.close());
  });
}
