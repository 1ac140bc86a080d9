// Small chunks of one turn go out together: whole, in order, at once, and no faster than the client takes them.
import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { send, sendResponse } from "../../../lib/node/send.ts";
import { deferred, eventually, recorder, servers, turn, within } from "./_servers.ts";

const start = servers();
const encoder = new TextEncoder();
const line = (at: number) => encoder.encode(`line ${at}\n`);
const lines = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => `line ${from + at}\n`).join("");
const sha = (data: string) => createHash("sha256").update(data, "latin1").digest("hex");

/** All of these at once, then the end. */
function of(chunks: Iterable<Uint8Array>): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

/** Sizes of the chunks that a chunked answer had on the wire. */
function framesOf(received: string): number[] {
  const sizes: number[] = [];
  let at = received.indexOf("\r\n\r\n") + 4;
  for (;;) {
    const end = received.indexOf("\r\n", at);
    const size = Number.parseInt(received.slice(at, end), 16);
    if (!(size > 0)) return sizes;
    sizes.push(size);
    at = end + 2 + size + 2;
  }
}

describe("many tiny chunks", () => {
  it("arrive whole and in order, in far fewer pieces", async () => {
    const { open } = await start.http((_req, res) =>
      sendResponse(res, new Response(of(Array.from({ length: 5000 }, (_, at) => line(at))))),
    );
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    const received = await within(
      5000,
      connection.until((text) => text.endsWith("\r\n0\r\n\r\n")),
    );
    expect(framesOf(received).length).toBeLessThan(100);
    const answer = await connection.answer();
    expect([answer.complete, sha(answer.body)]).toEqual([true, sha(lines(5000))]);
  });

  it("are gathered, and not all of them", async () => {
    const chunks = Array.from({ length: 1000 }, (_, at) =>
      new Uint8Array(2000).fill(65 + (at % 26)),
    );
    const { open } = await start.http((_req, res) => sendResponse(res, new Response(of(chunks))));
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    const received = await within(
      5000,
      connection.until((text) => text.endsWith("\r\n0\r\n\r\n")),
    );
    const frames = framesOf(received);
    expect(frames.length).toBeLessThan(500);
    // 16 KiB in each; Node 26 makes fewer and larger ones of them while the client does not keep up.
    expect(frames.length).toBeGreaterThan(2);
    expect((await connection.answer()).body).toHaveLength(2_000_000);
  });

  it("keep their order among larger ones and empty ones", async () => {
    // Around the sizes up to which chunks wait for others, and up to which those are gathered.
    const sizes = [1, 0, 2047, 2048, 2049, 1, 16_384, 3, 0, 2048, 2048, 40_000, 7, 65_536, 1];
    const chunks = Array.from({ length: 40 }, () => sizes)
      .flat()
      .map((size, at) => new Uint8Array(size).fill(65 + (at % 26)));
    const { get } = await start.http((_req, res) => sendResponse(res, new Response(of(chunks))));
    const got = Buffer.from(await (await get("/")).arrayBuffer());
    expect(got.equals(Buffer.concat(chunks))).toBe(true);
  });

  it("fill a declared length, to the byte", async () => {
    const text = lines(2000);
    const { open } = await start.http((_req, res) => {
      const body = of(Array.from({ length: 2000 }, (_, at) => line(at)));
      return sendResponse(
        res,
        new Response(body, { headers: { "content-length": `${text.length}` } }),
      );
    });
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    const answer = await within(5000, connection.answer());
    expect(answer.headers["transfer-encoding"]).toBeUndefined();
    expect([answer.complete, answer.body === text]).toEqual([true, true]);
  });

  it("arrive when they were made, and not when the next ones are", async () => {
    const gates = Array.from({ length: 5 }, () => deferred());
    const { open } = await start.http((_req, res) => {
      let round = 0;
      const body = new ReadableStream({
        async pull(controller) {
          const gate = gates[round];
          if (gate === undefined) return controller.close();
          // Three at a time, more than a turn after the pull.
          await turn();
          for (let at = 0; at < 3; at++) controller.enqueue(line(round * 3 + at));
          round++;
          await gate.promise;
        },
      });
      return sendResponse(res, new Response(body));
    });
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    for (const [round, gate] of gates.entries()) {
      await within(
        5000,
        connection.until((text) => text.includes(`line ${round * 3 + 2}\n`)),
      );
      expect(connection.received).not.toContain(`line ${round * 3 + 3}\n`);
      gate.resolve();
    }
    const answer = await within(5000, connection.answer());
    expect([answer.body, answer.complete]).toEqual([lines(15), true]);
  });

  it("that were good before a failure in the same turn arrive, and the answer is cut off", async () => {
    const { open } = await start.http((_req, res) => {
      const body = new ReadableStream({
        async start(controller) {
          controller.enqueue(line(0));
          for (let turns = 0; turns < 5; turns++) await turn();
          controller.enqueue(line(1));
          controller.enqueue(line(2));
        },
        pull(controller) {
          controller.error(new Error("midway"));
        },
      });
      return send(res, new Response(body), { logger: recorder().logger });
    });
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    const answer = await within(5000, connection.answer());
    expect([answer.body, answer.complete]).toEqual([lines(3), false]);
  });

  it("are given up without a word when the host ends the answer before they went out", async () => {
    const reasons: unknown[] = [];
    const errors: unknown[] = [];
    const settled = deferred();
    const { open } = await start.http(async (_req, res) => {
      res.on("error", (error) => errors.push(error));
      const body = new ReadableStream({
        async start(controller) {
          controller.enqueue(line(0));
          for (let turns = 0; turns < 5; turns++) await turn();
          controller.enqueue(line(1));
          // Behind the read of that chunk, before the end of the turn.
          for (let jobs = 0; jobs < 20; jobs++) await null;
          res.end("from the host");
          controller.enqueue(line(2));
        },
        cancel: (reason) => void reasons.push(reason),
      });
      await sendResponse(res, new Response(body));
      settled.resolve();
    });
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    const answer = await within(5000, connection.answer());
    expect(answer.complete).toBe(true);
    // What was made in the turn that the host ended it in may be in it or not.
    expect(answer.body).toMatch(/^line 0\n(?:line 1\n)?from the host$/);
    await within(5000, settled.promise);
    expect([errors, reasons.length]).toEqual([[], 1]);
  });
});

