import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import { createGunzip, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { PlainIncoming } from "../../../lib/node/incoming.ts";
import {
  deferred,
  eventually,
  http2Answer,
  incomingOf,
  rejection,
  requestOf,
  servers,
  turn,
} from "./_servers.ts";

const start = servers();

describe("reading a body from the socket", () => {
  it("listens to nothing before the first read", async () => {
    const seen = deferred<unknown>();
    const { get } = await start.http((req, res) => {
      const before = req.eventNames();
      const request = requestOf(incomingOf(req, res));
      const clone = request.clone();
      seen.resolve({ before, after: req.eventNames(), did: req.readableDidRead, clone });
      res.end();
    });
    await get("/", { method: "POST", body: "text" });
    const { before, after, did } = (await seen.promise) as Record<string, unknown>;
    expect(after).toEqual(before);
    expect(did).toBe(false);
  });

  it("gives every view of it: json, formData, clone, a reader with its own buffer", async () => {
    const results: unknown[] = [];
    const { get } = await start.http(async (req, res) => {
      const request = requestOf(incomingOf(req, res));
      if (req.url === "/json") results.push(await request.json());
      if (req.url === "/form") results.push((await request.formData()).get("a"));
      if (req.url === "/clone") results.push(await request.clone().text(), await request.text());
      if (req.url === "/new") results.push(await new Request(request).text());
      if (req.url === "/byob") {
        const reader = request.body?.getReader({ mode: "byob" });
        const first = await reader?.read(new Uint8Array(2));
        const second = await reader?.read(new Uint8Array(100));
        const end = await reader?.read(new Uint8Array(100));
        results.push([first, second].map((part) => Buffer.from(part?.value ?? []).toString()));
        results.push(end?.done);
      }
      res.end();
    });
    const form = new FormData();
    form.set("a", "1");
    await get("/json", { method: "POST", body: '{"a":1}' });
    await get("/form", { method: "POST", body: form });
    await get("/clone", { method: "POST", body: "twice" });
    await get("/new", { method: "PUT", body: "wrapped" });
    await get("/byob", { method: "POST", body: "abcdef" });
    expect(results).toEqual([{ a: 1 }, "1", "twice", "twice", "wrapped", ["ab", "cdef"], true]);
  });

  it("leaves the socket alone until more is asked for", async () => {
    const stalled = deferred<number>();
    const go = deferred();
    const { open } = await start.http(async (req, res) => {
      const reader = requestOf(incomingOf(req, res)).body?.getReader();
      let length = (await reader?.read())?.value?.byteLength ?? 0;
      for (let turns = 0; turns < 50; turns++) await turn();
      stalled.resolve(length + req.readableLength);
      await go.promise;
      for (;;) {
        const part = await reader?.read();
        if (!part || part.done) break;
        length += part.value.byteLength;
      }
      res.end(String(length));
    });
    const size = 8 * 1024 * 1024;
    const connection = await open();
    connection.send(`POST / HTTP/1.1\r\nContent-Length: ${size}`, "x".repeat(size));
    expect(await stalled.promise).toBeLessThan(1024 * 1024);
    go.resolve();
    expect((await connection.answer()).body).toBe(String(size));
  });

  it("reads what the host's own stream makes of it", async () => {
    const { get } = await start.http(async (req, res) => {
      const source = req.pipe(createGunzip());
      class Inflated extends PlainIncoming {
        override get source() {
          return source;
        }
      }
      const incoming = new Inflated(req, res, { pathname: "/", mount: "", search: "" }, 0);
      res.end(await requestOf(incoming).text());
    });
    const body = gzipSync("inflated ".repeat(10_000));
    const answer = await get("/", { method: "POST", body });
    expect(await answer.text()).toBe("inflated ".repeat(10_000));
  });

  it("rejects with the error of the host's own stream", async () => {
    const { get } = await start.http(async (req, res) => {
      const source = req.pipe(createGunzip());
      class Inflated extends PlainIncoming {
        override get source() {
          return source;
        }
      }
      const incoming = new Inflated(req, res, { pathname: "/", mount: "", search: "" }, 0);
      res.end((await rejection(requestOf(incoming).text())).message);
    });
    const answer = await get("/", { method: "POST", body: "no gzip" });
    expect(await answer.text()).toBe("incorrect header check");
  });

  it("shows the host's AsyncLocalStorage to what transforms the body", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const { open } = await start.http((req, res) =>
      storage.run(req.url ?? "", async () => {
        const watch = new TransformStream({
          transform(chunk, controller) {
            seen.push(storage.getStore());
            controller.enqueue(chunk);
          },
        });
        const body = requestOf(incomingOf(req, res)).body?.pipeThrough(watch);
        res.end(await new Response(body).text());
      }),
    );
    const connection = await open();
    connection.send("POST /a HTTP/1.1\r\nContent-Length: 4", "ab");
    await eventually(() => seen.length > 0);
    connection.write("cd");
    expect((await connection.answer()).body).toBe("abcd");
    expect(new Set(seen)).toEqual(new Set(["/a"]));
  });

  it("decodes nothing when the host has set an encoding on its stream", async () => {
    const { get } = await start.http(async (req, res) => {
      req.setEncoding("latin1");
      res.end(Buffer.from(await requestOf(incomingOf(req, res)).arrayBuffer()).toString("hex"));
    });
    const answer = await get("/", { method: "POST", body: Buffer.from([0, 128, 255]) });
    expect(await answer.text()).toBe("0080ff");
  });
});

