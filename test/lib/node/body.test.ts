// Where the bytes come from, in this order: the unread socket; req.rawBody; bytes or text in req.body; an object in
// req.body, written out again; else an error that says who is to blame. Never a hang, never less than was sent.
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { gzipSync } from "node:zlib";
import express from "express";
import multer from "multer";
import { describe, expect, it } from "vitest";
import { express4, post as postTo, reading, readingIn, streamOf } from "./_bodies.ts";
import type { Middleware } from "./_bodies.ts";
import { incomingOf, requestOf, servers } from "./_servers.ts";

const start = servers();
const post = (...args: Parameters<typeof postTo> extends [unknown, ...infer Rest] ? Rest : never) =>
  postTo(start, ...args);

describe("a body that nobody has read", () => {
  it("comes from the socket, byte by byte as it was sent", async () => {
    expect(await post(reading(), '{ "a" : 1 }')).toEqual({
      hasBody: true,
      length: "11",
      encoding: null,
      source: "stream",
      taken: true,
      text: '{ "a" : 1 }',
    });
  });

  it("comes from the socket when it is chunked", async () => {
    expect(await post(reading(), streamOf("a", "b"))).toMatchObject({
      text: "ab",
      source: "stream",
    });
  });

  it("comes from the socket although Express 4 left an empty object in req.body", async () => {
    const app = readingIn(express4, express4.json());
    expect(await post(app, "text", "text/plain")).toMatchObject({ text: "text", source: "stream" });
  });

  it("is null when none was announced", async () => {
    expect(await post(reading(), null)).toMatchObject({ hasBody: false, text: "", source: "none" });
  });

  it("is null for Content-Length: 0 behind a parser that left an empty object", async () => {
    for (const framework of [express, express4]) {
      const app = readingIn(framework, framework.json());
      expect(await post(app, "")).toMatchObject({ hasBody: false, source: "none", text: "" });
    }
  });

  it("is an empty body, not null, when it was announced as chunks and none came", async () => {
    for (const app of [reading(), reading(express.json())]) {
      const connection = await (await start.http(app)).open();
      const head =
        "POST / HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked";
      connection.send(head, "0\r\n\r\n");
      expect(JSON.parse((await connection.answer()).body)).toMatchObject({
        hasBody: true,
        text: "",
      });
    }
  });

  it("is never there for GET and HEAD", async () => {
    const { open } = await start.http(reading());
    const connection = await open();
    connection.send("GET / HTTP/1.1\r\nContent-Length: 3", "abc");
    expect(JSON.parse((await connection.answer()).body)).toMatchObject({
      hasBody: false,
      length: "3",
    });
    connection.send("GET / HTTP/1.1");
    expect((await connection.answer()).status).toBe(200);
  });
});

describe("a body that a parser has read", () => {
  it("is taken from req.rawBody, as bytes or text", async () => {
    const keep = express.json({
      verify: (req, _res, bytes) => {
        (req as IncomingMessage & { rawBody?: unknown }).rawBody = bytes;
      },
    });
    expect(await post(reading(keep), '{ "a" : 1 }')).toMatchObject({
      text: '{ "a" : 1 }',
      source: "raw",
      length: "11",
      taken: false,
    });
    const keepText: Middleware = (req, _res, next) => {
      req.rawBody = "kept";
      req.on("end", next).resume();
    };
    expect(await post(reading(keepText), "sent!")).toMatchObject({ text: "kept", length: "4" });
  });

  it("is taken from req.body when that is bytes", async () => {
    const bytes = Buffer.from([0, 1, 254, 255]);
    const raw = express.raw({ type: "*/*" });
    expect(await post(reading(raw), bytes, "image/png")).toMatchObject({
      text: bytes.toString("latin1"),
      source: "body",
      length: "4",
    });
  });

  it("is taken from req.body when that is text, also empty text", async () => {
    const text = express.text({ type: "*/*" });
    expect(await post(reading(text), "plain", "text/plain")).toMatchObject({
      text: "plain",
      source: "body",
    });
    const emptied: Middleware = (req, _res, next) => {
      req.body = "";
      req.on("end", next).resume();
    };
    expect(await post(reading(emptied), "sent", "text/plain")).toMatchObject({
      hasBody: true,
      text: "",
      length: "0",
    });
  });

  it("loses its content encoding where the parser took that off", async () => {
    const gzip = { "content-encoding": "gzip" };
    const body = gzipSync('{"a":1}');
    for (const parser of [express.raw({ type: "*/*" }), express.json()]) {
      expect(await post(reading(parser), body, "application/json", gzip)).toMatchObject({
        text: '{"a":1}',
        encoding: null,
        length: "7",
      });
    }
  });

  it("keeps its content encoding where the bytes are those that were sent", async () => {
    const body = gzipSync("text");
    const collect: Middleware = (req, _res, next) => {
      const chunks: Buffer[] = [];
      req.on("data", (chunk: Buffer) => chunks.push(chunk));
      req.on("end", () => {
        req.rawBody = Buffer.concat(chunks);
        next();
      });
    };
    expect(
      await post(reading(collect), body, "text/plain", { "content-encoding": "gzip" }),
    ).toMatchObject({ text: body.toString("latin1"), encoding: "gzip", source: "raw" });
  });

  it.each(["{}", "[]", '{"a":[1,2,{"b":null}]}', '"text"', "false", "0", "null", '""', "[1,2]"])(
    "is written out again from the JSON value %s",
    async (json) => {
      const parser = express.json({ strict: false });
      expect(await post(reading(parser), json)).toMatchObject({
        text: json,
        source: "reserialized",
        length: String(json.length),
        taken: false,
      });
    },
  );

  it("is not written out twice when it is the text of JSON", async () => {
    const parser = express.text({ type: "*/*" });
    for (const json of ['{"a":1}', "true", '"quoted"']) {
      expect(await post(reading(parser), json)).toMatchObject({ text: json, source: "body" });
      expect(await post(reading(parser), streamOf(json))).toMatchObject({ text: json });
    }
  });

  it("is written out again as JSON for any JSON type", async () => {
    const parser = express.json({ type: "*/*" });
    expect(await post(reading(parser), '{ "a": 1 }', "application/problem+json")).toMatchObject({
      text: '{"a":1}',
      length: "7",
    });
  });

  it("is written out again as a form", async () => {
    for (const extended of [true, false]) {
      const parser = express.urlencoded({ extended });
      const type = "application/x-www-form-urlencoded";
      expect(await post(reading(parser), "a=1&b=x+y&b=z", type)).toMatchObject({
        text: "a=1&b=x%20y&b=z",
        source: "reserialized",
      });
    }
  });
});

