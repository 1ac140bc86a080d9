import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { send, sendResponse } from "../../../lib/node/send.ts";
import { slowStream } from "./_answers.ts";
import { deferred, eventually, http2Answer, recorder, servers, turn, within } from "./_servers.ts";

const start = servers();

describe("a stream that fails after its head was sent", () => {
  const failure = new Error("the disk is gone");

  function failing(...parts: string[]): ReadableStream {
    let at = 0;
    return new ReadableStream({
      async pull(controller) {
        for (let turns = 0; turns < 3; turns++) await turn();
        const part = parts[at++];
        if (part === undefined) controller.error(failure);
        else controller.enqueue(Buffer.from(part));
      },
    });
  }

  it.each([undefined, "1000"])(
    "ends the connection after the good bytes and nothing else (declared length: %s)",
    async (length) => {
      const { errors, logger } = recorder();
      const { open } = await start.http((_req, res) => {
        const headers = new Headers(length ? { "content-length": length } : {});
        return send(res, new Response(failing("good ", "bytes"), { headers }), { logger });
      });
      const connection = await open();
      connection.send("GET / HTTP/1.1");
      const answer = await connection.answer();
      await connection.untilClosed();
      expect([answer.status, answer.body, answer.complete]).toEqual([200, "good bytes", false]);
      expect(connection.received).toBe("");
      expect(errors).toEqual([failure]);
    },
  );

  it("ends the connection when it has other than the declared length", async () => {
    const { errors, logger } = recorder();
    const { open } = await start.http((req, res) => {
      const headers = { "content-length": "6" };
      const parts = req.url === "/fewer" ? ["abc"] : ["abc", "def", "ghi"];
      return send(res, new Response(slowStream(...parts), { headers }), { logger });
    });
    const fewer = await open();
    fewer.send("GET /fewer HTTP/1.1");
    expect(await fewer.answer()).toMatchObject({ body: "abc", complete: false });
    const more = await open();
    more.send("GET /more HTTP/1.1");
    expect(await more.answer()).toMatchObject({ body: "abcdef", complete: true });
    await more.untilClosed();
    expect(more.received).toBe("");
    expect(errors).toEqual([
      expect.objectContaining({ code: "STARBRIDGE_CONTENT_LENGTH_MISMATCH" }),
      expect.objectContaining({ code: "STARBRIDGE_CONTENT_LENGTH_MISMATCH" }),
    ]);
  });

  it("ends the connection at a chunk that is neither bytes nor text, and cancels", async () => {
    const { errors, logger } = recorder();
    let cancelled = 0;
    const { open } = await start.http((_req, res) => {
      const body = new ReadableStream({
        async pull(controller) {
          for (let turns = 0; turns < 3; turns++) await turn();
          controller.enqueue({ not: "bytes" });
        },
        cancel: () => void cancelled++,
      });
      return send(res, new Response(body), { logger });
    });
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    await connection.untilClosed();
    expect(connection.received).not.toContain("0\r\n\r\n");
    expect(errors).toEqual([expect.objectContaining({ code: "STARBRIDGE_UNSUPPORTED_CHUNK" })]);
    expect(cancelled).toBe(1);
  });

  it("resets the stream on HTTP/2, and leaves the session", async () => {
    const { errors, logger } = recorder();
    const { open } = await start.http2((req, res) =>
      send(res, new Response(req.url === "/" ? "fine" : failing("good")), { logger }),
    );
    const failed = await http2Answer(open({ ":path": "/failing" }));
    expect([failed.body, failed.code]).toEqual(["good", 2]);
    expect((await http2Answer(open())).body).toBe("fine");
    expect(errors).toEqual([failure]);
  });

  it("is not logged when the client had left before", async () => {
    const { errors, logger } = recorder();
    const left = deferred();
    const settled = deferred();
    const { open } = await start.http(async (_req, res) => {
      const body = new ReadableStream({
        async start(controller) {
          await left.promise;
          controller.error(failure);
        },
      });
      await send(res, new Response(body), { logger });
      settled.resolve();
    });
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    await connection.until((text) => text.includes("\r\n\r\n"));
    connection.destroy();
    await settled.promise;
    left.resolve();
    await turn();
    expect(errors).toEqual([]);
  });
});

describe("a stream whose answer the host ends", () => {
  it("is cancelled without a word", async () => {
    const { errors, logger } = recorder();
    let cancelled = 0;
    const settled = deferred();
    const { open } = await start.http(async (_req, res) => {
      const body = new ReadableStream({
        async pull(controller) {
          for (let turns = 0; turns < 3; turns++) await turn();
          controller.enqueue(Buffer.from("part"));
        },
        cancel: () => void cancelled++,
      });
      const sending = send(res, new Response(body), { logger });
      await eventually(() => res.headersSent);
      res.end("host");
      await sending;
      settled.resolve();
    });
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    expect((await connection.answer()).body).toMatch(/host$/);
    await settled.promise;
    expect([cancelled, errors]).toEqual([1, []]);
  });

  it("is cancelled on HTTP/2 when the client resets it", async () => {
    const cancelled = deferred<unknown>();
    const { open } = await start.http2((_req, res) =>
      sendResponse(res, new Response(new ReadableStream({ cancel: cancelled.resolve }))),
    );
    const stream = open();
    await once(stream, "response");
    stream.close(8);
    expect(await within(2000, cancelled.promise)).toMatchObject({ name: "AbortError" });
  });
});
