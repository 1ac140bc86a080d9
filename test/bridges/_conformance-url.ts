// What an endpoint learns about the request: its URL, its params, who sent it. Protocol, host and address are
// the host's word.
import type { APIContext } from "starbridge";
import { expect, it } from "vitest";
import { start, traitsOf } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";

const facts = (context: APIContext): Response =>
  Response.json({
    url: context.url.href,
    request: context.request.url,
    params: context.params,
    pattern: context.routePattern,
    address: context.clientAddress,
    isRequest: context.request instanceof Request,
  });

const routes = { "users/[id].ts": { GET: facts }, "index.ts": { GET: facts } };

export function url(host: HostName): void {
  const { http1 } = traitsOf(host);

  it("gives the URL as it was asked for, the params and the pattern", async () => {
    const server = await start(host, { options: { routes } });
    const answer = await server.fetch("/users/42?x=1&y=%20z");
    expect(await answer.json()).toEqual({
      url: `${server.origin}/users/42?x=1&y=%20z`,
      request: `${server.origin}/users/42?x=1&y=%20z`,
      params: { id: "42" },
      pattern: "/users/[id]",
      address: "127.0.0.1",
      isRequest: true,
    });
  });

  it("answers the root index", async () => {
    const server = await start(host, { options: { routes } });
    const answer = await server.fetch("/?q=1");
    expect(await answer.json()).toMatchObject({ url: `${server.origin}/?q=1`, pattern: "/" });
  });

  it("lets the middleware and the endpoint see one and the same context", async () => {
    const server = await start(host, {
      options: {
        routes: { "a.ts": { GET: ({ locals }: APIContext) => Response.json(locals) } },
        middleware: (context, next) => {
          Object.assign(context.locals, {
            seen: context.url.pathname,
            route: context.routePattern,
          });
          return next();
        },
      },
    });
    expect(await (await server.fetch("/a")).json()).toEqual({ seen: "/a", route: "/a" });
  });

  // D-18
  it("takes nothing from forwarded headers when the host trusts no proxy", async () => {
    const server = await start(host, { options: { routes } });
    const answer = await server.fetch("/users/1", {
      headers: {
        "x-forwarded-host": "evil.test",
        "x-forwarded-proto": "https",
        "x-forwarded-for": "6.6.6.6",
        "x-forwarded-port": "444",
        forwarded: "for=6.6.6.6;host=evil.test;proto=https",
      },
    });
    expect(await answer.json()).toMatchObject({
      url: `${server.origin}/users/1`,
      request: `${server.origin}/users/1`,
      address: "127.0.0.1",
    });
  });

  it("takes protocol, host and address from a proxy that the host trusts", async () => {
    const server = await start(host, { options: { routes }, trustProxy: true });
    const answer = await server.fetch("/users/1?a=b", {
      headers: {
        "x-forwarded-host": "shop.example",
        "x-forwarded-proto": "https",
        "x-forwarded-for": "203.0.113.9",
      },
    });
    expect(await answer.json()).toMatchObject({
      url: "https://shop.example/users/1?a=b",
      request: "https://shop.example/users/1?a=b",
      address: "203.0.113.9",
    });
  });

  it("never takes a path from a trusted proxy's host", async () => {
    const server = await start(host, { options: { routes }, trustProxy: true });
    const answer = await server.fetch("/users/1", {
      headers: { "x-forwarded-host": "shop.example/admin/secret?" },
    });
    // A refusal, or an ignored header; never another path.
    if (answer.status === 200) {
      const seen = (await answer.json()) as { url: string };
      expect(new URL(seen.url).pathname).toBe("/users/1");
    } else {
      expect(answer.status).toBe(400);
    }
  });

  if (!http1) return;

  it("takes the origin from the Host header", async () => {
    const server = await start(host, { options: { routes } });
    const answer = await server.raw(["GET /users/1 HTTP/1.1", "Host: Shop.example:8080"]);
    expect(JSON.parse(answer.body).url.toLowerCase()).toBe("http://shop.example:8080/users/1");
  });

  it("keeps the port that a trusted proxy forwards", async () => {
    const server = await start(host, { options: { routes }, trustProxy: true });
    const answer = await server.raw([
      "GET /users/1 HTTP/1.1",
      "X-Forwarded-Host: shop.example:8443",
      "X-Forwarded-Proto: https",
    ]);
    expect(JSON.parse(answer.body).url).toBe("https://shop.example:8443/users/1");
  });

  // D-11
  it("serves an HTTP/1.0 request without Host under a fixed origin", async () => {
    const server = await start(host, { options: { routes } });
    const answer = await server.raw("GET /users/1 HTTP/1.0");
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body).url).toBe("http://localhost/users/1");
  });

  // D-08 X-20 X-31 X-32
  it.each([
    "h.test/admin/secret?",
    "h.test#x",
    "user@h.test",
    "h.test\\x",
    "h test",
    "h.test:99999",
    "h.test:8x",
    "a.test, b.test",
    "h%2ftest",
    "[::1",
    "::1",
  ])(
    "refuses %j as a Host on a path of ours with 400, and lets the host judge elsewhere",
    async (name) => {
      const server = await start(host, {
        options: { routes },
        legacy: { "GET /legacy": () => ({ text: "legacy" }) },
      });
      const ours = await server.raw(["GET /users/1 HTTP/1.1", `Host: ${name}`]);
      expect(ours.status).toBe(400);
      const theirs = await server.raw(["GET /legacy HTTP/1.1", `Host: ${name}`]);
      expect([theirs.status, theirs.body]).toEqual([200, "legacy"]);
    },
  );

  it.each(["127.0.0.1:80", "[::1]:3000", "xn--bcher-kva.example", "a_b.test", "h.test."])(
    "accepts %j as a Host",
    async (name) => {
      const server = await start(host, { options: { routes } });
      const answer = await server.raw(["GET /users/1 HTTP/1.1", `Host: ${name}`]);
      expect(answer.status).toBe(200);
      expect(new URL(JSON.parse(answer.body).url).host).toBe(new URL(`http://${name}`).host);
    },
  );
}