describe("a body that is gone", () => {
  const consumed = { hasBody: true, code: "STARBRIDGE_BODY_CONSUMED", source: "none" };

  it("is refused when multer has eaten it", async () => {
    const form = new FormData();
    form.set("a", "1");
    const request = new Response(form);
    const type = request.headers.get("content-type") ?? "";
    expect(await post(reading(multer().none()), await bytesOf(request), type)).toMatchObject(
      consumed,
    );
  });

  it("is refused when it was thrown away", async () => {
    const drain: Middleware = (req, _res, next) => {
      req.on("end", next).resume();
    };
    expect(await post(reading(drain), "text", "text/plain")).toMatchObject(consumed);
    expect(await post(reading(drain), '{"a":1}')).toMatchObject(consumed);
  });

  it("is refused when somebody read its first bytes", async () => {
    const peek: Middleware = (req, _res, next) => {
      req.once("data", () => {
        req.pause();
        next();
      });
    };
    expect(await post(reading(peek), "x".repeat(200_000), "text/plain")).toMatchObject(consumed);
  });

  it("is refused when somebody listens for it and has paused it", async () => {
    const listen: Middleware = (req, _res, next) => {
      req.on("data", () => {});
      req.pause();
      next();
    };
    expect(await post(reading(listen), "text", "text/plain")).toMatchObject(consumed);
  });

  it("is refused when the object behind a type that we cannot write is all that is left", async () => {
    const parser = express.json({ type: "*/*" });
    expect(await post(reading(parser), '{"a":1}', "application/x-own")).toMatchObject(consumed);
  });

  it("is refused when the value in req.body has no text", async () => {
    const replace: Middleware = (req, _res, next) => {
      const cyclic: Record<string, unknown> = {};
      cyclic.self = cyclic;
      req.body = cyclic;
      req.on("end", next).resume();
    };
    expect(await post(reading(replace), '{"a":1}')).toMatchObject(consumed);
  });

  it("is refused when Express 4 left an empty object and something else ate the bytes", async () => {
    const drain: Middleware = (req, _res, next) => void req.on("end", next).resume();
    const app = readingIn(express4, express4.json({ type: "application/other" }), drain);
    expect(await post(app, JSON.stringify({ a: "0123456789" }))).toMatchObject(consumed);
  });

  it("names the request and the way out", async () => {
    const caught: (Error & { hint?: string })[] = [];
    const { get } = await start.http(async (req, res) => {
      req.resume();
      await once(req, "end");
      await requestOf(incomingOf(req, res))
        .text()
        .catch((error) => caught.push(error));
      res.end();
    });
    await get("/orders?x=1", { method: "POST", body: "text" });
    expect(caught[0]?.message).toContain("POST /orders");
    expect(caught[0]?.hint).toContain("rawBody");
  });
});

describe("a parser inside the chain", () => {
  it("is heard when the Request was made before it ran, and read after", async () => {
    const parser = express.json();
    const app = express();
    app.use(async (req, res) => {
      const incoming = incomingOf(req, res, 1000);
      incoming.checkBodySize();
      const request = requestOf(incoming);
      expect(incoming.bodySourceKind).toBe("stream");
      await new Promise<void>((resolve) => parser(req, res, () => resolve()));
      res.json({ value: await request.json(), source: incoming.bodySourceKind });
    });
    expect(await post(app, '{"a":1}')).toEqual({ value: { a: 1 }, source: "reserialized" });
  });

  it("makes a later read an error when it kept nothing", async () => {
    const { get } = await start.http(async (req, res) => {
      const request = requestOf(incomingOf(req, res));
      req.resume();
      await once(req, "end");
      res.end(await request.text().catch((error) => error.code));
    });
    const answer = await get("/", { method: "POST", body: "text" });
    expect(await answer.text()).toBe("STARBRIDGE_BODY_CONSUMED");
  });
});

async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}
