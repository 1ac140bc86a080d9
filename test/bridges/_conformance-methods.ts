// Which function of a file answers, and who answers when none does.
import type { APIContext } from "starbridge";
import { describe, expect, it } from "vitest";
import { start, traitsOf } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";

const named = ({ request }: APIContext): Response =>
  new Response(`endpoint ${request.method}`, { headers: { "x-method": request.method } });

export function methods(host: HostName): void {
  const { http1 } = traitsOf(host);

  it.each(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])(
    "calls the %s export",
    async (method) => {
      const server = await start(host, { options: { routes: { "a.ts": { [method]: named } } } });
      const answer = await server.fetch("/a", { method });
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe(`endpoint ${method}`);
    },
  );

  it.each(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])(
    "lets ALL answer %s",
    async (method) => {
      const server = await start(host, { options: { routes: { "a.ts": { ALL: named } } } });
      const answer = await server.fetch("/a", { method });
      expect(await answer.text()).toBe(`endpoint ${method}`);
    },
  );

  it("prefers the method's own export to ALL", async () => {
    const server = await start(host, {
      options: { routes: { "a.ts": { ALL: named, POST: () => new Response("post") } } },
    });
    expect(await (await server.fetch("/a", { method: "POST" })).text()).toBe("post");
    expect(await (await server.fetch("/a", { method: "PUT" })).text()).toBe("endpoint PUT");
  });

  it("answers HEAD with the headers of GET and no body", async () => {
    const GET = (): Response => Response.json({ hello: "world" }, { headers: { etag: '"1"' } });
    const server = await start(host, { options: { routes: { "a.ts": { GET } } } });
    const got = await server.fetch("/a");
    const head = await server.fetch("/a", { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(await head.text()).toBe("");
    for (const name of ["content-type", "content-length", "etag"]) {
      expect(head.headers.get(name), name).toBe(got.headers.get(name));
    }
    expect(got.headers.get("content-length")).toBe("17");
  });

  it("prefers a HEAD export to GET", async () => {
    const server = await start(host, {
      options: {
        routes: {
          "a.ts": {
            GET: named,
            HEAD: () =>
              new Response(null, { headers: { "x-from": "head", "content-length": "5" } }),
          },
        },
      },
    });
    const head = await server.fetch("/a", { method: "HEAD" });
    expect([head.headers.get("x-from"), head.headers.get("content-length")]).toEqual(["head", "5"]);
    expect((await server.fetch("/a")).headers.get("x-method")).toBe("GET");
  });

  describe("that the file does not export", () => {
    const routes = { "a.ts": { GET: named } };

    it("fall through to the legacy route of the same path", async () => {
      const server = await start(host, {
        options: { routes },
        legacy: { "POST /a": async ({ body }) => ({ text: `legacy POST ${await body()}` }) },
      });
      const posted = await server.fetch("/a", {
        method: "POST",
        body: "hello",
        headers: { "content-type": "text/plain" },
      });
      expect(await posted.text()).toBe("legacy POST hello");
      expect(await (await server.fetch("/a")).text()).toBe("endpoint GET");
    });

    it("end in the host's own 404 when there is no legacy route, and never in the chain", async () => {
      const seen: string[] = [];
      const server = await start(host, {
        options: {
          routes,
          middleware: (context, next) => {
            seen.push(context.request.method);
            return next();
          },
        },
      });
      const answer = await server.fetch("/a", { method: "DELETE" });
      expect([answer.status, await answer.text()]).toEqual([404, "host 404"]);
      expect(seen).toEqual([]);
    });

    it("leave OPTIONS to the host", async () => {
      const server = await start(host, {
        options: { routes },
        legacy: { "OPTIONS /a": () => ({ text: "host options", headers: { "x-host": "1" } }) },
      });
      const answer = await server.fetch("/a", { method: "OPTIONS" });
      expect(answer.headers.get("x-host")).toBe("1");
    });

    it('get 405 with Allow under methodMismatch "405"', async () => {
      const server = await start(host, {
        options: { routes: { "a.ts": { GET: named, PUT: named } }, methodMismatch: "405" },
      });
      const answer = await server.fetch("/a", { method: "DELETE" });
      expect(answer.status).toBe(405);
      const allowed = answer.headers.get("allow")?.split(/, ?/).sort();
      expect(allowed).toEqual(["GET", "HEAD", "PUT"]);
      expect((await server.fetch("/a", { method: "PUT" })).status).toBe(200);
    });

    it('get the 404 file under methodMismatch "404"', async () => {
      const server = await start(host, {
        options: {
          routes: { ...routes, "404.ts": { ALL: () => new Response("our 404", { status: 404 }) } },
          methodMismatch: "404",
        },
      });
      const answer = await server.fetch("/a", { method: "DELETE" });
      expect([answer.status, await answer.text()]).toEqual([404, "our 404"]);
    });
  });

  // D-30
  it.each(["/constructor", "/__proto__/x", "/toString", "/a/hasOwnProperty"])(
    "does not find %s in the prototype of a table",
    async (path) => {
      const server = await start(host, { options: { routes: { "a.ts": { GET: named } } } });
      const answer = await server.fetch(path);
      expect([answer.status, await answer.text()]).toEqual([404, "host 404"]);
    },
  );

  if (!http1) {
    // D-30; HTTP/1.1 parsers know a fixed list of methods.
    it.each(["constructor", "__proto__", "toString"])("takes %s for no method", async (method) => {
      const server = await start(host, { options: { routes: { "a.ts": { GET: named } } } });
      const answer = await server.fetch("/a", { method });
      expect([answer.status, await answer.text()]).toEqual([404, "host 404"]);
    });
    return;
  }

  it.each(["PROPFIND", "REPORT", "QUERY"])(
    "routes %s to its export, or leaves it to a host that cannot",
    async (method) => {
      const server = await start(host, { options: { routes: { "a.ts": { [method]: named } } } });
      const answer = await server.raw(`${method} /a HTTP/1.1`);
      // Fastify routes the methods that it was told; Node 20's parser refuses QUERY.
      if (answer.status === 200) expect(answer.body).toBe(`endpoint ${method}`);
      else expect([400, 404]).toContain(answer.status);
      if (method === "PROPFIND" && host !== "fastify" && host !== "fastify + middie") {
        expect(answer.status).toBe(200);
      }
    },
  );

  // D-16
  it.each(["TRACE", "TRACK"])("leaves %s to the host", async (method) => {
    const server = await start(host, { options: { routes: { "a.ts": { ALL: named } } } });
    const answer = await server.raw(`${method} /a HTTP/1.1`);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).not.toBe(500);
    expect((await server.fetch("/a")).status).toBe(200);
  });
}
