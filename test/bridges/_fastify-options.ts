// Options of the Fastify server that decide what is ours: we may be narrower than its router, never wider.
import fastify from "fastify";
import type { FastifyServerOptions } from "fastify";
import type { APIContext } from "starbridge";
import starbridge from "starbridge/fastify";
import { describe, expect, it } from "vitest";

const page = (text: string) => ({ GET: () => new Response(text) });
const echo = { POST: async ({ request }: APIContext) => new Response(await request.text()) };
const JSON_TYPE = { "content-type": "application/json" };

export function fastifyOptions(): void {
  describe.each(["top level", "routerOptions"])(
    "honour the router's options given at %s (R3)",
    (position) => {
      const withOptions = async (options: Record<string, boolean>) => {
        const app = fastify(
          (position === "routerOptions"
            ? { routerOptions: options }
            : options) as FastifyServerOptions,
        );
        const GET = ({ params, url }: APIContext): Response =>
          Response.json([params.id, url.pathname]);
        await app.register(starbridge, {
          routes: { "a.ts": page("a"), "users/[id].ts": { GET }, "deep/[id]/x.ts": { GET } },
        });
        app.setNotFoundHandler((_request, reply) => reply.code(404).send("host 404"));
        return app;
      };
      const statuses = async (options: Record<string, boolean>, ...urls: string[]) => {
        const app = await withOptions(options);
        const found = [];
        for (const url of urls) found.push((await app.inject(url)).statusCode);
        await app.close();
        return found;
      };

      it("ignoreTrailingSlash", async () => {
        expect(await statuses({}, "/a", "/a/", "/users/7/")).toEqual([200, 404, 404]);
        expect(await statuses({ ignoreTrailingSlash: true }, "/a", "/a/", "/users/7/")).toEqual([
          200, 200, 200,
        ]);
      });

      it("caseSensitive: other spellings are never ours, params keep their case", async () => {
        const options = { caseSensitive: false };
        expect(await statuses(options, "/a", "/A", "/Users/7")).toEqual([200, 404, 404]);
        const app = await withOptions(options);
        expect((await app.inject("/users/ÄbC")).statusCode).not.toBe(500);
        expect((await app.inject("/users/AbC")).json()).toEqual(["AbC", "/users/AbC"]);
        await app.close();
      });

      it("ignoreDuplicateSlashes never makes `//` ours", async () => {
        expect(await statuses({ ignoreDuplicateSlashes: true }, "//a", "/users//7", "/a")).toEqual([
          404, 404, 200,
        ]);
      });

      it("useSemicolonDelimiter", async () => {
        const plain = await withOptions({});
        expect((await plain.inject("/users/7;x=1")).json()).toEqual(["7;x=1", "/users/7;x=1"]);
        await plain.close();
        // What stands behind the `;` is then a query to the host. Ours is narrower: no other path than the raw one.
        const app = await withOptions({ useSemicolonDelimiter: true });
        const answer = await app.inject("/users/7;x=1");
        if (answer.statusCode === 200) expect(answer.json()).toEqual(["7", "/users/7"]);
        else expect(answer.statusCode).toBe(404);
        expect((await app.inject("/users/7")).statusCode).toBe(200);
        await app.close();
      });
    },
  );

  describe("take Fastify's bodyLimit", () => {
    it.each([
      ["of the server", { bodyLimit: 100 }, {}],
      ["unless security.bodySizeLimit says otherwise", { bodyLimit: 5 }, { bodySizeLimit: 100 }],
    ])("%s", async (_name, server, security) => {
      const app = fastify(server);
      await app.register(starbridge, { routes: { "a.ts": echo }, security });
      const post = (length: number) =>
        app.inject({ method: "POST", url: "/a", payload: "x".repeat(length), headers: JSON_TYPE });
      expect((await post(100)).statusCode).toBe(200);
      expect((await post(101)).statusCode).toBe(413);
      await app.close();
    });
  });
}
