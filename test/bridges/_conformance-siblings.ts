// Relatives of the failures that other parts of the list name: another header, another way in, another end.
import { sequence } from "starbridge";
import type { APIContext } from "starbridge";
import { expect, it } from "vitest";
import { start, traitsOf } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";

/** Requests that once made some server answer another path, or another method, than the one in the request line. */
const steering = {
  "x-original-url": "/admin/secret",
  "x-rewrite-url": "/admin/secret",
  "x-forwarded-uri": "/admin/secret",
  "x-forwarded-path": "/admin/secret",
  "x-forwarded-prefix": "/admin",
  "x-matched-path": "/admin/secret",
  "x-invoke-path": "/admin/secret",
  "x-astro-path": "/admin/secret",
  "x-astro-locals": '{"user":"admin"}',
  "x-astro-error": "true",
  "x-middleware-subrequest": "middleware:middleware:middleware:middleware:middleware",
  "x-http-method-override": "DELETE",
  "x-method-override": "DELETE",
  "x-http-method": "DELETE",
};

export function siblings(host: HostName): void {
  const { connectLike } = traitsOf(host);

  // R1: the request line alone says which path it is.
  it.each([true, false])(
    "lets no header choose path, method or locals (a proxy is trusted: %s)",
    async (trustProxy) => {
      const chain: string[] = [];
      const server = await start(host, {
        trustProxy,
        options: {
          routes: {
            "public.ts": {
              GET: ({ url, locals }: APIContext) => Response.json([url.pathname, locals]),
              DELETE: () => new Response("deleted"),
            },
            "admin/secret.ts": { GET: () => new Response("the secret") },
          },
          middleware: ({ url }, next) => {
            chain.push(url.pathname);
            return next();
          },
        },
      });
      const answer = await server.fetch("/public", { headers: steering });
      expect(await answer.json()).toEqual(["/public", {}]);
      for (const [name, value] of Object.entries(steering)) {
        const one = await server.fetch("/public", { headers: { [name]: value } });
        expect(await one.json(), name).toEqual(["/public", {}]);
      }
      expect(new Set(chain)).toEqual(new Set(["/public"]));
    },
  );

  // R5 D-37 D-18
  it("compares Origin with the host's own idea of itself, not with a header of the client", async () => {
    const routes = { "a.ts": { POST: () => new Response("written") } };
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const post = (headers: Record<string, string>): RequestInit => ({
      method: "POST",
      body: "a=1",
      headers: { ...form, ...headers },
    });
    const plain = await start(host, { options: { routes } });
    const forged = { "x-forwarded-host": "evil.test", forwarded: "host=evil.test" };
    const refused = await plain.fetch("/a", post({ origin: "http://evil.test", ...forged }));
    expect(refused.status).toBe(403);

    const trusting = await start(host, { options: { routes }, trustProxy: true });
    const proxied = { "x-forwarded-host": "shop.example", "x-forwarded-proto": "https" };
    const statusFor = async (origin: string): Promise<number> =>
      (await trusting.fetch("/a", post({ origin, ...proxied }))).status;
    expect(await statusFor("https://shop.example")).toBe(200);
    expect(await statusFor("http://shop.example")).toBe(403);
    expect(await statusFor(trusting.origin)).toBe(403);
  });

  // B34
  it("shows the host the URL that was asked for, also while and after another page answers", async () => {
    const seen: unknown[] = [];
    const look = (req: object): unknown[] =>
      ["url", "originalUrl", "method"].map((key) => (req as Record<string, unknown>)[key]);
    const rawOf = ({ host: facts }: APIContext): object => {
      const { req, request } = facts as { req?: object; request?: { raw: object } };
      return request?.raw ?? req ?? {};
    };
    const before: unknown[] = [];
    const server = await start(host, {
      before: [({ req }) => void before.push(...look(req))],
      options: {
        routes: {
          "a.ts": { GET: ({ rewrite }: APIContext) => rewrite("/b?inside") },
          "b.ts": {
            GET: (context: APIContext) => {
              seen.push(look(rawOf(context)));
              return new Response(context.url.pathname);
            },
          },
        },
        middleware: (context, next) => {
          seen.push(look(rawOf(context)));
          return next();
        },
      },
    });
    expect(await (await server.fetch("/a?outside")).text()).toBe("/b");
    expect(before[0]).toBe("/a?outside");
    for (const one of seen) expect((one as unknown[])[0]).toBe("/a?outside");
    expect(seen.length).toBeGreaterThan(2);
  });

  // B34 R6
  it("gives the legacy route the URL that was asked for when the target of a rewrite steps aside", async () => {
    const goesOn = traitsOf(host).passGoesTo === "next";
    const server = await start(host, {
      options: {
        routes: {
          "a.ts": { GET: ({ rewrite }: APIContext) => rewrite("/b?inside") },
          "b.ts": { GET: ({ pass }: APIContext) => pass() },
        },
      },
      legacy: goesOn ? { "GET /a": ({ url }) => ({ text: `asked for ${url}` }) } : {},
      notFound: ({ url }) => ({ text: `asked for ${url}` }),
    });
    expect(await (await server.fetch("/a?outside")).text()).toBe("asked for /a?outside");
  });

  // B18: the stream is the user's; that it was cancelled is told to whoever goes on writing, and to nobody else.
  it("survives a page that goes on writing to a stream whose client left", async () => {
    let failure: unknown;
    let cancelled = 0;
    const server = await start(host, {
      options: {
        routes: {
          "a.ts": {
            GET: () => {
              let timer: NodeJS.Timeout;
              const body = new ReadableStream({
                start(controller) {
                  timer = setInterval(() => {
                    try {
                      controller.enqueue(new TextEncoder().encode("tick\n"));
                    } catch (error) {
                      failure = error;
                      clearInterval(timer);
                    }
                  }, 1);
                },
                cancel() {
                  cancelled += 1;
                },
              });
              return new Response(body);
            },
          },
        },
      },
    });
    const gone = new AbortController();
    const answer = await server.fetch("/a", { signal: gone.signal });
    await answer.body?.getReader().read();
    gone.abort();
    await expect.poll(() => failure, { timeout: 5000 }).toBeInstanceOf(TypeError);
    expect(cancelled).toBe(1);
    expect((await server.fetch("/none")).status).toBe(404);
    expect(server.errors).toEqual([]);
  });

  // B56
  it.each(["throws", "rejects", "rejects late", "a failing stream", "the chain", "locals"])(
    "reports a failure once, to the host and nobody else: %s",
    async (where) => {
      const boom = new Error("boom");
      const GET = async (): Promise<Response> => {
        if (where === "rejects late") await new Promise((resolve) => setImmediate(resolve));
        if (where.startsWith("rejects")) return Promise.reject(boom);
        if (where === "throws") throw boom;
        const failing = new ReadableStream({ start: (controller) => controller.error(boom) });
        return new Response(where === "a failing stream" ? failing : "fine");
      };
      const server = await start(host, {
        options: {
          routes: { "a.ts": { GET } },
          middleware: async (_context, next) => {
            const response = await next();
            if (where === "the chain") throw boom;
            return response;
          },
          locals: () => (where === "locals" ? Promise.reject(boom) : {}),
        },
      });
      expect((await server.fetch("/a")).status).toBe(500);
      expect(server.errors).toEqual([boom]);
      expect(server.lateErrors).toEqual([]);
      expect(server.logs.filter(({ level }) => level === "warn" || level === "error")).toEqual([]);
    },
  );

  // R4 B30 D-35: a Location is what the page says, and nothing a Host can bend.
  it("redirects relative to the site, whatever Host says", async () => {
    const server = await start(host, {
      options: { routes: { "a.ts": { GET: ({ redirect }: APIContext) => redirect("/login") } } },
    });
    const answer = await server.fetch("/a", { headers: { "x-forwarded-host": "evil.test" } });
    expect([answer.status, answer.headers.get("location")]).toEqual([302, "/login"]);
  });

  if (connectLike) {
    // B42 R6
    it("hands over an unread request whose chain steps aside behind a sequence", async () => {
      const server = await start(host, {
        options: {
          security: { checkOrigin: false },
          routes: { "a.ts": { POST: () => new Response("ours") } },
          middleware: sequence(
            (_context, next) => next(),
            (context) => context.pass(),
          ),
        },
        legacy: { "POST /a": async ({ body }) => ({ text: `legacy ${await body()}` }) },
      });
      const posted = { method: "POST", body: "whole", headers: { "content-type": "text/plain" } };
      expect(await (await server.fetch("/a", posted)).text()).toBe("legacy whole");
    });
  }
}