describe("the limit of a body", () => {
  const tooLarge = "STARBRIDGE_BODY_TOO_LARGE";

  async function echoLimited(limit: number) {
    const listeners: number[] = [];
    const server = await start.http(async (req, res) => {
      const incoming = incomingOf(req, res, limit);
      try {
        if (req.headers["x-early"]) incoming.checkBodySize();
        res.end(String((await requestOf(incoming).arrayBuffer()).byteLength));
      } catch (error) {
        listeners.push(req.listenerCount("data"));
        res.statusCode = (error as { statusCode: number }).statusCode;
        res.end((error as { code: string }).code);
      }
    });
    return { ...server, listeners };
  }

  it("refuses by the announced length, before anything is read", async () => {
    const { get, listeners } = await echoLimited(10);
    for (const headers of [new Headers({ "x-early": "1" }), new Headers()]) {
      const answer = await get("/", { method: "POST", body: "x".repeat(11), headers });
      expect([answer.status, await answer.text()]).toEqual([413, tooLarge]);
    }
    expect(listeners).toEqual([0, 0]);
    const fits = await get("/", { method: "POST", body: "x".repeat(10) });
    expect(await fits.text()).toBe("10");
  });

  it("counts what is sent in chunks", async () => {
    const { get } = await echoLimited(100_000);
    const body = new ReadableStream({
      start(controller) {
        for (let part = 0; part < 20; part++) controller.enqueue(new Uint8Array(10_000));
        controller.close();
      },
    });
    const answer = await get("/", { method: "POST", body, duplex: "half" });
    expect([answer.status, await answer.text()]).toEqual([413, tooLarge]);
  });

  it("is none with 0 and with Infinity", async () => {
    for (const limit of [0, Number.POSITIVE_INFINITY]) {
      const { get } = await echoLimited(limit);
      const answer = await get("/", { method: "POST", body: "x".repeat(300_000) });
      expect(await answer.text()).toBe("300000");
    }
  });

  it("does not concern a body that a parser has read under its own limit, nor GET", async () => {
    const { get, open } = await start.http(
      async (req: IncomingMessage & { body?: unknown }, res) => {
        if (req.method === "POST") {
          req.body = "text that is long";
          await once(req.resume(), "end");
        }
        const incoming = incomingOf(req, res, 5);
        incoming.checkBodySize();
        res.end(await requestOf(incoming).text());
      },
    );
    const answer = await get("/", { method: "POST", body: "text that is long" });
    expect(await answer.text()).toBe("text that is long");
    const connection = await open();
    connection.send("GET / HTTP/1.1\r\nContent-Length: 6", "abcdef");
    expect((await connection.answer()).status).toBe(200);
  });
});

describe("a body of HTTP/2", () => {
  it("is read, null when there is none, and never shows pseudo headers", async () => {
    const { open } = await start.http2(async (req: Http2ServerRequest, res) => {
      const request = requestOf(incomingOf(req, res));
      const names = [...request.headers.keys()].filter((name) => name.startsWith(":"));
      res.end(JSON.stringify([request.body === null, await request.text(), request.url, names]));
    });
    const posted = open({ ":method": "POST", ":path": "/a?b=1", ":authority": "h.test" });
    posted.end("x".repeat(100_000));
    const first = await http2Answer(posted);
    expect(JSON.parse(first.body)).toEqual([false, "x".repeat(100_000), "http://h.test/a?b=1", []]);
    const none = await http2Answer(open({ ":method": "GET", ":authority": "h.test" }));
    expect(JSON.parse(none.body)).toEqual([true, "", "http://h.test/", []]);
  });
});
