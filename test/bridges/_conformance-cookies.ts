// Cookies of the host and of the endpoint on one answer, whichever way the answer came about.
import type { APIContext, MiddlewareHandler } from "starbridge";
import { expect, it } from "vitest";
import { start, traitsOf } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";

const hostCookie = {
  before: [
    ({ setHeader }: { setHeader(name: string, value: string | string[]): void }) =>
      setHeader("Set-Cookie", ["host=1", "other=2"]),
  ],
};

export function cookies(host: HostName): void {
  const setting: MiddlewareHandler = ({ cookies: jar }, next) => {
    jar.set("chain", "3");
    return next();
  };

  it("reads what the client sent, and what was set before", async () => {
    const GET = ({ cookies: jar }: APIContext): Response =>
      Response.json([jar.get("a")?.value, jar.has("b"), jar.get("chain")?.value]);
    const server = await start(host, {
      options: { routes: { "a.ts": { GET } }, middleware: setting },
    });
    const answer = await server.fetch("/a", { headers: { cookie: "a=x%20y; b=" } });
    expect(await answer.json()).toEqual(["x y", true, "3"]);
  });

  it("sends several from the host, the chain and the endpoint together", async () => {
    const GET = ({ cookies: jar }: APIContext): Response => {
      jar.set("four", "4", { httpOnly: true, path: "/" });
      jar.delete("gone");
      return new Response("a", { headers: { "set-cookie": "raw=5" } });
    };
    const server = await start(host, {
      ...hostCookie,
      options: { routes: { "a.ts": { GET } }, middleware: setting },
    });
    const sent = (await server.fetch("/a")).headers.getSetCookie();
    expect(sent).toEqual([
      "host=1",
      "other=2",
      "raw=5",
      "chain=3",
      "four=4; Path=/; HttpOnly",
      "gone=deleted; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    ]);
  });

  it("sends them on a redirect, an immutable one included", async () => {
    const GET = ({ cookies: jar, redirect, url }: APIContext): Response => {
      jar.set("end", "1");
      return url.search ? Response.redirect(new URL("/b", url), 302) : redirect("/b");
    };
    const server = await start(host, {
      ...hostCookie,
      options: { routes: { "a.ts": { GET } }, middleware: setting },
    });
    for (const path of ["/a", "/a?immutable"]) {
      const answer = await server.fetch(path);
      expect(answer.status, path).toBe(302);
      expect(answer.headers.getSetCookie(), path).toEqual([
        "host=1",
        "other=2",
        "chain=3",
        "end=1",
      ]);
    }
  });

  it("sends those from before and after a rewrite", async () => {
    const server = await start(host, {
      ...hostCookie,
      options: {
        routes: {
          "a.ts": {
            GET: ({ cookies: jar, rewrite }: APIContext) => {
              jar.set("before", "1");
              return rewrite("/b");
            },
          },
          "b.ts": {
            GET: ({ cookies: jar }: APIContext) => {
              jar.set("after", "2");
              return new Response(jar.get("before")?.value);
            },
          },
        },
      },
    });
    const answer = await server.fetch("/a");
    expect(answer.headers.getSetCookie()).toEqual(["host=1", "other=2", "before=1", "after=2"]);
    expect(await answer.text()).toBe("1");
  });

  it("keeps the host's on its error page, and loses those of the endpoint that failed", async () => {
    const GET = ({ cookies: jar }: APIContext): Response => {
      jar.set("lost", "1");
      throw new Error("boom");
    };
    const server = await start(host, { ...hostCookie, options: { routes: { "a.ts": { GET } } } });
    const answer = await server.fetch("/a");
    expect(answer.status).toBe(500);
    expect(answer.headers.getSetCookie()).toEqual(["host=1", "other=2"]);
  });

  it("sends those of the 500 file beside the host's", async () => {
    const server = await start(host, {
      ...hostCookie,
      options: {
        routes: {
          "a.ts": {
            GET: () => {
              throw new Error("boom");
            },
          },
          "500.ts": {
            GET: ({ cookies: jar }: APIContext) => {
              jar.set("page", "500");
              return new Response("our page", { status: 500 });
            },
          },
        },
      },
    });
    const answer = await server.fetch("/a");
    expect([answer.status, await answer.text()]).toEqual([500, "our page"]);
    expect(answer.headers.getSetCookie()).toEqual(["host=1", "other=2", "page=500"]);
    expect(server.errors).toEqual([]);
  });

  it("leaves the legacy answers' cookies alone", async () => {
    const server = await start(host, {
      ...hostCookie,
      options: { routes: { "a.ts": { GET: () => new Response("a") } }, middleware: setting },
      legacy: { "GET /legacy": () => ({ text: "legacy" }) },
    });
    const answer = await server.fetch("/legacy");
    expect(answer.headers.getSetCookie()).toEqual(["host=1", "other=2"]);
  });

  // D-83
  it.each([
    ["a\r\nb", "v", {}],
    ["a;b", "v", {}],
    ["a", "v", { path: "/\r\nx: y" }],
    ["a", "v", { domain: "x;y" }],
    ["a", "v", { path: "/;x" }],
    ["a", "v\r\nset-cookie: b=c", { encode: (value: string) => value }],
  ])("refuses to write the cookie %j=%j with %j", async (name, value, options) => {
    const GET = ({ cookies: jar }: APIContext): Response => {
      jar.set(name, value, options);
      return new Response("written");
    };
    const server = await start(host, { options: { routes: { "a.ts": { GET } } } });
    const answer = await server.fetch("/a");
    expect(answer.status).toBe(500);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(server.errors).toHaveLength(1);
  });

  if (!traitsOf(host).http1) return;

  // D-83
  it("does not take a cookie behind a no-break space for the one with a protected prefix", async () => {
    const GET = ({ cookies: jar }: APIContext): Response => Response.json(jar.has("__Host-a"));
    const server = await start(host, { options: { routes: { "a.ts": { GET } } } });
    const answer = await server.raw(["GET /a HTTP/1.1", "Cookie: \xa0__Host-a=1"]);
    expect(answer.body).toBe("false");
  });
}
