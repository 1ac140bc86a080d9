// What the bridge does not serve: the host's next handler gets it as if the bridge were not there.
import type { APIContext } from "starbridge";
import { describe, expect, it } from "vitest";
import { start, traitsOf } from "../_hosts.ts";
import type { HostName, LegacyHandler } from "../_hosts.ts";

const JSON_TYPE = { "content-type": "application/json" };

const echo: LegacyHandler = async ({ method, url, body }) => ({
  text: JSON.stringify({ legacy: true, method, url, body: await body() }),
});

export function fallThrough(host: HostName): void {
  const { passGoesTo } = traitsOf(host);
  const GET = (): Response => new Response("ours");

  it("leaves a path without a file to the legacy route, its body readable", async () => {
    const chain: string[] = [];
    const server = await start(host, {
      options: {
        routes: { "a.ts": { ALL: GET } },
        middleware: (context, next) => {
          chain.push(context.url.pathname);
          return next();
        },
      },
      legacy: { "POST /legacy": echo, "GET /legacy": echo },
    });
    const posted = await server.fetch("/legacy?x=1", {
      method: "POST",
      body: '{"a":1}',
      headers: JSON_TYPE,
    });
    expect(await posted.json()).toEqual({
      legacy: true,
      method: "POST",
      url: "/legacy?x=1",
      body: '{"a":1}',
    });
    expect(await (await server.fetch("/legacy")).json()).toMatchObject({ legacy: true, body: "" });
    // R6: the chain sees the requests of our files, and no others.
    expect(chain).toEqual([]);
  });

  it("leaves a large body to the legacy route, whole", async () => {
    const server = await start(host, {
      options: { routes: { "a.ts": { GET } }, security: { bodySizeLimit: 10 } },
      legacy: { "POST /a": async ({ body }) => ({ text: String((await body()).length) }) },
    });
    const answer = await server.fetch("/a", {
      method: "POST",
      body: "x".repeat(500_000),
      headers: { "content-type": "text/plain" },
    });
    expect(await answer.text()).toBe("500000");
  });

  it("sets nothing on the answer of the legacy route", async () => {
    const server = await start(host, {
      options: { routes: { "a.ts": { GET } } },
      legacy: { "GET /legacy": () => ({ text: "legacy", headers: { "x-legacy": "1" } }) },
    });
    const plain = await start(host, {
      options: { routes: {} },
      legacy: { "GET /legacy": () => ({ text: "legacy", headers: { "x-legacy": "1" } }) },
    });
    const namesOf = async (running: typeof server) =>
      [...(await running.fetch("/legacy")).headers.keys()].sort();
    expect(await namesOf(server)).toEqual(await namesOf(plain));
  });

  it("leaves what nobody answers to the host's own 404", async () => {
    const server = await start(host, {
      // A 404 file is for pages that were asked for and are not there, not for the host's paths.
      options: { routes: { "a.ts": { GET }, "404.ts": { GET: () => new Response("ours") } } },
    });
    const answer = await server.fetch("/nowhere");
    expect([answer.status, await answer.text()]).toEqual([404, "host 404"]);
    expect(server.errors).toEqual([]);
  });

  describe("through context.pass()", () => {
    const expected = (path: string) =>
      passGoesTo === "next" ? `legacy ${path}` : `not found ${path}`;
    const steppingAside = (options: NonNullable<Parameters<typeof start>[1]["options"]>) =>
      start(host, {
        options,
        legacy:
          passGoesTo === "next"
            ? { "POST /a": async ({ body }) => ({ text: `legacy /a ${await body()}` }) }
            : {},
        notFound: async ({ url, body }) => ({ text: `not found ${url} ${await body()}` }),
      });
    const post = { method: "POST", body: "still here", headers: { "content-type": "text/plain" } };

    it("of an endpoint: the host's next handler answers, the body still readable", async () => {
      const server = await steppingAside({
        security: { checkOrigin: false },
        routes: { "a.ts": { POST: ({ pass }: APIContext) => pass() } },
      });
      expect(await (await server.fetch("/a", post)).text()).toBe(`${expected("/a")} still here`);
      expect(server.errors).toEqual([]);
    });

    it("of a middleware", async () => {
      const server = await steppingAside({
        security: { checkOrigin: false },
        routes: { "a.ts": { POST: GET } },
        middleware: (context, next) => (context.url.search ? next() : context.pass()),
      });
      expect(await (await server.fetch("/a", post)).text()).toBe(`${expected("/a")} still here`);
      expect(await (await server.fetch("/a?ours", post)).text()).toBe("ours");
    });

    it("after the Request was looked at, headers and signal included", async () => {
      const POST = (context: APIContext): Response => {
        const { request } = context;
        request.signal.addEventListener("abort", () => {});
        return request.headers.get("content-type") === "text/plain"
          ? context.pass()
          : new Response("ours");
      };
      const server = await steppingAside({
        security: { checkOrigin: false },
        routes: { "a.ts": { POST } },
      });
      expect(await (await server.fetch("/a", post)).text()).toBe(`${expected("/a")} still here`);
    });

    it("leaves no cookie and no header behind", async () => {
      const server = await steppingAside({
        routes: {
          "a.ts": {
            GET: ({ cookies, pass }: APIContext) => {
              cookies.set("a", "1");
              return pass();
            },
          },
        },
        middleware: async (_context, next) => {
          const response = await next();
          response.headers.set("x-ours", "1");
          return response;
        },
      });
      const answer = await server.fetch("/a");
      expect([answer.headers.getSetCookie(), answer.headers.get("x-ours")]).toEqual([[], null]);
    });

    it("after the body was read is an error", async () => {
      const server = await steppingAside({
        security: { checkOrigin: false },
        routes: {
          "a.ts": {
            POST: async ({ request, pass }: APIContext) => {
              await request.text();
              return pass();
            },
          },
        },
      });
      expect((await server.fetch("/a", post)).status).toBe(500);
      expect(server.errors).toMatchObject([{ code: "STARBRIDGE_PASS_AFTER_BODY_READ" }]);
    });
  });
}
