// Another library of the process has put its own Request and Response in the place of the Web's, as some servers for Node
// do to be quicker. Pages then make those, fetch() still makes the old ones; nothing may depend on which is which.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import type { APIContext, MiddlewareHandler } from "starbridge";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HostName } from "../_hosts.ts";
import { start } from "../_hosts.ts";
import { staysQuiet } from "../bridges/_quiet.ts";

const Native = { Request, Response, Headers };
type Init = ConstructorParameters<typeof Native.Response>[1];
type Body = ConstructorParameters<typeof Native.Response>[0];

/** Of the Web's shape, made without its class: the native object is built when somebody needs more than the head. */
class LightResponse {
  readonly #body: Body;
  readonly #init: Init;
  #native: Response | undefined;

  constructor(body?: Body, init?: Init) {
    this.#body = body;
    this.#init = init;
  }

  get #whole(): Response {
    this.#native ??= new Native.Response(this.#body, this.#init);
    return this.#native;
  }

  get status(): number {
    return this.#init?.status ?? 200;
  }
  get statusText(): string {
    return this.#init?.statusText ?? "";
  }
  get ok(): boolean {
    return this.#whole.ok;
  }
  get type(): string {
    return "default";
  }
  get url(): string {
    return "";
  }
  get headers(): Headers {
    return this.#whole.headers;
  }
  get body(): ReadableStream | null {
    return this.#whole.body;
  }
  get bodyUsed(): boolean {
    return this.#whole.bodyUsed;
  }
  text(): Promise<string> {
    return this.#whole.text();
  }
  static json(value: unknown, init?: Init): LightResponse {
    const headers = new Native.Headers(init?.headers);
    headers.set("content-type", "application/json");
    return new LightResponse(JSON.stringify(value), { ...init, headers });
  }
}

class OtherRequest extends Native.Request {}

const hosts: HostName[] = [
  "express 4",
  "express 5",
  "fastify",
  "fastify + middie",
  "connect",
  "node:http",
];

// B47 R9
describe.each(hosts)("where a library has replaced Request and Response, a page of %s", (host) => {
  staysQuiet();

  beforeEach(() => {
    vi.stubGlobal("Response", LightResponse);
    vi.stubGlobal("Request", OtherRequest);
  });
  afterEach(() => void vi.unstubAllGlobals());

  const answering = (GET: (context: APIContext) => unknown) =>
    start(host, {
      options: {
        routes: { "a.ts": { GET }, "b.ts": { GET: () => new Native.Response("b") } },
      },
    });

  it("answers with the Response of that library, through middleware that changes it", async () => {
    const middleware: MiddlewareHandler = async ({ cookies }, next) => {
      cookies.set("a", "1");
      const response = await next();
      response.headers.set("x-chain", "1");
      return response;
    };
    const GET = (): Response => new Response("light", { status: 203, headers: { "x-a": "page" } });
    const server = await start(host, { options: { routes: { "a.ts": { GET } }, middleware } });
    const answer = await server.fetch("/a");
    expect([answer.status, await answer.text()]).toEqual([203, "light"]);
    expect(["x-a", "x-chain"].map((name) => answer.headers.get(name))).toEqual(["page", "1"]);
    expect(answer.headers.getSetCookie()).toEqual(["a=1"]);
    const head = await server.fetch("/a", { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([203, "5"]);
  });

  it.each(["a string", "JSON", "a stream", "nothing"])(
    "answers with %s in it, or in a native one",
    async (kind) => {
      const stream = (): Body =>
        ReadableStream.from(["str", "eam"]).pipeThrough(new TextEncoderStream()) as ReadableStream;
      const make = (Class: typeof Response): Response => {
        if (kind === "a string") return new Class("text");
        if (kind === "JSON") return Class.json({ a: 1 });
        return kind === "a stream" ? new Class(stream()) : new Class(null, { status: 204 });
      };
      const server = await answering(({ url }) => make(url.search ? Native.Response : Response));
      const texts = { "a string": "text", JSON: '{"a":1}', "a stream": "stream", nothing: "" };
      for (const path of ["/a", "/a?native"]) {
        const answer = await server.fetch(path);
        expect(await answer.text(), path).toBe(texts[kind as keyof typeof texts]);
        expect(answer.status, path).toBe(kind === "nothing" ? 204 : 200);
      }
    },
  );

  it("passes on what fetch() gave it, unpacked as it is", async () => {
    const upstream = createServer((_req, res) => {
      res.setHeader("content-encoding", "gzip");
      res.end(gzipSync("from upstream"));
    }).listen(0, "127.0.0.1");
    await once(upstream, "listening");
    const { port } = upstream.address() as AddressInfo;
    const server = await answering(() => fetch(`http://127.0.0.1:${port}/`));
    const answer = await server.raw("GET /a HTTP/1.1");
    expect(answer.headers["content-encoding"]).toBeUndefined();
    expect(answer.body).toBe("from upstream");
    upstream.closeAllConnections();
    upstream.close();
  });

  it("redirects with a cookie, by the context and by the native class", async () => {
    const server = await answering(({ cookies, redirect, url }) => {
      cookies.set("a", "1");
      return url.search ? Native.Response.redirect(new URL("/b", url), 302) : redirect("/b");
    });
    for (const path of ["/a", "/a?native"]) {
      const answer = await server.fetch(path);
      expect(answer.status, path).toBe(302);
      expect(answer.headers.get("location"), path).toMatch(/\/b$/);
      expect(answer.headers.getSetCookie(), path).toEqual(["a=1"]);
    }
  });

  it("rewrites to a Request of either class", async () => {
    const server = await answering(({ rewrite, url }) =>
      rewrite(new (url.search ? Native.Request : Request)(new URL("/b", url))),
    );
    for (const path of ["/a", "/a?native"]) {
      const answer = await server.fetch(path);
      expect([answer.status, await answer.text()], path).toEqual([200, "b"]);
    }
  });

  it("reads its body, and gets an error page, a refusal and a fall-through as ever", async () => {
    const POST = async ({ request }: APIContext): Promise<Response> =>
      Native.Response.json(await request.json());
    const GET = (): Response => {
      throw new Error("fails");
    };
    const server = await start(host, { options: { routes: { "a.ts": { POST, GET } } } });
    const send = (type: string): Promise<Response> =>
      server.fetch("/a", {
        method: "POST",
        body: '{"a":1}',
        headers: { "content-type": type, origin: "http://evil.test" },
      });
    expect(await (await send("application/json")).json()).toEqual({ a: 1 });
    expect((await send("text/plain")).status).toBe(403);
    expect((await server.fetch("/a")).status).toBe(500);
    expect((await server.fetch("/none")).status).toBe(404);
    expect([Response, Request]).toEqual([LightResponse, OtherRequest]);
  });
});
