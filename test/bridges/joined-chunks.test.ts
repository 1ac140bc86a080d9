// A streamed answer of many tiny chunks, on every host: whole, soon, and no faster than its client takes it.
import { createHash } from "node:crypto";
import { PassThrough, Readable } from "node:stream";
import compression from "compression";
import express from "express";
import fastify from "fastify";
import type { FastifyInstance } from "fastify";
import type { APIContext, BridgeOptions } from "starbridge";
import { starbridge as expressBridge } from "starbridge/express";
import starbridge from "starbridge/fastify";
import { afterEach, describe, expect, it } from "vitest";
import type { HostName } from "../_hosts.ts";
import { start, traitsOf } from "../_hosts.ts";
import { openRaw } from "../_raw.ts";
import { listener } from "./_listen.ts";
import type { Deferred } from "./_quiet.ts";
import { deferred, staysQuiet, within } from "./_quiet.ts";

const hosts: HostName[] = [
  "express 4",
  "express 5",
  "fastify",
  "fastify + middie",
  "connect",
  "node:http",
  "http2",
];
const encoder = new TextEncoder();
const line = (at: number) => encoder.encode(`data: ${at}\n\n`);
const lines = (count: number) =>
  Array.from({ length: count }, (_, at) => `data: ${at}\n\n`).join("");
const sum = (text: string) => createHash("sha256").update(text).digest("hex");
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const head = { headers: { "content-type": "text/event-stream" } };

/** Lines in groups: all of a group at once, with turns of the event loop between groups. */
function grouped(count: number, group: number): ReadableStream {
  let made = 0;
  return new ReadableStream({
    async pull(controller) {
      await turn();
      await turn();
      for (let at = 0; at < group && made < count; at++) controller.enqueue(line(made++));
      if (made === count) controller.close();
    },
  });
}

/** Lines without end, each by itself. */
function endless() {
  const counts = { made: 0, cancelled: 0 };
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(line(counts.made++)),
    cancel() {
      counts.cancelled++;
    },
  });
  return { body, counts };
}

/** Pairs of lines, each pair when its gate opens. */
function gated(gates: Deferred[]): ReadableStream {
  let pair = 0;
  return new ReadableStream({
    async pull(controller) {
      const gate = gates[pair];
      if (gate === undefined) return controller.close();
      await gate.promise;
      await turn();
      controller.enqueue(line(2 * pair));
      controller.enqueue(line(2 * pair + 1));
      pair++;
    },
  });
}

/** Reads until a text is there; what comes after it has to wait for its gate. */
async function expectPairs(answer: Response, gates: Deferred[]): Promise<void> {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let received = "";
  for (const [pair, gate] of gates.entries()) {
    gate.resolve();
    const wanted = lines(2 * pair + 2);
    while (received.length < wanted.length) {
      const next = await within(5000, `pair ${pair}`, reader?.read() ?? Promise.reject());
      if (next.done) break;
      received += next.value;
    }
    expect(received).toBe(wanted);
  }
  expect((await within(5000, "the end", reader?.read() ?? Promise.reject())).done).toBe(true);
}

describe.each(hosts)("tiny chunks on %s", (host) => {
  staysQuiet();
  const streaming = (GET: (context: APIContext) => Response) =>
    start(host, {
      options: { routes: { "a.ts": { GET }, "b.ts": { GET: () => new Response("b") } } },
    });

  it.each([
    [5000, 5000],
    [3000, 100],
    [300, 1],
  ])("arrive whole and in order: %i in groups of %i", async (count, group) => {
    const server = await streaming(() => new Response(grouped(count, group), head));
    const text = await within(10_000, "the text", (await server.fetch("/a")).text());
    expect([text.length, sum(text)]).toEqual([lines(count).length, sum(lines(count))]);
  });

  it("arrive when they were made, and not when the next ones are", async () => {
    const gates = Array.from({ length: 5 }, () => deferred());
    const server = await streaming(() => new Response(gated(gates), head));
    await expectPairs(await server.fetch("/a"), gates);
  });

  it("are made no further than the client takes them, and no more of them when it has left", async () => {
    const { body, counts } = endless();
    const server = await streaming(() => new Response(body));
    const gone = new AbortController();
    const answer = await server.fetch("/a", { signal: gone.signal });
    expect(answer.status).toBe(200);
    // Settled when two looks, some answers of the same server apart, find the same count.
    let before = -1;
    for (let looks = 0; looks < 200 && before !== counts.made; looks++) {
      before = counts.made;
      for (let at = 0; at < 10; at++) {
        expect(await (await within(5000, "b", server.fetch("/b"))).text()).toBe("b");
      }
    }
    expect(counts.made).toBe(before);
    expect(lines(counts.made).length).toBeLessThan(8 * 1024 * 1024);
    gone.abort();
    await expect.poll(() => counts.cancelled, { timeout: 5000 }).toBe(1);
  });

  if (!traitsOf(host).http1) return;

  it("leave together: far fewer pieces on the wire than there were chunks", async () => {
    const server = await streaming(() => new Response(grouped(5000, 500), head));
    const connection = await server.open();
    connection.send("GET /a HTTP/1.1");
    const received = await within(
      10_000,
      "the end",
      connection.until((text) => text.endsWith("\r\n0\r\n\r\n")),
    );
    const pieces = received.match(/(?:^|\r\n)[0-9a-f]+\r\n(?=data:)/g) ?? [];
    expect(pieces.length).toBeGreaterThan(5);
    expect(pieces.length).toBeLessThan(200);
    connection.destroy();
  });
});

