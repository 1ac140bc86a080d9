// The client goes away: the endpoint learns of it, streams are cancelled once, nobody is alarmed.
import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { APIContext } from "starbridge";
import { expect, it } from "vitest";
import { start, traitsOf } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";
import { deferred, within } from "./_quiet.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    else signal.addEventListener("abort", () => resolve(signal.reason), { once: true });
  });
const JSON_TYPE = { "content-type": "application/json" };

export function leaving(host: HostName): void {
  const { http1 } = traitsOf(host);

  // B4 B9
  it.each(["GET", "POST"])(
    "aborts the signal of a %s that is being answered, its body read or not",
    async (method) => {
      const started = deferred();
      const left = deferred<unknown>();
      const handler = async ({ request }: APIContext): Promise<Response> => {
        if (method === "POST") await request.text();
        started.resolve();
        left.resolve(await aborted(request.signal));
        return new Response("nobody reads this");
      };
      const server = await start(host, { options: { routes: { "a.ts": { [method]: handler } } } });
      const gone = new AbortController();
      const init = method === "POST" ? { method, body: "read", headers: JSON_TYPE } : { method };
      const asked = server.fetch("/a", { ...init, signal: gone.signal }).catch(() => undefined);
      await started.promise;
      gone.abort();
      const reason = await within(2000, "the abort", left.promise);
      expect((reason as Error).name).toBe("AbortError");
      await asked;
      expect(server.errors).toEqual([]);
    },
  );

  // B5
  it("never aborts after a normal end", async () => {
    let aborts = 0;
    const signals: AbortSignal[] = [];
    const handler = async ({ request }: APIContext): Promise<Response> => {
      request.signal.addEventListener("abort", () => (aborts += 1));
      signals.push(request.signal);
      return new Response(await request.text());
    };
    const server = await start(host, {
      options: { routes: { "a.ts": { GET: handler, POST: handler } } },
    });
    for (let round = 0; round < 50; round += 1) {
      await (await server.fetch("/a")).text();
      await (await server.fetch("/a", { method: "POST", body: "b", headers: JSON_TYPE })).text();
    }
    await server.close();
    expect([aborts, signals.filter((signal) => signal.aborted).length]).toEqual([0, 0]);
  });

  // B2 B12
  it.each(["between two chunks", "while the buffer is full"])(
    "cancels a stream once, %s",
    async (when) => {
      const flowing = deferred();
      const cancelled: unknown[] = [];
      let signal: AbortSignal | undefined;
      const GET = ({ request }: APIContext): Response => {
        signal = request.signal;
        let sent = 0;
        const body = new ReadableStream({
          pull(controller) {
            sent += 1;
            if (sent === 2) flowing.resolve();
            if (when === "between two chunks" && sent > 1) return new Promise(() => {});
            controller.enqueue(new Uint8Array(65_536));
            return undefined;
          },
          cancel: (reason) => void cancelled.push(reason),
        });
        return new Response(body);
      };
      const server = await start(host, { options: { routes: { "a.ts": { GET } } } });
      const gone = new AbortController();
      await server.fetch("/a", { signal: gone.signal });
      await flowing.promise;
      gone.abort();
      await expect.poll(() => cancelled.length, { timeout: 2000 }).toBe(1);
      expect(cancelled[0]).toBeDefined();
      expect(signal?.aborted).toBe(true);
      expect((await server.fetch("/none")).status).toBe(404);
      expect(cancelled).toHaveLength(1);
      expect(server.errors).toEqual([]);
    },
  );

  // B8
  it.each(["throws", "rejects"])("swallows a cancel() that %s", async (how) => {
    let cancelled = 0;
    const GET = (): Response => {
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(bytes("first")),
        cancel() {
          cancelled += 1;
          if (how === "throws") throw new Error("cancel threw");
          return Promise.reject(new Error("cancel rejected"));
        },
      });
      return new Response(body);
    };
    const server = await start(host, { options: { routes: { "a.ts": { GET } } } });
    const gone = new AbortController();
    const answer = await server.fetch("/a", { signal: gone.signal });
    await answer.body?.getReader().read();
    gone.abort();
    await expect.poll(() => cancelled, { timeout: 2000 }).toBe(1);
  });

  // B3
  it("stops a node stream behind a compression, and nobody hears an error of it", async () => {
    const destroyed = deferred();
    const GET = (): Response => {
      const noise = randomBytes(256);
      const source = new Readable({
        read() {
          // Small: the streams of Node 20 and 22 take their high-water mark for a number of chunks.
          this.push(noise);
        },
        destroy(error, callback) {
          destroyed.resolve();
          callback(error);
        },
      });
      const body = Readable.toWeb(source) as ReadableStream<Uint8Array<ArrayBuffer>>;
      const headers = { "content-type": "application/octet-stream" };
      return new Response(body.pipeThrough(new CompressionStream("gzip")), { headers });
    };
    const server = await start(host, { options: { routes: { "a.ts": { GET } } } });
    const gone = new AbortController();
    const answer = await server.fetch("/a", { signal: gone.signal });
    await answer.body?.getReader().read();
    gone.abort();
    await within(3000, "the end of the source", destroyed.promise);
    expect((await server.fetch("/none")).status).toBe(404);
  });

  it("survives a client that leaves in the middle of a form", async () => {
    const GET = (): Response => {
      const form = new FormData();
      form.set("file", new Blob([new Uint8Array(4_000_000)]), "large");
      return new Response(form);
    };
    const server = await start(host, { options: { routes: { "a.ts": { GET } } } });
    const gone = new AbortController();
    const answer = await server.fetch("/a", { signal: gone.signal });
    await answer.body?.getReader().read();
    gone.abort();
    expect((await server.fetch("/none")).status).toBe(404);
  });

  // B6
  it("gives an aborted signal to who asks for the first time after the client left", async () => {
    const started = deferred();
    const proceed = deferred();
    const seen = deferred<[boolean, boolean]>();
    const GET = async (context: APIContext): Promise<Response> => {
      started.resolve();
      await proceed.promise;
      const { signal } = context.request;
      seen.resolve([signal.aborted, new Request(context.request).signal.aborted]);
      return new Response("late");
    };
    const closed = deferred();
    const server = await start(host, {
      options: { routes: { "a.ts": { GET } } },
      before: [({ req }) => void onGone(req, closed.resolve)],
    });
    const gone = new AbortController();
    const asked = server.fetch("/a", { signal: gone.signal }).catch(() => undefined);
    await started.promise;
    gone.abort();
    await within(2000, "the close", closed.promise);
    proceed.resolve();
    expect(await within(2000, "the signal", seen.promise)).toEqual([true, true]);
    await asked;
  });

  // D-40 B1
  it("rejects a read of an upload that stops halfway with the signal's AbortError", async () => {
    const reading = deferred();
    const outcome = deferred<{ name: string; same: boolean; aborted: boolean }>();
    const POST = async ({ request }: APIContext): Promise<Response> => {
      const reader = request.body?.getReader();
      await reader?.read();
      reading.resolve();
      try {
        for (;;) if ((await reader?.read())?.done !== false) break;
      } catch (error) {
        const { signal } = request;
        const { name } = error as Error;
        outcome.resolve({ name, same: error === signal.reason, aborted: signal.aborted });
        throw error;
      }
      outcome.resolve({ name: "read to an end", same: false, aborted: request.signal.aborted });
      return new Response("read");
    };
    const server = await start(host, { options: { routes: { "a.ts": { POST } } } });
    if (http1) {
      const connection = await server.open();
      const length = "Content-Length: 100000";
      connection.send(["POST /a HTTP/1.1", "Content-Type: application/json", length], "7 bytes");
      await reading.promise;
      connection.destroy();
    } else {
      const gone = new AbortController();
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(bytes("7 bytes")),
      });
      const init = {
        method: "POST",
        body,
        headers: JSON_TYPE,
        signal: gone.signal,
        duplex: "half",
      };
      void server.fetch("/a", init as RequestInit).catch(() => undefined);
      await reading.promise;
      gone.abort();
    }
    const seen = await within(2000, "the rejection", outcome.promise);
    expect(seen).toEqual({ name: "AbortError", same: true, aborted: true });
    expect(server.errors).toEqual([]);
  });

  if (!http1) return;

  // B7
  it("survives clients that are gone right after the head", async () => {
    const routes = { "a.ts": { GET: ({ request }: APIContext) => new Response(request.url) } };
    const server = await start(host, { options: { routes } });
    for (let round = 0; round < 100; round += 1) {
      const connection = await server.open();
      connection.send("GET /a HTTP/1.1");
      if (round % 2) connection.reset();
      else connection.destroy();
    }
    expect((await server.fetch("/a")).status).toBe(200);
  });

  // B53
  it("aborts all requests of a pipeline when its connection closes", async () => {
    const left: Promise<unknown>[] = [];
    const started = deferred();
    const GET = async ({ request }: APIContext): Promise<Response> => {
      left.push(aborted(request.signal));
      if (left.length === 3) started.resolve();
      await left.at(-1);
      return new Response("late");
    };
    const server = await start(host, { options: { routes: { "a.ts": { GET } } } });
    const connection = await server.open();
    connection.write("GET /a HTTP/1.1\r\nHost: h.test\r\n\r\n".repeat(3));
    await within(2000, "three requests", started.promise);
    connection.destroy();
    const reasons = await within(2000, "three aborts", Promise.all(left));
    expect(reasons.map((reason) => (reason as Error).name)).toEqual(Array(3).fill("AbortError"));
  });
}

/** Calls back when the other end of a request is gone, on HTTP/1.1 and HTTP/2. */
function onGone(req: IncomingMessage, gone: () => void): void {
  const { stream } = req as { stream?: Readable };
  (stream ?? req.socket).once("close", gone);
}
