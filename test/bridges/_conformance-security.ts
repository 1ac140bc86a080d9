// Requests that were made to do harm: cross-site writes, names of prototypes, doubled headers, mixed requests.
import type { APIContext, HostContext } from "starbridge";
import { describe, expect, it } from "vitest";
import { start, traitsOf } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";

export function security(host: HostName): void {
  const { http1 } = traitsOf(host);

  describe("cross-site writes (D-37)", () => {
    const handler = (): Response => new Response("written");
    const routes = { "a.ts": { ALL: handler } };
    const evil: Record<string, string>[] = [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "http://evil.test" },
      { origin: "null" },
    ];
    const types = [
      "TEXT/plain",
      "multipart/form-data;x",
      "application/x-www-form-urlencoded",
      "text/plain;charset=x",
    ];

    it.each(["POST", "PUT", "PATCH", "DELETE"])(
      "are refused for %s and every type a form can send",
      async (method) => {
        let chain = 0;
        const server = await start(host, {
          options: {
            routes,
            middleware: (_context, next) => {
              chain += 1;
              return next();
            },
          },
        });
        for (const headers of evil) {
          for (const type of types) {
            const answer = await server.fetch("/a", {
              method,
              headers: { ...headers, "content-type": type },
              body: "a=1",
            });
            expect(answer.status, `${JSON.stringify(headers)} ${type}`).toBe(403);
            expect(await answer.text()).toMatch(new RegExp(`^Cross-site ${method}`));
          }
          const bare = await server.fetch("/a", { method, headers });
          expect(bare.status, JSON.stringify(headers)).toBe(403);
        }
        expect(chain).toBe(0);
      },
    );

    it("are not what a same-origin page, a server or a JSON client sends", async () => {
      const server = await start(host, { options: { routes } });
      const form = { "content-type": "application/x-www-form-urlencoded" };
      const fine: Record<string, string>[] = [
        { ...form, origin: server.origin },
        { ...form, "sec-fetch-site": "same-origin", origin: "http://proxy.inside" },
        { ...form, "sec-fetch-site": "none" },
        form,
        { "content-type": "application/json", origin: "http://evil.test" },
      ];
      for (const headers of fine) {
        const answer = await server.fetch("/a", { method: "POST", headers, body: "a=1" });
        expect(await answer.text(), JSON.stringify(headers)).toBe("written");
      }
      const read = await server.fetch("/a", { headers: { origin: "http://evil.test" } });
      expect(read.status).toBe(200);
    });

    it("are let through where the check is off", async () => {
      const server = await start(host, { options: { routes, security: { checkOrigin: false } } });
      const headers = { origin: "http://evil.test", "content-type": "text/plain" };
      expect((await server.fetch("/a", { method: "POST", headers, body: "a" })).status).toBe(200);
    });

    it("leave a legacy route of the same path alone", async () => {
      const server = await start(host, {
        options: { routes: { "a.ts": { GET: handler } } },
        legacy: { "POST /a": async ({ body }) => ({ text: `legacy ${await body()}` }) },
      });
      const headers = { origin: "http://evil.test", "content-type": "text/plain" };
      const answer = await server.fetch("/a", { method: "POST", headers, body: "body" });
      expect(await answer.text()).toBe("legacy body");
    });
  });

  // D-64
  it("seeds locals from the host's request, each request its own", async () => {
    const user = (facts: HostContext): unknown => {
      const { req, request } = facts as { req?: object; request?: { raw: object } };
      return ((request?.raw ?? req) as { user?: unknown }).user;
    };
    const server = await start(host, {
      before: [({ req }) => void Object.assign(req, { user: req.headers["x-user"] })],
      options: {
        routes: {
          "a.ts": {
            GET: async ({ locals, url }: APIContext) => {
              const mine = locals as { user?: string; url?: string };
              const before = mine.url ?? null;
              mine.url = url.search;
              await new Promise((resolve) => setImmediate(resolve));
              return Response.json([mine.user, before, mine.url]);
            },
          },
        },
        locals: async (facts) => ({ user: user(facts) }) as App.Locals,
      },
    });
    const asked = Array.from({ length: 20 }, async (_, index) => {
      const answer = await server.fetch(`/a?${index}`, { headers: { "x-user": `user ${index}` } });
      return await answer.json();
    });
    expect(await Promise.all(asked)).toEqual(
      Array.from({ length: 20 }, (_, index) => [`user ${index}`, null, `?${index}`]),
    );
  });

  // D-64
  it("starts with locals that inherit nothing", async () => {
    const GET = ({ locals }: APIContext): Response =>
      Response.json([Object.getPrototypeOf(locals) === null, "toString" in locals]);
    const server = await start(host, { options: { routes: { "a.ts": { GET } } } });
    expect(await (await server.fetch("/a")).json()).toEqual([true, false]);
  });

  // M-90
  it("keeps the identity of the object that the locals option gives", async () => {
    const mine = { count: 0 };
    const GET = ({ locals }: APIContext): Response => {
      (locals as typeof mine).count += 1;
      return Response.json(Object.is(locals, mine));
    };
    const server = await start(host, {
      options: { routes: { "a.ts": { GET } }, locals: () => mine as App.Locals },
    });
    expect(await (await server.fetch("/a")).json()).toBe(true);
    expect(mine.count).toBe(1);
  });

  // D-64
  it("is not confused by a locals object with a key __proto__", async () => {
    const GET = ({ locals }: APIContext): Response =>
      Response.json([({} as { admin?: unknown }).admin ?? null, Object.keys(locals)]);
    const server = await start(host, {
      options: {
        routes: { "a.ts": { GET } },
        locals: () => JSON.parse('{"__proto__":{"admin":true}}') as App.Locals,
      },
    });
    expect(await (await server.fetch("/a")).json()).toEqual([null, ["__proto__"]]);
  });

  it("takes an error of the locals option for an error of the request", async () => {
    const boom = new Error("no database");
    const server = await start(host, {
      options: {
        routes: { "a.ts": { GET: () => new Response("a") } },
        locals: () => Promise.reject(boom),
      },
    });
    expect((await server.fetch("/a")).status).toBe(500);
    expect(server.errors).toEqual([boom]);
  });

  // D-72
  it("hands out a Request that is one in every respect", async () => {
    const POST = async ({ request }: APIContext): Promise<Response> => {
      const copy = new Request("http://other.test/", request.clone());
      // What structuredClone makes of a Request differs between the majors of Node.
      const clone = (value: unknown): string => {
        try {
          return JSON.stringify(structuredClone(value));
        } catch (error) {
          return (error as Error).name;
        }
      };
      const cloned = clone(request) === clone(new Request("http://plain.test/"));
      return Response.json({
        instance: request instanceof Request,
        copied: [copy.method, copy.headers.get("x-a"), await copy.text()],
        cloned,
        tag: Object.prototype.toString.call(request),
        text: await request.text(),
        used: request.bodyUsed,
        again: await request.text().then(
          () => "read twice",
          (error: Error) => error.name,
        ),
      });
    };
    const server = await start(host, { options: { routes: { "a.ts": { POST } } } });
    const headers = { "x-a": "1", "content-type": "application/json" };
    const answer = await server.fetch("/a", { method: "POST", headers, body: "body" });
    expect(await answer.json()).toEqual({
      instance: true,
      copied: ["POST", "1", "body"],
      cloned: true,
      tag: "[object Request]",
      text: "body",
      used: true,
      again: "TypeError",
    });
  });

  // D-72
  it("hands out a Request that fetch() takes for another URL", async () => {
    const POST = async ({ request, url }: APIContext): Promise<Response> =>
      url.search
        ? new Response(await request.text())
        : fetch(new URL("/a?again", server.origin), request);
    const server = await start("node:http", { options: { routes: { "a.ts": { POST } } } });
    const ours = await start(host, { options: { routes: { "a.ts": { POST } } } });
    const headers = { "content-type": "application/json" };
    const answer = await ours.fetch("/a", { method: "POST", headers, body: "forwarded" });
    expect([answer.status, await answer.text()]).toEqual([200, "forwarded"]);
  });

  // HTTP/2's pseudo headers are no headers.
  it("shows no header whose name starts with a colon", async () => {
    const GET = ({ request }: APIContext): Response => Response.json([...request.headers.keys()]);
    const server = await start(host, { options: { routes: { "a.ts": { GET } } } });
    const names = (await (
      await server.fetch("/a", { headers: { "x-a": "1" } })
    ).json()) as string[];
    expect(names).toContain("x-a");
    expect(names.filter((name) => name.startsWith(":"))).toEqual([]);
  });

  if (!http1) return;

  // D-21
  it("is not confused by headers with the names of prototypes", async () => {
    const GET = ({ request }: APIContext): Response => {
      const read = (name: string) => request.headers.get(name);
      return Response.json([
        read("constructor"),
        read("hasOwnProperty"),
        read("__proto__"),
        read("x-a"),
      ]);
    };
    const server = await start(host, { options: { routes: { "a.ts": { GET } } } });
    const answer = await server.raw([
      "GET /a HTTP/1.1",
      "__proto__: x",
      "constructor: y",
      "hasOwnProperty: z",
      "X-A: 1",
    ]);
    expect(answer.status).toBe(200);
    const [named, own, proto, plain] = JSON.parse(answer.body);
    expect([named, own, plain]).toEqual(["y", "z", "1"]);
    // Node 20 loses `__proto__` itself; what it hands over is what we hand on.
    expect(["x", null]).toContain(proto);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  // B31
  it("sees of a doubled header what the host sees", async () => {
    const GET = ({ request }: APIContext): Response =>
      Response.json([
        request.headers.get("content-type"),
        request.headers.get("authorization"),
        request.headers.get("x-a"),
      ]);
    const server = await start(host, {
      options: { routes: { "a.ts": { GET } } },
      legacy: {
        "GET /legacy": ({ req }) => ({
          text: JSON.stringify([
            req.headers["content-type"],
            req.headers.authorization,
            req.headers["x-a"],
          ]),
        }),
      },
    });
    const doubled = [
      "Content-Type: a/a",
      "Content-Type: b/b",
      "Authorization: 1",
      "Authorization: 2",
      "X-A: 1",
      "X-A: 2",
    ];
    const ours = await server.raw(["GET /a HTTP/1.1", ...doubled]);
    const theirs = await server.raw(["GET /legacy HTTP/1.1", ...doubled]);
    expect(ours.body).toBe(theirs.body);
    expect(JSON.parse(ours.body)).toEqual(["a/a", "1", "1, 2"]);
  });
}