describe("tiny chunks where somebody stands between the page and the socket", () => {
  staysQuiet();
  const listen = listener();
  const apps: FastifyInstance[] = [];
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });

  /** A Fastify whose hook puts a stream of its own around ours. */
  async function wrapping(GET: () => Response, wrap: (payload: Readable) => unknown) {
    const app = fastify({ forceCloseConnections: true });
    apps.push(app);
    app.addHook("onSend", async (_request, _reply, payload) =>
      payload instanceof Readable ? wrap(payload) : payload,
    );
    const routes: BridgeOptions["routes"] = { "a.ts": { GET } };
    await app.register(starbridge, { routes });
    return app.listen({ port: 0, host: "127.0.0.1" });
  }

  const wraps: Record<string, (payload: Readable) => unknown> = {
    "pipes it": (payload) => payload.pipe(new PassThrough()),
    "listens to it": (payload) => {
      const out = new PassThrough();
      payload.on("data", (chunk) => void out.write(chunk));
      payload.on("end", () => void out.end());
      return out;
    },
    "makes it a web stream": (payload) => Readable.toWeb(payload),
  };

  it.each(Object.keys(wraps))("arrive whole and soon on Fastify: a hook that %s", async (name) => {
    const wrap = wraps[name] as (payload: Readable) => unknown;
    const whole = await wrapping(() => new Response(grouped(3000, 100), head), wrap);
    const text = await within(10_000, "the text", (await fetch(`${whole}/a`)).text());
    expect([text.length, sum(text)]).toEqual([lines(3000).length, sum(lines(3000))]);
    const gates = Array.from({ length: 3 }, () => deferred());
    const soon = await wrapping(() => new Response(gated(gates), head), wrap);
    gates[0]?.resolve();
    await expectPairs(await fetch(`${soon}/a`), gates);
  });

  it("are not kept back by compression on Express", async () => {
    const gates = Array.from({ length: 4 }, () => deferred());
    const GET = () => new Response(gated(gates), head);
    const app = express()
      .use(compression({ threshold: 0 }))
      .use(expressBridge({ routes: { "a.ts": { GET } } }));
    const { get } = await listen(app);
    const asked = get("/a");
    gates[0]?.resolve();
    const answer = await within(5000, "the head", asked);
    expect(answer.headers.get("content-encoding")).toMatch(/^(?:br|gzip)$/);
    await expectPairs(answer, gates);
  });

  it("come with the answers before and behind them on one pipelined connection", async () => {
    const app = express().use(
      expressBridge({
        routes: {
          "a.ts": { GET: () => new Response(grouped(1000, 50), head) },
          "b.ts": { GET: () => new Response("b") },
        },
      }),
    );
    const { port } = await listen(app);
    const connection = await openRaw(port);
    for (const path of ["/b", "/a", "/a", "/b"]) connection.send(`GET ${path} HTTP/1.1`);
    const bodies: string[] = [];
    for (let at = 0; at < 4; at++) {
      const { body, complete } = await within(10_000, "an answer", connection.answer());
      bodies.push(`${complete} ${sum(body)}`);
    }
    const [short, long] = [`true ${sum("b")}`, `true ${sum(lines(1000))}`];
    expect(bodies).toEqual([short, long, long, short]);
    connection.destroy();
  });
});
