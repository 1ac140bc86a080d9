import { once } from "node:events";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { bridgeError } from "../../../lib/errors.ts";
import { DRAIN_LIMIT } from "../../../lib/node/drain.ts";
import { sendResponse } from "../../../lib/node/send.ts";
import {
  deferred,
  eventually,
  http2Answer,
  incomingOf,
  rejection,
  requestOf,
  servers,
  within,
} from "./_servers.ts";

const start = servers();

/** Answers without reading the body. */
async function ignoring(answer: () => Response = () => new Response("ignored")) {
  const sockets: Socket[] = [];
  const server = await start.http(async (req, res) => {
    if (!sockets.includes(req.socket)) sockets.push(req.socket);
    incomingOf(req, res);
    await sendResponse(res, answer());
  });
  return { ...server, sockets };
}

describe("a body that nobody reads", () => {
  it("does not stand in the way of the next request on the connection", async () => {
    const { open, sockets } = await ignoring();
    const connection = await open();
    for (const head of ["POST / HTTP/1.1", "GET / HTTP/1.1", "PUT / HTTP/1.1"]) {
      connection.send(`${head}\r\nContent-Length: 300000`, "x".repeat(300_000));
      expect((await connection.answer()).body).toBe("ignored");
    }
    connection.send("GET / HTTP/1.1");
    expect((await connection.answer()).body).toBe("ignored");
    expect(sockets).toHaveLength(1);
  });

  it("ends the connection when it is announced to be more than is worth reading", async () => {
    const { open } = await ignoring();
    const connection = await open();
    connection.send(`POST / HTTP/1.1\r\nContent-Length: ${DRAIN_LIMIT + 1}`, "x");
    const answer = await connection.answer();
    expect([answer.status, answer.headers.connection]).toEqual([200, ["close"]]);
    await connection.untilClosed();
  });

  it("ends the connection when it turns out to be more than is worth reading", async () => {
    const { open, sockets } = await ignoring();
    const connection = await open();
    connection.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked", "1\r\nx\r\n");
    expect((await connection.answer()).status).toBe(200);
    const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
    let sent = 0;
    connection.socket.on("drain", () => more());
    const more = () => {
      while (!connection.closed && sent < 64 * 1024 * 1024) {
        sent += 0x10000;
        if (!connection.socket.write(chunk)) break;
      }
    };
    more();
    await connection.untilClosed();
    expect(sockets[0]?.bytesRead).toBeLessThan(4 * DRAIN_LIMIT);
  });

  it("ends the connection when the client asked before sending it and was refused", async () => {
    const { open } = await ignoring(() => new Response("no", { status: 413 }));
    const connection = await open();
    connection.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5");
    await connection.until((text) => text.includes("413"));
    await connection.untilClosed();
    expect(connection.received).toMatch(/^HTTP\/1.1 100 Continue/);
    expect(connection.received).toMatch(/connection: close/i);
  });

  it("leaves a connection alone whose body a host's own reader still reads", async () => {
    const received = deferred<number>();
    const { open } = await start.http(async (req, res) => {
      incomingOf(req, res);
      let length = 0;
      req.on("data", (chunk: Buffer) => {
        length += chunk.length;
      });
      req.on("end", () => received.resolve(length));
      await sendResponse(res, new Response("accepted", { status: 202 }));
    });
    const size = 3 * DRAIN_LIMIT;
    const connection = await open();
    connection.send(`POST / HTTP/1.1\r\nContent-Length: ${size}`, "x".repeat(size));
    expect((await connection.answer()).status).toBe(202);
    expect(await within(5000, received.promise)).toBe(size);
  });

  it("is bounded too when the host answers the error", async () => {
    const { open } = await start.http((req, res) => {
      const incoming = incomingOf(req, res, 10);
      try {
        incoming.checkBodySize();
      } catch (error) {
        incoming.release();
        res.statusCode = (error as { statusCode: number }).statusCode;
        res.end("refused");
      }
    });
    const connection = await open();
    connection.send(`POST / HTTP/1.1\r\nContent-Length: ${DRAIN_LIMIT + 1}`, "x");
    const answer = await connection.answer();
    expect([answer.status, answer.headers.connection]).toEqual([413, ["close"]]);
    await connection.untilClosed();
  });
});

