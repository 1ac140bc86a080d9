import { AsyncLocalStorage } from "node:async_hooks";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import compression from "compression";
import express from "express";
import { describe, expect, it } from "vitest";
import { send, sendResponse } from "../../../lib/node/send.ts";
import { endless } from "./_answers.ts";
import { deferred, eventually, recorder, servers, turn, within } from "./_servers.ts";

const start = servers();

describe("a stream and its client", () => {
  it.each(["immediate", "microtask", "sync"] as const)(
    "produces no more than a client takes that reads nothing (%s)",
    async (pace) => {
      const { body, counts } = endless(pace);
      const settled = deferred();
      const { open, get } = await start.http(async (req, res) => {
        if (req.url === "/other") return res.end("other");
        await sendResponse(res, new Response(body));
        settled.resolve();
      });
      const connection = await open();
      connection.pause();
      connection.send("GET / HTTP/1.1");
      await eventually(() => counts.produced > 0);
      let before = -1;
      while (counts.produced !== before) {
        before = counts.produced;
        expect(await (await within(2000, get("/other"))).text()).toBe("other");
      }
      expect(counts.produced).toBeLessThan(8 * 1024 * 1024);
      connection.destroy();
      await within(2000, settled.promise);
      expect(counts.cancelled).toBe(1);
    },
  );

  it.each(["immediate", "microtask", "sync"] as const)(
    "lets others have their turn while a fast client takes all it is given (%s)",
    async (pace) => {
      const { body, counts } = endless(pace);
      const settled = deferred();
      const { open, get } = await start.http(async (req, res) => {
        if (req.url === "/other") return res.end("other");
        await sendResponse(res, new Response(body));
        settled.resolve();
      });
      const connection = await open();
      connection.socket.removeAllListeners("data").resume();
      connection.send("GET / HTTP/1.1");
      await eventually(() => counts.produced > 1_000_000);
      for (let round = 0; round < 5; round++) {
        expect(await (await within(2000, get("/other"))).text()).toBe("other");
      }
      connection.destroy();
      await within(2000, settled.promise);
      expect(counts.cancelled).toBe(1);
    },
  );

  it("shows its head although it stays silent", async () => {
    const { open } = await start.http((_req, res) =>
      sendResponse(res, new Response(new ReadableStream(), { headers: { "x-a": "b" } })),
    );
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    await within(
      1000,
      connection.until((text) => text.includes("\r\n\r\n")),
    );
    expect(connection.received).toContain("x-a: b");
  });

  it("answers HEAD at once and cancels, however long the body would be", async () => {
    const reasons: unknown[] = [];
    const cancel = (reason: unknown) => void reasons.push(reason);
    const bodies = [
      () => new ReadableStream({ cancel }),
      () => new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(1000)), cancel }),
      () => new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(10)), cancel }),
    ];
    const { open } = await start.http((req, res) =>
      sendResponse(res, new Response(bodies[Number(req.url?.slice(1))]?.())),
    );
    const connection = await open();
    for (const number of bodies.keys()) {
      connection.send(`HEAD /${number} HTTP/1.1`);
      expect((await within(1000, connection.answer(true))).status).toBe(200);
      expect(reasons).toHaveLength(number + 1);
    }
  });

  it("is cancelled once, with a reason, when its client leaves", async () => {
    const reasons: unknown[] = [];
    const settled = deferred();
    const { open } = await start.http(async (_req, res) => {
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(Buffer.from("first")),
        cancel: (reason) => void reasons.push(reason),
      });
      await sendResponse(res, new Response(body));
      settled.resolve();
    });
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    await connection.until((text) => text.includes("first"));
    connection.destroy();
    await within(2000, settled.promise);
    await turn();
    expect(reasons).toEqual([expect.objectContaining({ name: "AbortError" })]);
  });

  it("says nothing when a hundred clients leave, whatever the body is made of", async () => {
    const { errors, logger } = recorder();
    let open = 0;
    const server = await start.http(async (req, res) => {
      open++;
      const node = Readable.from(
        (async function* () {
          for (;;) {
            await turn();
            yield Buffer.alloc(10_000);
          }
        })(),
      );
      const stream = Readable.toWeb(node) as ReadableStream;
      const body =
        req.url === "/gzip"
          ? stream.pipeThrough(new CompressionStream("gzip") as never)
          : req.url === "/rejects"
            ? new ReadableStream({ cancel: () => Promise.reject(new Error("no")) })
            : stream;
      await send(res, new Response(body), { logger });
      open--;
    });
    for (let round = 0; round < 100; round++) {
      const connection = await server.open();
      connection.send(`GET ${["/", "/gzip", "/rejects"][round % 3]} HTTP/1.1`);
      await connection.until((text) => text.includes("\r\n\r\n"));
      if (round % 2) connection.reset();
      else connection.destroy();
    }
    await eventually(() => open === 0);
    expect(errors).toEqual([]);
  });

  it("arrives unchanged, however it is cut into chunks", async () => {
    const size = 300_000;
    const source = Buffer.from(Array.from({ length: size }, (_, at) => (at * 7919) % 251));
    const digest = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");
    let seed = 1;
    const random = () => {
      seed = (seed * 48_271) % 0x7fffffff;
      return seed / 0x7fffffff;
    };
    const { get } = await start.http((_req, res) => {
      let at = 0;
      const body = new ReadableStream({
        async pull(controller) {
          if (random() < 0.1) await turn();
          const length = Math.floor(random() ** 4 * 100_000);
          if (at >= size) controller.close();
          else controller.enqueue(source.subarray(at, at + length));
          at += length;
        },
      });
      return sendResponse(res, new Response(body));
    });
    for (let round = 0; round < 50; round++) {
      const answer = await get("/");
      expect(digest(new Uint8Array(await answer.arrayBuffer()))).toBe(digest(source));
    }
  });

  it("shows the host's AsyncLocalStorage to its pulls, also after the client made it wait", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const { open } = await start.http((_req, res) =>
      storage.run("of this request", () => {
        let pulls = 0;
        const body = new ReadableStream({
          pull(controller) {
            seen.push(storage.getStore());
            if (++pulls > 200) controller.close();
            else controller.enqueue(new Uint8Array(65_536));
          },
        });
        return sendResponse(res, new Response(body));
      }),
    );
    const connection = await open();
    connection.pause();
    connection.send("GET / HTTP/1.1");
    await eventually(() => seen.length > 2);
    connection.socket.resume();
    await eventually(() => seen.length > 200);
    expect(new Set(seen)).toEqual(new Set(["of this request"]));
  });

  it("shows the host's AsyncLocalStorage to its cancel", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen = deferred<string | undefined>();
    const { open } = await start.http((_req, res) =>
      storage.run("of this request", () => {
        const cancel = () => seen.resolve(storage.getStore());
        return sendResponse(res, new Response(new ReadableStream({ cancel })));
      }),
    );
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    await connection.until((text) => text.includes("\r\n\r\n"));
    connection.destroy();
    expect(await within(2000, seen.promise)).toBe("of this request");
  });

  it("waits its turn on a pipelined connection, and is cancelled when that ends first", async () => {
    const first = deferred();
    const counts: { produced: number; cancelled: number }[] = [];
    const { open } = await start.http(async (req, res) => {
      if (req.url === "/first") {
        await first.promise;
        return sendResponse(res, new Response("first"));
      }
      const { body, counts: of } = endless("sync");
      counts.push(of);
      return sendResponse(res, new Response(body));
    });
    const patient = await open();
    patient.send("GET /first HTTP/1.1");
    patient.send("GET /second HTTP/1.1");
    const hasty = await open();
    hasty.send("GET /first HTTP/1.1");
    hasty.send("GET /second HTTP/1.1");
    await eventually(() => counts.length === 2 && counts.every((each) => each.produced > 0));
    for (let turns = 0; turns < 20; turns++) await turn();
    expect(Math.max(...counts.map((each) => each.produced))).toBeLessThan(1024 * 1024);
    hasty.destroy();
    await eventually(() => counts.some((each) => each.cancelled === 1));
    first.resolve();
    expect((await patient.answer()).body).toBe("first");
    await patient.until((text) => text.length > 1024 * 1024);
    patient.destroy();
    await eventually(() => counts.every((each) => each.cancelled === 1));
  });

  it("reaches a client behind compression chunk by chunk, with one drain listener", async () => {
    const go = deferred();
    const drains: number[] = [];
    const app = express();
    app.use(compression({ threshold: 0 }));
    app.use((_req, res) => {
      let part = 0;
      const body = new ReadableStream({
        async pull(controller) {
          if (part === 1) await go.promise;
          if (part === 0) await turn();
          drains.push(res.listenerCount("drain"));
          if (part++ < 20) controller.enqueue(Buffer.from(`data: ${part}\n\n`));
          else controller.close();
        },
      });
      const headers = { "content-type": "text/event-stream" };
      void sendResponse(res, new Response(body, { headers }));
    });
    const { get } = await start.http(app);
    const answer = await get("/");
    const reader = answer.body?.getReader();
    const first = await within(2000, reader?.read() ?? Promise.reject());
    expect(Buffer.from(first.value ?? []).toString()).toBe("data: 1\n\n");
    go.resolve();
    while (!(await reader?.read())?.done);
    expect(Math.max(...drains)).toBeLessThanOrEqual(2);
  });
});
