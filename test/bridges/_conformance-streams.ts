// Bodies that come in pieces: order, back-pressure, the head that does not wait, failures on the way.
import { once } from "node:events";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import type { APIContext } from "starbridge";
import { describe, expect, it } from "vitest";
import { start, traitsOf } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";
import { deferred, within } from "./_quiet.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function turns(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await turn();
}

export function streams(host: HostName): void {
  const { http1 } = traitsOf(host);
  const streaming = (GET: (context: APIContext) => Response) =>
    start(host, {
      options: { routes: { "a.ts": { GET }, "b.ts": { GET: () => new Response("b") } } },
    });

  // B20
  it("keeps the order of chunks of every size and pace", async () => {
    const sizes = Array.from({ length: 200 }, (_, index) => (index * 7919) % 4001);
    const server = await streaming(() => {
      let sent = 0;
      const body = new ReadableStream({
        async pull(controller) {
          if (sent === sizes.length) return controller.close();
          if (sent % 17 === 0) await turns(sent % 3);
          controller.enqueue(bytes(String(sent % 10).repeat(sizes[sent] ?? 0) || "-"));
          sent += 1;
        },
      });
      return new Response(body);
    });
    const expected = sizes.map((size, index) => String(index % 10).repeat(size) || "-").join("");
    expect((await (await server.fetch("/a")).text()) === expected).toBe(true);
  });

  it("sends strings and views of buffers as bytes", async () => {
    const server = await streaming(() => {
      const chunks: unknown[] = [
        "ü",
        bytes("xyz").subarray(1, 2),
        Buffer.from("b"),
        new Uint8Array(),
      ];
      return new Response(ReadableStream.from(chunks) as ReadableStream);
    });
    expect(await (await server.fetch("/a")).text()).toBe("üyb");
  });

  // D-78 B17
  it("shows the head of a stream that stays silent", async () => {
    const open = deferred();
    const server = await streaming(() => {
      const body = new ReadableStream({
        async start(controller) {
          await open.promise;
          controller.enqueue(bytes("data: late\n\n"));
          controller.close();
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    });
    // The head must come while the stream is silent: only then is the stream let go.
    const answer = await within(5000, "the head", server.fetch("/a"));
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    open.resolve();
    expect(await answer.text()).toBe("data: late\n\n");
  });

  it("delivers each event when it is made, not when the next one comes", async () => {
    const next = [deferred(), deferred()];
    const server = await streaming(() => {
      const body = new ReadableStream({
        async start(controller) {
          for (const [index, gate] of next.entries()) {
            controller.enqueue(bytes(`data: ${index}\n\n`));
            await gate.promise;
          }
          controller.close();
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    });
    const reader = (await server.fetch("/a")).body
      ?.pipeThrough(new TextDecoderStream())
      .getReader();
    for (const [index, gate] of next.entries()) {
      const event = await within(5000, `event ${index}`, reader?.read() ?? Promise.reject());
      expect(event.value).toBe(`data: ${index}\n\n`);
      gate.resolve();
    }
    expect((await reader?.read())?.done).toBe(true);
  });

  // B16
  it("makes a failure before the first byte the host's error", async () => {
    const boom = new Error("first pull failed");
    const server = await streaming(() => {
      const body = new ReadableStream({
        pull() {
          throw boom;
        },
      });
      return new Response(body, { headers: { "x-stream": "1" } });
    });
    const answer = await server.fetch("/a");
    expect([answer.status, await answer.text()]).toEqual([500, "host error page"]);
    expect(server.errors).toEqual([boom]);
  });

  it("makes a chunk that is no bytes the host's error", async () => {
    const server = await streaming(() => new Response(ReadableStream.from([42]) as ReadableStream));
    expect((await server.fetch("/a")).status).toBe(500);
    expect(server.errors).toMatchObject([{ code: "STARBRIDGE_UNSUPPORTED_CHUNK" }]);
  });

  // D-44 B15
  it.each(["chunked", "with a length"])(
    "breaks the connection when a stream fails midway, %s",
    async (framing) => {
      const server = await streaming(() => {
        const body = new ReadableStream({
          async start(controller) {
            controller.enqueue(bytes("good"));
            await turns(5);
            controller.error(new Error("midway secret"));
          },
        });
        return new Response(
          body,
          framing === "chunked" ? {} : { headers: { "content-length": "100" } },
        );
      });
      const answer = await server.fetch("/a");
      expect(answer.status).toBe(200);
      let seen = "";
      const reading = async (): Promise<void> => {
        for await (const chunk of answer.body ?? []) seen += Buffer.from(chunk).toString();
      };
      await expect(reading()).rejects.toThrow();
      expect(seen).toBe("good");
      expect(server.errors).toEqual([]);
      // Fastify notes an answer that breaks off as a warning.
      const noted = server.logs.filter(({ level }) => level === "warn" || level === "error");
      expect(noted).toHaveLength(1);
      expect((await server.fetch("/b")).status).toBe(200);
    },
  );

  // B3 B33
  it("sends a stream that was converted from a node stream and compressed", async () => {
    const server = await streaming(() => {
      const source = Readable.toWeb(Readable.from([Buffer.from("packed")])) as ReadableStream;
      const body = source.pipeThrough(new CompressionStream("gzip"));
      return new Response(body, { headers: { "content-encoding": "gzip" } });
    });
    const answer = await server.fetch("/a");
    const text = host === "http2" ? unpack(answer) : answer.text();
    expect(await text).toBe("packed");
  });

  it("passes a fetch() answer on, whose encoding fetch has already undone", async () => {
    const upstream = createServer((_req, res) => {
      res.setHeader("content-encoding", "gzip");
      res.end(gzipSync("from upstream"));
    }).listen(0, "127.0.0.1");
    await once(upstream, "listening");
    const { port } = upstream.address() as { port: number };
    const server = await start(host, {
      options: { routes: { "a.ts": { GET: () => fetch(`http://127.0.0.1:${port}/`) } } },
    });
    const answer = await server.fetch("/a");
    expect(answer.headers.get("content-encoding")).toBeNull();
    expect(await answer.text()).toBe("from upstream");
    upstream.closeAllConnections();
    upstream.close();
  });

  describe("HEAD (D-42, B14)", () => {
    const kinds = ["endless and sync", "endless and idle"];

    it.each(kinds)("answers for an %s stream at once and cancels it once", async (kind) => {
      let cancelled = 0;
      const server = await streaming(() => {
        const body = new ReadableStream({
          pull: (controller) => (kind === kinds[0] ? controller.enqueue(bytes("x")) : undefined),
          cancel() {
            cancelled += 1;
          },
        });
        return new Response(body, { headers: { "content-type": "text/event-stream" } });
      });
      const answer = await within(5000, "HEAD", server.fetch("/a", { method: "HEAD" }));
      expect(answer.headers.get("content-type")).toBe("text/event-stream");
      expect(await answer.text()).toBe("");
      await expect.poll(() => cancelled).toBe(1);
      expect((await server.fetch("/b")).status).toBe(200);
      expect(cancelled).toBe(1);
    });

    it.each(["bytes", "text", "form", "blob"])(
      "has the headers of GET for a body of %s",
      async (kind) => {
        const server = await streaming(() => {
          const form = new FormData();
          form.set("a", "1");
          const bodies = {
            bytes: new Uint8Array(1_048_576),
            text: "text",
            form,
            blob: new Blob(["b"]),
          };
          return new Response(bodies[kind as keyof typeof bodies]);
        });
        const got = await server.fetch("/a");
        const head = await server.fetch("/a", { method: "HEAD" });
        await got.arrayBuffer();
        expect(head.headers.get("content-length")).toBe(got.headers.get("content-length"));
        expect(head.headers.has("content-type")).toBe(got.headers.has("content-type"));
      },
    );
  });

  // D-41 B11
  it.each(["each turn", "microtasks", "sync"])(
    "holds back a stream nobody reads, produced by %s",
    async (pace) => {
      let produced = 0;
      let cancelled = 0;
      const server = await streaming(() => {
        const chunk = new Uint8Array(65_536);
        const body = new ReadableStream({
          async pull(controller) {
            if (pace === "each turn") await turn();
            produced += chunk.length;
            controller.enqueue(chunk);
          },
          cancel() {
            cancelled += 1;
          },
        });
        return new Response(body);
      });
      const gone = new AbortController();
      const answer = await server.fetch("/a", { signal: gone.signal });
      expect(answer.status).toBe(200);
      // Settled when two looks, some answers of the same server apart, find the same count.
      let before = -1;
      for (let looks = 0; looks < 200 && before !== produced; looks += 1) {
        before = produced;
        for (let index = 0; index < 10; index += 1) {
          expect(await (await within(5000, "b", server.fetch("/b"))).text()).toBe("b");
        }
      }
      expect(produced).toBe(before);
      expect(produced).toBeLessThan(8 * 1024 * 1024);
      gone.abort();
      await expect.poll(() => cancelled, { timeout: 5000 }).toBe(1);
    },
  );

  if (!http1) return;

  // D-44
  it("ends a broken chunked answer without the last chunk", async () => {
    const server = await streaming(() => {
      const body = new ReadableStream({
        async start(controller) {
          controller.enqueue(bytes("good"));
          await turns(5);
          controller.error(new Error("midway secret"));
        },
      });
      return new Response(body);
    });
    const connection = await server.open();
    connection.send("GET /a HTTP/1.1");
    const answer = await connection.answer();
    expect([answer.body, answer.complete]).toEqual(["good", false]);
    await connection.untilClosed();
  });
}

async function unpack(answer: Response): Promise<string> {
  const stream = answer.body as ReadableStream<Uint8Array<ArrayBuffer>>;
  return await new Response(stream.pipeThrough(new DecompressionStream("gzip"))).text();
}
