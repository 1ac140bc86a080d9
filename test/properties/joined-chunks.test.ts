// Small chunks of a stream go out together: any split of any bytes arrives whole and in order, and what is there is not
// held back for what is not.
import compress from "@fastify/compress";
import fc from "fast-check";
import fastify from "fastify";
import type { FastifyInstance } from "fastify";
import { PassThrough, Readable } from "node:stream";
import bridge from "starbridge/fastify";
import { afterEach, describe, expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";
import { openRaw } from "../_raw.ts";
import { staysQuiet } from "../bridges/_quiet.ts";
import { holds, TIME } from "./_property.ts";

const hosts: HostName[] = ["express 4", "express 5", "connect", "fastify + middie", "fastify"];

/** Chunks that are there together, one array for each time that something is. */
interface Split {
  bursts: number[][];
  /** How the stream gets them. */
  kind: "pull" | "start" | "generator";
  asText: boolean;
}

const size = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 2, arbitrary: fc.constantFrom(0, 1, 1000, 4095, 4096, 4097) },
  { weight: 1, arbitrary: fc.constantFrom(8192, 16_383, 16_384, 16_385, 40_000) },
);
const split: fc.Arbitrary<Split> = fc.record({
  bursts: fc.array(fc.array(size, { minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 6 }),
  kind: fc.constantFrom("pull", "start", "generator"),
  asText: fc.boolean(),
});

const sum = (sizes: number[]): number => sizes.reduce((total, one) => total + one, 0);

// A text that tells at each place which place it is: nothing can change places unseen.
const RULER = Array.from({ length: 120_000 }, (_, at) => at.toString(36)).join(",");
const BYTES = Buffer.from(RULER);

/** Streams a split; each burst waits until the one before it has arrived. */
class Source {
  readonly whole: string;
  readonly #split: Split;
  readonly #arrived: (end: number) => Promise<unknown>;

  /** @param arrived Settles when the client has so many bytes. */
  constructor(given: Split, arrived: (end: number) => Promise<unknown>) {
    this.#split = given;
    this.whole = RULER.slice(0, sum(given.bursts.flat()));
    this.#arrived = arrived;
  }

  stream(): ReadableStream<unknown> {
    const bursts = this.#bursts();
    const { kind } = this.#split;
    if (kind === "generator") {
      return ReadableStream.from(
        (async function* () {
          for await (const burst of bursts) yield* burst;
        })(),
      );
    }
    const next = async (controller: ReadableStreamDefaultController): Promise<boolean> => {
      const { value, done } = await bursts.next();
      if (done) controller.close();
      else for (const chunk of value) controller.enqueue(chunk);
      return done !== true;
    };
    if (kind === "pull") {
      return new ReadableStream({ pull: async (controller) => void (await next(controller)) });
    }
    return new ReadableStream({
      start(controller) {
        const run = async (): Promise<void> => {
          while (await next(controller));
        };
        run().catch((error) => controller.error(error));
      },
    });
  }

  async *#bursts(): AsyncGenerator<unknown[], undefined> {
    let at = 0;
    for (const burst of this.#split.bursts) {
      await this.#arrived(at);
      const chunks: unknown[] = [];
      for (const length of burst) {
        const isText = this.#split.asText;
        chunks.push(isText ? RULER.slice(at, at + length) : BYTES.subarray(at, at + length));
        at += length;
      }
      yield chunks;
    }
    return undefined;
  }
}

/** The chunks of an answer so far. */
function framesOf(received: string): string[] {
  const frames: string[] = [];
  let at = received.indexOf("\r\n\r\n") + 4;
  while (at > 3) {
    const end = received.indexOf("\r\n", at);
    const length = end === -1 ? 0 : Number.parseInt(received.slice(at, end), 16);
    if (length === 0) break;
    frames.push(received.slice(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
  return frames;
}

/** Asks for a stream, and lets it go on as fast as it arrives. */
async function play(port: number, given: Split, set: (source: Source) => void): Promise<void> {
  const connection = await openRaw(port);
  try {
    const source = new Source(given, (end) =>
      connection.until(
        (text) => end === 0 || framesOf(text).join("").length >= end,
        `${end} bytes`,
      ),
    );
    set(source);
    connection.send("GET /a HTTP/1.1");
    await connection.until((text) => /\r\n\r\n/.test(text));
    const isChunked = /\r\ntransfer-encoding: chunked\r\n/i.test(connection.received);
    if (isChunked) await connection.until((text) => text.endsWith("\r\n0\r\n\r\n"));
    const frames = isChunked ? framesOf(connection.received) : [];
    const { status, complete, body } = await connection.answer();
    expect([status, complete, body.length]).toEqual([200, true, source.whole.length]);
    expect(body === source.whole).toBe(true);
    // Together, and never taken apart.
    expect(frames.length).toBeLessThanOrEqual(given.bursts.flat().length);
  } finally {
    connection.destroy();
  }
}

describe.each(hosts)("the small chunks of a stream through %s", (host) => {
  staysQuiet();

  it(
    "arrive whole and in order, each burst before the next is made",
    async () => {
      let source: Source | undefined;
      const GET = (): Response => new Response(source?.stream() as ReadableStream<Uint8Array>);
      const server = await start(host, { options: { routes: { "a.ts": { GET } } } });
      await holds(40, split, (given) =>
        play(server.port, given, (one) => {
          source = one;
        }),
      );
      expect(server.errors).toEqual([]);
    },
    TIME,
  );
});

/** What plugins do to a payload on its way. */
const ways: Record<string, (app: FastifyInstance) => Promise<void>> = {
  "an onSend hook that pipes it": async (app) => {
    app.addHook("onSend", async (_request, _reply, payload) =>
      payload instanceof Readable ? payload.pipe(new PassThrough()) : payload,
    );
  },
  "an onSend hook that reads it": async (app) => {
    app.addHook("onSend", async (_request, reply, payload) => {
      if (!(payload instanceof Readable)) return payload;
      const chunks: Buffer[] = [];
      for await (const chunk of payload) chunks.push(Buffer.from(chunk as Uint8Array));
      reply.removeHeader("content-length");
      return Buffer.concat(chunks);
    });
  },
  "@fastify/compress": async (app) => {
    await app.register(compress, { threshold: 0, customTypes: /./ });
  },
};

describe.each(Object.keys(ways))(
  "the small chunks of a stream through Fastify's reply and %s",
  (way) => {
    staysQuiet();
    let app: FastifyInstance | undefined;
    afterEach(() => app?.close());

    it(
      "arrive whole and in order",
      async () => {
        let source: Source | undefined;
        const headers = { "content-type": "text/plain" };
        const GET = (): Response =>
          new Response(source?.stream() as ReadableStream<Uint8Array>, { headers });
        app = fastify({ forceCloseConnections: true });
        await ways[way]?.(app);
        await app.register(bridge, { dev: false, routes: { "a.ts": { GET } } });
        const origin = await app.listen({ port: 0, host: "127.0.0.1" });
        await holds(25, split, async (given) => {
          // Who reads all of it, or packs it, does not send a burst at a time.
          source = new Source(given, () => new Promise((resolve) => setImmediate(resolve)));
          const response = await fetch(`${origin}/a`);
          const text = await response.text();
          expect([response.status, text.length]).toEqual([200, source.whole.length]);
          expect(text === source.whole).toBe(true);
        });
      },
      TIME,
    );
  },
);
