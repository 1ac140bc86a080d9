// Statuses and headers: what the endpoint set, beside what the host set, in a framing that is right.
import type { APIContext } from "starbridge";
import { expect, it } from "vitest";
import { start, traitsOf } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";

export function headers(host: HostName): void {
  const { http1 } = traitsOf(host);
  const answering = (GET: (context: APIContext) => Response | Promise<Response>) =>
    start(host, { options: { routes: { "a.ts": { GET, POST: GET } } } });

  it("keeps content types as Response makes them, and adds none", async () => {
    const server = await answering(({ url }) => {
      if (url.search === "?json") return Response.json(1);
      return new Response(url.search === "?bytes" ? new Uint8Array([1]) : "text");
    });
    const typeOf = async (path: string) => (await server.fetch(path)).headers.get("content-type");
    expect(await typeOf("/a")).toMatch(/^text\/plain; ?charset=utf-8$/i);
    expect(await typeOf("/a?json")).toBe("application/json");
    expect([null, "application/octet-stream"]).toContain(await typeOf("/a?bytes"));
  });

  // E-32
  it("sends no content type with bytes that have none", async () => {
    const server = await answering(() => new Response(new Uint8Array([1])));
    expect((await server.fetch("/a")).headers.get("content-type")).toBeNull();
  });

  it.each([200, 201, 202, 299, 302, 400, 418, 451, 500, 503, 599])(
    "passes status %i on",
    async (status) => {
      const server = await answering(() => new Response("body", { status }));
      const answer = await server.fetch("/a");
      expect([answer.status, await answer.text()]).toEqual([status, "body"]);
      expect(server.errors).toEqual([]);
    },
  );

  it.each([204, 205, 304])("sends %i without a body", async (status) => {
    const server = await answering(
      () => new Response(null, { status, headers: { "x-kept": "1" } }),
    );
    const answer = await server.fetch("/a");
    expect([answer.status, answer.headers.get("x-kept"), await answer.text()]).toEqual([
      status,
      "1",
      "",
    ]);
    if (status !== 205) {
      expect(answer.headers.get("content-length")).toBeNull();
      expect(answer.headers.get("transfer-encoding")).toBeNull();
    }
    expect((await server.fetch("/a")).status).toBe(status);
  });

  it("redirects with a Location exactly as given", async () => {
    const server = await answering(({ redirect }) => redirect("../x?y=1#z", 308));
    const answer = await server.fetch("/a");
    expect([answer.status, answer.headers.get("location")]).toEqual([308, "../x?y=1#z"]);
  });

  // D-50
  it("appends Vary and Set-Cookie to the host's, wins for the rest, and keeps what it did not name", async () => {
    const answer = new Headers({ vary: "Accept", "x-shared": "endpoint" });
    answer.append("set-cookie", "one=1");
    answer.append("set-cookie", "two=2");
    const server = await start(host, {
      before: [
        ({ setHeader }) => {
          setHeader("Set-Cookie", "host=1; Path=/");
          setHeader("Vary", "Origin");
          setHeader("X-Frame-Options", "DENY");
          setHeader("X-Shared", "host");
        },
      ],
      options: { routes: { "a.ts": { GET: () => new Response("a", { headers: answer }) } } },
    });
    // Twice: a Headers object that is used again must not have grown.
    for (let round = 0; round < 2; round += 1) {
      const got = await server.fetch("/a");
      expect(got.headers.getSetCookie()).toEqual(["host=1; Path=/", "one=1", "two=2"]);
      expect(got.headers.get("vary")?.split(/, ?/).sort()).toEqual(["Accept", "Origin"]);
      expect(got.headers.get("x-frame-options")).toBe("DENY");
      expect(got.headers.get("x-shared")).toBe("endpoint");
      await got.text();
    }
  });

  it("does not take the status that the host prepared", async () => {
    const server = await start(host, {
      before: [({ req }) => void Object.assign(req, { prepared: true })],
      options: { routes: { "a.ts": { GET: () => new Response("a", { status: 202 }) } } },
    });
    expect((await server.fetch("/a")).status).toBe(202);
  });

  // R7
  it("drops hop-by-hop headers and Transfer-Encoding of an endpoint", async () => {
    const server = await answering(
      () =>
        new Response("body", {
          headers: {
            connection: "x-named, keep-alive",
            "x-named": "dropped",
            "keep-alive": "timeout=99",
            "proxy-connection": "close",
            "proxy-authenticate": "Basic",
            te: "trailers",
            trailer: "x-later",
            upgrade: "h2c",
            "transfer-encoding": "gzip, chunked",
            "x-kept": "1",
          },
        }),
    );
    const got = await server.fetch("/a");
    expect(await got.text()).toBe("body");
    expect(got.headers.get("x-kept")).toBe("1");
    expect(got.headers.get("content-length")).toBe("4");
    for (const name of [
      "x-named",
      "proxy-connection",
      "te",
      "trailer",
      "upgrade",
      "transfer-encoding",
    ]) {
      expect(got.headers.get(name), name).toBeNull();
    }
    expect(got.headers.get("keep-alive")).not.toBe("timeout=99");
  });

  // B23
  it("sends what middleware changed on the answer after next()", async () => {
    const server = await start(host, {
      options: {
        routes: { "a.ts": { GET: () => new Response("a", { headers: { "x-a": "endpoint" } }) } },
        middleware: async (_context, next) => {
          const response = await next();
          response.headers.set("x-a", "middleware");
          return response;
        },
      },
    });
    expect((await server.fetch("/a")).headers.get("x-a")).toBe("middleware");
  });

  // B22
  it("answers a hundred times with one shared Response of no body", async () => {
    const shared = new Response(null, {
      status: 204,
      headers: { "x-a": "1", "set-cookie": "a=1" },
    });
    const server = await answering(() => shared);
    for (let round = 0; round < 100; round += 1) {
      const got = await server.fetch("/a");
      expect([got.status, got.headers.get("x-a"), got.headers.getSetCookie()]).toEqual([
        204,
        "1",
        ["a=1"],
      ]);
    }
  });

  // B19 B22
  it("hands a response whose body was read to the host's error handler", async () => {
    const server = await answering(async () => {
      const response = new Response("once");
      await response.text();
      return response;
    });
    expect((await server.fetch("/a")).status).toBe(500);
    expect(server.errors).toMatchObject([{ code: "STARBRIDGE_RESPONSE_UNUSABLE" }]);
  });

  // E-30
  it("hands Response.error() to the host's error handler", async () => {
    const server = await answering(() => Response.error());
    expect((await server.fetch("/a")).status).toBe(500);
    expect(server.errors).toHaveLength(1);
  });

  if (!http1) return;

  // N-30
  it("sends the status text", async () => {
    const server = await answering(
      () => new Response("a", { status: 200, statusText: "Very Fine" }),
    );
    expect((await server.raw("GET /a HTTP/1.1")).reason).toBe("Very Fine");
  });

  // D-76
  it("sends each Set-Cookie on a line of its own, dates with commas included", async () => {
    const server = await answering(({ cookies }) => {
      cookies.set("c", "3");
      const list = new Headers();
      list.append("set-cookie", "a=1; Expires=Wed, 21 Oct 2037 07:28:00 GMT");
      list.append("set-cookie", "b=2; Expires=Thu, 22 Oct 2037 07:28:00 GMT");
      return new Response("a", { headers: list });
    });
    const answer = await server.raw("GET /a HTTP/1.1");
    expect(answer.headers["set-cookie"]).toEqual([
      "a=1; Expires=Wed, 21 Oct 2037 07:28:00 GMT",
      "b=2; Expires=Thu, 22 Oct 2037 07:28:00 GMT",
      "c=3",
    ]);
  });
}
