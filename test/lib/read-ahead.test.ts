import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { cancelBody, readAhead, toBytes } from "../../lib/read-ahead.ts";
import type { OpenBody, WholeBody } from "../../lib/read-ahead.ts";

function text(chunks: Uint8Array[]): string {
  return Buffer.concat(chunks).toString();
}

async function readWhole(response: Response): Promise<WholeBody> {
  const body = await readAhead(response);
  if (body.kind !== "whole") throw new Error(`expected a whole body, got ${body.kind}`);
  return body;
}

async function readOpen(response: Response): Promise<OpenBody> {
  const body = await readAhead(response);
  if (body.kind !== "open") throw new Error(`expected an open body, got ${body.kind}`);
  return body;
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

describe("readAhead", () => {
  it("says at once that a null body is empty", () => {
    expect(readAhead(new Response(null))).toEqual({ kind: "empty" });
  });

  it("knows the length of every body that is in memory", async () => {
    const form = new FormData();
    form.set("name", "value");
    const bodies = {
      text: new Response("hällo"),
      "empty text": new Response(""),
      json: Response.json({ a: 1 }),
      bytes: new Response(new Uint8Array(10)),
      blob: new Response(new Blob(["blob"])),
      form: new Response(form),
      parameters: new Response(new URLSearchParams("a=b")),
    };
    const lengths: Record<string, number> = {};
    for (const [name, response] of Object.entries(bodies)) {
      const expected = (await response.clone().arrayBuffer()).byteLength;
      const body = await readWhole(response);
      expect([name, body.length]).toEqual([name, expected]);
      lengths[name] = Buffer.concat(body.chunks).length;
      expect(lengths[name]).toBe(expected);
    }
  });

  it("knows the length of a text of 1 MiB, whatever the bound on streams", async () => {
    const body = await readWhole(new Response("x".repeat(1024 * 1024)));
    expect(body.length).toBe(1024 * 1024);
  });

  it("takes a stream that ends within the turn as whole, in order", async () => {
    const stream = new ReadableStream({
      start(controller) {
        for (const part of ["a", "b", "c"]) controller.enqueue(Buffer.from(part));
        controller.close();
      },
    });
    const body = await readWhole(new Response(stream));
    expect(text(body.chunks)).toBe("abc");
    expect(body.length).toBe(3);
  });

  it("hands on a silent stream with the read that is under way", async () => {
    let give: (chunk: Uint8Array) => void = () => {};
    const stream = new ReadableStream({
      start(controller) {
        give = (chunk) => controller.enqueue(chunk);
      },
    });
    const body = await readOpen(new Response(stream));
    expect(body.chunks).toEqual([]);
    give(Buffer.from("late"));
    const result = await body.pending;
    expect(result?.value).toEqual(Buffer.from("late"));
  });

  it("hands on what came before the stream fell silent", async () => {
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from("first"));
      },
    });
    const body = await readOpen(new Response(stream));
    expect(text(body.chunks)).toBe("first");
    expect(body.pending).toBeDefined();
  });

  it("stops collecting from a stream that never ends and is always ready", async () => {
    let pulls = 0;
    const chunks = new ReadableStream({
      pull(controller) {
        pulls++;
        controller.enqueue(new Uint8Array(1));
      },
    });
    const small = await readOpen(new Response(chunks));
    expect(small.chunks.length).toBeLessThanOrEqual(16);
    expect(small.pending).toBeUndefined();
    expect(pulls).toBeLessThan(20);

    const large = await readOpen(
      new Response(
        new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) }),
      ),
    );
    expect(large.chunks.length).toBe(2);
  });

  it("rejects with the stream's own error when it fails within the turn", async () => {
    const failure = new Error("the database is gone");
    const failing = new ReadableStream({
      async pull(controller) {
        await null;
        controller.error(failure);
      },
    });
    await expect(readAhead(new Response(failing))).rejects.toBe(failure);
  });

  it("leaves a later failure to whoever reads on", async () => {
    const failure = new Error("later");
    let fail: () => void = () => {};
    const stream = new ReadableStream({
      start(controller) {
        fail = () => controller.error(failure);
      },
    });
    const body = await readOpen(new Response(stream));
    fail();
    await expect(body.pending).rejects.toBe(failure);
  });

  it("refuses a body that was read, and one that is being read", async () => {
    const read = new Response("text");
    await read.text();
    expect(() => readAhead(read)).toThrowError(
      expect.objectContaining({ code: "STARBRIDGE_RESPONSE_UNUSABLE" }),
    );
    const locked = new Response("text");
    locked.body?.getReader();
    expect(() => readAhead(locked)).toThrowError(
      expect.objectContaining({ code: "STARBRIDGE_RESPONSE_UNUSABLE" }),
    );
  });

  it("takes streams of text, of views and of ArrayBuffers", async () => {
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue("ä");
        controller.enqueue(new Uint16Array([0x4242]));
        controller.enqueue(new Uint8Array([67]).buffer);
        controller.close();
      },
    });
    const body = await readWhole(new Response(stream));
    expect(text(body.chunks)).toBe("äBBC");
  });

  it("refuses other chunks, and cancels their stream", async () => {
    const cancelled: unknown[] = [];
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(42);
      },
      cancel(reason) {
        cancelled.push(reason);
      },
    });
    await expect(readAhead(new Response(stream))).rejects.toMatchObject({
      code: "STARBRIDGE_UNSUPPORTED_CHUNK",
    });
    expect(cancelled).toHaveLength(1);
    expect(() => toBytes({})).toThrowError("an object");
  });

  it("reads the Node stream that a Response of another library carries", async () => {
    const foreign = { body: Readable.from(["a", "b"]), headers: new Headers(), bodyUsed: false };
    const body = await readAhead(foreign as unknown as Response);
    if (body.kind === "empty") throw new Error("expected a body");
    const rest: Uint8Array[] = [...body.chunks];
    if (body.kind === "open") {
      for (;;) {
        const result = await (body.pending ?? body.reader.read());
        body.pending = undefined;
        if (result.done) break;
        rest.push(toBytes(result.value));
      }
    }
    expect(text(rest)).toBe("ab");
  });
});