describe("a body that is read in part", () => {
  it("keeps the connection in step", async () => {
    const { open } = await start.http(async (req, res) => {
      const reader = requestOf(incomingOf(req, res)).body?.getReader();
      const first = await reader?.read();
      await sendResponse(res, new Response(String(first?.value?.byteLength ?? 0)));
    });
    const connection = await open();
    connection.send("POST / HTTP/1.1\r\nContent-Length: 300000", "x".repeat(300_000));
    expect(Number((await connection.answer()).body)).toBeGreaterThan(0);
    connection.send("GET / HTTP/1.1");
    expect((await connection.answer()).body).toBe("0");
  });

  it("keeps the connection in step after the limit was reached", async () => {
    const { open } = await start.http(async (req, res) => {
      const request = requestOf(incomingOf(req, res, 1000));
      const text = await request.text().catch((error) => error.code);
      await sendResponse(res, new Response(text));
    });
    const connection = await open();
    const chunk = `2710\r\n${"x".repeat(10_000)}\r\n`;
    const body = `${chunk.repeat(10)}0\r\n\r\n`;
    connection.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked", body);
    expect((await connection.answer()).body).toBe("STARBRIDGE_BODY_TOO_LARGE");
    connection.send("GET / HTTP/1.1");
    expect((await connection.answer()).body).toBe("");
  });

  it("refuses reads that come after the answer, and never lets them hang", async () => {
    const late = deferred<unknown[]>();
    const { open } = await start.http(async (req, res) => {
      const request = requestOf(incomingOf(req, res));
      const reader = request.body?.getReader();
      if (req.url === "/partly") await reader?.read();
      await sendResponse(res, new Response("early"));
      if (!res.closed) await once(res, "close");
      const error = await rejection(reader?.read() ?? Promise.resolve());
      late.resolve([error.code, request.signal.aborted]);
    });
    for (const path of ["/unread", "/partly"]) {
      const connection = await open();
      connection.send(`POST ${path} HTTP/1.1\r\nContent-Length: 300000`, "x".repeat(200_000));
      expect((await connection.answer()).body).toBe("early");
      expect(await within(2000, late.promise)).toEqual(["STARBRIDGE_BODY_TOO_LATE", false]);
    }
  });

  it("refuses a read that waits when the answer ends", async () => {
    const pending = deferred<Error>();
    const { open } = await start.http(async (req, res) => {
      pending.resolve(rejection(requestOf(incomingOf(req, res)).text()) as never);
      await eventually(() => req.readableDidRead);
      await sendResponse(res, new Response("early"));
    });
    const connection = await open();
    connection.send("POST / HTTP/1.1\r\nContent-Length: 300000", "x".repeat(1000));
    await connection.answer();
    const error = await within(2000, pending.promise);
    expect(error).toMatchObject({ code: bridgeCode("BODY_TOO_LATE") });
  });
});

describe("an unread body on HTTP/2", () => {
  it("is read to its end, as far as is worth it, and the session goes on", async () => {
    const { open } = await start.http2(async (req, res) => {
      const request = requestOf(incomingOf(req, res));
      if (req.url === "/partly") await request.body?.getReader().read();
      await sendResponse(res, new Response("early"));
    });
    for (const path of ["/unread", "/partly", "/unread"]) {
      const stream = open({ ":method": "POST", ":path": path });
      stream.end("x".repeat(300_000));
      const answer = await within(3000, http2Answer(stream));
      expect([answer.status, answer.body, answer.code]).toEqual([200, "early", 0]);
    }
  });

  it("ends its stream when it is more than is worth reading", async () => {
    const { open } = await start.http2(async (req, res) => {
      incomingOf(req, res);
      await sendResponse(res, new Response("early"));
    });
    const stream = open({ ":method": "POST" });
    let sent = 0;
    const more = () => {
      do sent += 65_536;
      while (!stream.destroyed && stream.write(Buffer.alloc(65_536)));
    };
    stream.on("drain", more);
    more();
    const answer = await within(3000, http2Answer(stream));
    expect([answer.status, answer.body, answer.code]).toEqual([200, "early", 0]);
    expect(sent).toBeLessThan(4 * DRAIN_LIMIT);
    expect((await http2Answer(open())).body).toBe("early");
  });
});

function bridgeCode(key: "BODY_TOO_LATE"): string {
  return bridgeError(key, { method: "POST", path: "/" }).code;
}
