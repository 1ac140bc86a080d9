// A response stream of any pieces at any pace: the client gets exactly its bytes, up to a failure exactly those
// before it; and a client that leaves cancels it once.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";
import { deferred, staysQuiet, within } from "../bridges/_quiet.ts";
import { holds, TIME } from "./_property.ts";

const hosts: HostName[] = ["express 5", "fastify", "node:http"];

/** What a stream does, step by step. */
interface Piece {
  size: number;
  /** Turns of the event loop before it. */
  wait: number;
  /** As text, which streams of others give. */
  asText: boolean;
}

interface Script {
  pieces: Piece[];
  kind: "pull" | "start" | "bytes" | "iterable";
  declared: boolean;
}

const piece = (sizes: fc.Arbitrary<number>): fc.Arbitrary<Piece> =>
  fc.record({
    size: sizes,
    wait: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(3) }),
    asText: fc.oneof(
      { weight: 4, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
  });
const small = fc.oneof(fc.nat(3), fc.nat(3000), fc.constantFrom(0, 16_383, 16_384, 65_536));
const script: fc.Arbitrary<Script> = fc.record({
  pieces: fc.array(piece(small), { maxLength: 24 }),
  kind: fc.constantFrom("pull", "start", "bytes", "iterable"),
  declared: fc.boolean(),
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The text of a piece; all of it is one byte per character. */
const textOf = ({ size }: Piece, index: number): string =>
  String.fromCharCode(97 + (index % 26)).repeat(size);

const whole = (pieces: Piece[]): string => pieces.map(textOf).join("");

/** Plays a script; `failAt` is the piece in whose place it fails. */
class Player {
  cancelled = 0;
  ended = 0;
  /** Settles when the stream was cancelled, or came to its end. */
  readonly over = deferred();
  readonly error = new Error("the stream has failed");
  readonly #script: Script;
  readonly #failAt: number | undefined;

  constructor(given: Script, failAt?: number) {
    this.#script = given;
    this.#failAt = failAt;
  }

  response(): Response {
    const { pieces, declared } = this.#script;
    const length = String(whole(pieces).length);
    const init = declared ? { headers: { "content-length": length } } : {};
    return new Response(this.#body(), init);
  }

  #body(): ReadableStream<Uint8Array> {
    const steps = this.#steps();
    const cancel = () => {
      this.cancelled += 1;
      this.over.resolve();
    };
    const { kind } = this.#script;
    if (kind === "iterable") {
      const self = this;
      async function* iterate(): AsyncGenerator<unknown> {
        let done = false;
        try {
          for await (const chunk of self.#steps()) yield chunk;
          done = true;
          self.#end();
        } finally {
          // What was left before its end, and had not failed, was cancelled.
          if (!done && self.#failAt === undefined) cancel();
        }
      }
      return ReadableStream.from(iterate()) as ReadableStream<Uint8Array>;
    }
    const next = async (controller: ReadableStreamDefaultController): Promise<boolean> => {
      const { value, done } = await steps.next();
      if (this.cancelled > 0) return false;
      if (done) {
        controller.close();
        this.#end();
        return false;
      }
      controller.enqueue(value);
      return true;
    };
    if (kind === "start") {
      return new ReadableStream({
        start: (controller) => {
          const run = async (): Promise<void> => {
            while (await next(controller));
          };
          run().catch((error) => controller.error(error));
        },
        cancel,
      });
    }
    if (kind === "pull") {
      const pull = async (controller: ReadableStreamDefaultController) =>
        void (await next(controller));
      return new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
    }
    return new ReadableStream({
      type: "bytes",
      pull: async (controller) => {
        const { value, done } = await steps.next();
        if (this.cancelled > 0) return;
        if (done) {
          controller.close();
          controller.byobRequest?.respond(0);
          this.#end();
        } else controller.enqueue(value as Uint8Array);
      },
      cancel,
    });
  }

  #end(): void {
    this.ended += 1;
    this.over.resolve();
  }

  async *#steps(): AsyncGenerator<unknown, undefined> {
    const { pieces, kind } = this.#script;
    for (const [index, step] of pieces.entries()) {
      for (let turns = 0; turns < step.wait; turns += 1) await turn();
      if (index === this.#failAt) throw this.error;
      // A stream of bytes takes no empty chunks, and no text.
      if (kind === "bytes" && step.size === 0) continue;
      const text = textOf(step, index);
      yield step.asText && kind !== "bytes" ? text : new Uint8Array(Buffer.from(text));
    }
    if (this.#failAt === pieces.length) throw this.error;
    return undefined;
  }
}

describe.each(hosts)("a response stream through %s", (host) => {
  staysQuiet();

  const playing = async () => {
    const state: { player: Player | undefined } = { player: undefined };
    const GET = (): Response => state.player?.response() ?? new Response("no player");
    const server = await start(host, {
      options: { routes: { "a.ts": { GET }, "b.ts": { GET: () => new Response("alive") } } },
    });
    return { state, server };
  };

  it(
    "arrives byte for byte, in any pieces and at any pace",
    async () => {
      const { state, server } = await playing();
      await holds(60, script, async (given) => {
        state.player = new Player(given);
        const { status, body, headers, complete } = await server.raw("GET /a HTTP/1.1");
        const expected = whole(given.pieces);
        expect([status, complete, body.length]).toEqual([200, true, expected.length]);
        expect(body === expected).toBe(true);
        await within(5000, "the end of the stream", state.player.over.promise);
        // A client that has all the bytes of a declared length may leave before the stream says that it ends.
        if (!given.declared) expect([state.player.cancelled, state.player.ended]).toEqual([0, 1]);
        else expect(state.player.cancelled + state.player.ended).toBe(1);
        // Never both: a length, or chunks.
        expect([headers["content-length"], headers["transfer-encoding"]]).toContain(undefined);
      });
    },
    TIME,
  );

  it(
    "that fails is the host's error while nothing was sent, and else ends right there",
    async () => {
      const { state, server } = await playing();
      let seen = 0;
      await holds(50, fc.tuple(script, fc.nat()), async ([given, place]) => {
        const failAt = place % (given.pieces.length + 1);
        const player = new Player(given, failAt);
        state.player = player;
        const { status, body, complete } = await server.raw("GET /a HTTP/1.1");
        const good = whole(given.pieces.slice(0, failAt));
        if (status === 500) {
          expect(body).toBe("host error page");
          expect(server.errors.at(-1)).toBe(player.error);
          seen += 1;
        } else {
          expect(status).toBe(200);
          // What a stream has queued when it fails, the platform throws away. Only "start" queues.
          if (given.kind === "start") expect(good.startsWith(body)).toBe(true);
          else expect([body.length, body === good]).toEqual([good.length, true]);
          // All bytes of a declared length make a whole answer; chunks without the last one never do.
          expect(complete).toBe(given.declared && body.length === whole(given.pieces).length);
        }
        expect(player.cancelled).toBe(0);
        expect(server.errors).toHaveLength(seen);
      });
      expect(await (await server.fetch("/b")).text()).toBe("alive");
    },
    TIME,
  );

  it(
    "that the client leaves at any byte is cancelled once, or had ended",
    async () => {
      const { state, server } = await playing();
      const large = fc.record({
        pieces: fc.array(piece(fc.constantFrom(1, 700, 16_384, 131_072, 300_000)), {
          minLength: 1,
          maxLength: 24,
        }),
        kind: fc.constantFrom<Script["kind"]>("pull", "start", "bytes", "iterable"),
        declared: fc.boolean(),
      });
      await holds(30, fc.tuple(large, fc.nat(), fc.boolean()), async ([given, place, reset]) => {
        const player = new Player(given);
        state.player = player;
        const expected = whole(given.pieces);
        const leaveAt = place % (expected.length + 1);
        const connection = await server.open();
        connection.send("GET /a HTTP/1.1");
        // The framing counts too: what matters is that it is anywhere.
        await connection.until((received) => received.length >= leaveAt);
        if (reset) connection.reset();
        else connection.destroy();
        await within(5000, "the end of the stream", player.over.promise);
        for (let turns = 0; turns < 3; turns += 1) await turn();
        // A stream that has queued its last chunk, and said so, may still be cancelled before that one is read.
        if (given.kind === "start") expect(player.cancelled).toBeLessThanOrEqual(1);
        else expect([player.cancelled, player.ended].sort()).toEqual([0, 1]);
        const answer = connection.received.includes("\r\n\r\n")
          ? await connection.answer()
          : undefined;
        expect(expected.startsWith(answer?.body ?? "")).toBe(true);
      });
      expect(server.errors).toEqual([]);
      expect(await (await server.fetch("/b")).text()).toBe("alive");
    },
    TIME,
  );
});