describe("giving a body up", () => {
  it("cancels once, with a reason, also when asked twice", async () => {
    const reasons: unknown[] = [];
    const body = await readOpen(
      new Response(new ReadableStream({ cancel: (reason) => void reasons.push(reason) })),
    );
    body.cancel();
    body.cancel(new Error("again"));
    await turn();
    expect(reasons).toEqual([expect.objectContaining({ name: "AbortError" })]);
  });

  it("swallows what the user's cancel throws or rejects with", async () => {
    const rejecting = new ReadableStream({ cancel: () => Promise.reject(new Error("no")) });
    const throwing = new ReadableStream({
      cancel() {
        throw new Error("no");
      },
    });
    expect(() => cancelBody(new Response(rejecting))).not.toThrow();
    expect(() => cancelBody(new Response(throwing))).not.toThrow();
    // An unhandled rejection would fail this file.
    await turn();
  });

  it("touches neither a null body nor one that somebody else reads", async () => {
    cancelBody(new Response(null));
    const read = new Response("text");
    const reader = read.body?.getReader();
    cancelBody(read);
    expect((await reader?.read())?.value).toEqual(Uint8Array.from(Buffer.from("text")));
  });

  it("reads an encoded form to its end, where Node would raise an error on a cancel", async () => {
    for (let reads = 0; reads < 4; reads++) {
      const form = new FormData();
      form.set("file", new File(["x".repeat(10)], "f.txt"));
      const response = new Response(form);
      if (reads === 0) {
        cancelBody(response, new Error("gone"));
        expect(response.bodyUsed).toBe(true);
      } else {
        const body = await readAhead(response);
        if (body.kind === "open") body.cancel();
      }
    }
    for (let turns = 0; turns < 5; turns++) await turn();
  });
});