describe("tiny chunks that come faster than they are taken", () => {
  /** Lines without end, each by itself. */
  function endless() {
    const counts = { lines: 0, cancelled: 0 };
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(line(counts.lines++)),
      cancel() {
        counts.cancelled++;
      },
    });
    return { body, counts };
  }

  it("are made no further than the client takes them, and all arrive when it goes on", async () => {
    const { body, counts } = endless();
    const responses: ServerResponse[] = [];
    const { open, get } = await start.http((req, res) => {
      if (req.url === "/other") return res.end("other");
      responses.push(res);
      return sendResponse(res, new Response(body));
    });
    const connection = await open();
    connection.pause();
    connection.send("GET / HTTP/1.1");
    await eventually(() => counts.lines > 1000);
    let before = -1;
    while (counts.lines !== before) {
      before = counts.lines;
      for (let round = 0; round < 10; round++) {
        expect(await (await within(2000, get("/other"))).text()).toBe("other");
      }
    }
    const made = lines(before).length;
    expect(made).toBeLessThan(8 * 1024 * 1024);
    // What waits in Node, beyond what the system has taken.
    expect(responses[0]?.writableLength).toBeLessThan(512 * 1024);
    connection.socket.resume();
    await eventually(() => counts.lines > before + 20_000, 10_000);
    connection.destroy();
    await eventually(() => counts.cancelled === 1);
    const got = connection.received.slice(connection.received.indexOf("\r\n\r\n") + 4);
    const text = got.replace(/(?:^|\r\n)[0-9a-f]+\r\n/g, "").replace(/\r\n?$/, "");
    expect(text.length).toBeGreaterThan(made / 2);
    expect(lines(counts.lines).startsWith(text.slice(0, text.lastIndexOf("\n")))).toBe(true);
  });
});

describe("who has wrapped the response", () => {
  it("sees every chunk by itself, and is told to let go of each", async () => {
    const seen: string[] = [];
    const { get } = await start.http(async (_req, res) => {
      const write = res.write.bind(res);
      const wrapped = {
        write(chunk: Uint8Array, ...rest: never[]) {
          seen.push(Buffer.from(chunk).toString());
          return write(chunk, ...rest);
        },
        // That of compression.
        flush: () => void seen.push("flush"),
      };
      Object.assign(res, wrapped);
      const first = Array.from({ length: 20 }, (_, at) => line(at));
      await sendResponse(res, new Response(of(first)));
    });
    expect(await (await get("/")).text()).toBe(lines(20));
    expect(seen).toEqual(Array.from({ length: 20 }, (_, at) => [`line ${at}\n`, "flush"]).flat());
  });

  it("is told after each piece where only flush() is his", async () => {
    const seen: string[] = [];
    const gate = deferred();
    const { open } = await start.http((_req, res) => {
      Object.assign(res, { flush: () => void seen.push("flush") });
      const body = new ReadableStream({
        async start(controller) {
          for (let at = 0; at < 3; at++) controller.enqueue(line(at));
          for (let turns = 0; turns < 5; turns++) await turn();
          for (let at = 3; at < 6; at++) controller.enqueue(line(at));
          await gate.promise;
          controller.close();
        },
      });
      return sendResponse(res, new Response(body));
    });
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    await within(
      5000,
      connection.until((text) => text.includes("line 5\n")),
    );
    expect(framesOf(`${connection.received}\r\n0\r\n\r\n`)).toEqual([21, 21]);
    expect(seen).toEqual(["flush", "flush"]);
    gate.resolve();
    expect((await within(5000, connection.answer())).body).toBe(lines(6));
  });
});
