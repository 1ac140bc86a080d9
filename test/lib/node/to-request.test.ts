import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { createApp } from "../../../lib/app.ts";
import { sendResponse, toRequest } from "../../../lib/node/index.ts";
import type { RequestFacts } from "../../../lib/node/index.ts";
import type { APIContext } from "../../../lib/types.ts";
import { deferred, http2Answer, rejection, servers, within } from "./_servers.ts";

const start = servers();

/** What toRequest makes of a raw request. */
async function translated(head: string, facts: RequestFacts = {}) {
  const { open } = await start.http(async (req, res) => {
    const request = toRequest(req, facts);
    await sendResponse(res, Response.json([request.method, request.url, await request.text()]));
  });
  const connection = await open();
  connection.send(head);
  return JSON.parse((await connection.answer()).body) as [string, string, string];
}

describe("toRequest", () => {
  it("is the way from Node to Fetch, and sendResponse the way back", async () => {
    const { get, port } = await start.http(async (req, res) => {
      const request = toRequest(req, { res });
      const answer = { url: request.url, body: await request.json() };
      await sendResponse(res, Response.json(answer, { status: 201 }), req);
    });
    const answer = await get("/a/b?c=d", { method: "POST", body: '{"a":1}' });
    expect([answer.status, await answer.json()]).toEqual([
      201,
      { url: `http://127.0.0.1:${port}/a/b?c=d`, body: { a: 1 } },
    ]);
  });

  it("takes the caller's word for scheme and host, and nobody else's", async () => {
    expect(await translated("GET /x HTTP/1.1\r\nX-Forwarded-Proto: https")).toEqual([
      "GET",
      "http://h.test/x",
      "",
    ]);
    const facts = { protocol: "https", host: "public.test:8443" } as const;
    expect((await translated("GET /x HTTP/1.1", facts))[1]).toBe("https://public.test:8443/x");
  });

  it("has a URL whose path the authority cannot change", async () => {
    expect((await translated("GET //evil.test/x HTTP/1.1"))[1]).toBe("http://h.test//evil.test/x");
    expect((await translated("GET http://evil.test/x?y HTTP/1.1"))[1]).toBe("http://h.test/x?y");
    expect((await translated("OPTIONS * HTTP/1.1"))[1]).toBe("http://h.test/");
  });

  it("carries the mount path that a framework has cut off", async () => {
    const { get } = await start.http((req: IncomingMessage & { originalUrl?: string }, res) => {
      req.originalUrl = req.url ?? "";
      req.url = "/a";
      res.end(new URL(toRequest(req).url).pathname);
    });
    expect(await (await get("/mnt/a")).text()).toBe("/mnt/a");
  });

  it("refuses a host that is none", async () => {
    const { open } = await start.http(async (req, res) => {
      res.end((await rejection(Promise.reject().catch(() => void toRequest(req)))).name);
    });
    const connection = await open();
    connection.send("GET / HTTP/1.1\r\nHost: a/b");
    expect((await connection.answer()).body).toBe("BridgeError");
  });

  it("replays what a parser has read", async () => {
    const { get } = await start.http(async (req: IncomingMessage & { body?: unknown }, res) => {
      await once(req.resume(), "end");
      req.body = { a: 1 };
      res.end(await toRequest(req).text());
    });
    const headers = { "content-type": "application/json" };
    const answer = await get("/", { method: "POST", headers, body: '{ "a": 1 }' });
    expect(await answer.text()).toBe('{"a":1}');
  });

  it.each([true, false])(
    "has a signal that fires during an upload (res given: %s)",
    async (given) => {
      const made = deferred<Request>();
      const { open } = await start.http((req: IncomingMessage, res: ServerResponse) => {
        const request = toRequest(req, given ? { res } : {});
        made.resolve(request);
        request.text().catch(() => {});
      });
      const connection = await open();
      connection.send("POST / HTTP/1.1\r\nContent-Length: 10", "12345");
      const { signal } = await made.promise;
      connection.destroy();
      await within(1000, once(signal, "abort"));
    },
  );

  it("has a signal that fires after the body was read, when it knows the response", async () => {
    const made = deferred<Request>();
    const { open } = await start.http(async (req, res) => {
      const request = toRequest(req, { res });
      await request.text();
      made.resolve(request);
    });
    const connection = await open();
    connection.send("POST / HTTP/1.1\r\nContent-Length: 5", "12345");
    const { signal } = await made.promise;
    connection.destroy();
    await within(1000, once(signal, "abort"));
  });

  it("never aborts after a normal end", async () => {
    const signals: AbortSignal[] = [];
    const { open } = await start.http(async (req, res) => {
      const request = toRequest(req, req.url === "/res" ? { res } : {});
      signals.push(request.signal);
      await sendResponse(res, new Response(await request.text()));
    });
    const connection = await open();
    for (const path of ["/res", "/", "/res", "/"]) {
      connection.send(`POST ${path} HTTP/1.1\r\nContent-Length: 4`, "text");
      await connection.answer();
    }
    connection.send("GET /res HTTP/1.1", "", { close: true });
    await connection.untilClosed();
    expect(signals.map((signal) => signal.aborted)).toEqual(Array(5).fill(false));
  });

  it("brings the client's address to app.fetch(), the caller's word before the socket's", async () => {
    const app = createApp({
      routes: { "a.ts": { GET: ({ clientAddress }: APIContext) => new Response(clientAddress) } },
    });
    const { get } = await start.http(async (req, res) => {
      const facts = req.headers["x-real-ip"] ? { clientAddress: "192.0.2.7" } : {};
      await sendResponse(res, await app.fetch(toRequest(req, facts)));
    });
    expect(await (await get("/a")).text()).toMatch(/127\.0\.0\.1$/);
    expect(await (await get("/a", { headers: { "x-real-ip": "any" } })).text()).toBe("192.0.2.7");
  });

  it("works on HTTP/2", async () => {
    const { open } = await start.http2(async (req, res) => {
      const request = toRequest(req);
      await sendResponse(res, new Response(`${request.url} ${await request.text()}`));
    });
    const stream = open({ ":method": "PUT", ":path": "/a", ":authority": "h.test" });
    stream.end("text");
    expect((await http2Answer(stream)).body).toBe("http://h.test/a text");
  });
});
