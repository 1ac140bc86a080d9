import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import inject from "light-my-request";
import { describe, expect, it } from "vitest";
import { sendResponse } from "../../../lib/node/send.ts";
import {
  deferred,
  eventually,
  http2Answer,
  incomingOf,
  requestOf,
  servers,
  turn,
  within,
} from "./_servers.ts";

const start = servers();

describe("the signal of a request", () => {
  it("aborts when the client leaves while the handler works", async () => {
    const signal = deferred<AbortSignal>();
    const { open } = await start.http((req, res) => {
      signal.resolve(requestOf(incomingOf(req, res)).signal);
    });
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    const watched = await signal.promise;
    expect(watched.aborted).toBe(false);
    connection.destroy();
    await within(200, once(watched, "abort"));
    expect(watched.reason).toBeInstanceOf(DOMException);
    expect(watched.reason.name).toBe("AbortError");
  });

  it("aborts after the body of a POST was read whole", async () => {
    const signal = deferred<AbortSignal>();
    const { open } = await start.http(async (req, res) => {
      const request = requestOf(incomingOf(req, res));
      await request.text();
      signal.resolve(request.signal);
    });
    const connection = await open();
    connection.send("POST / HTTP/1.1\r\nContent-Length: 4", "text");
    const watched = await signal.promise;
    connection.destroy();
    await within(200, once(watched, "abort"));
  });

  it("aborts while a stream is being sent", async () => {
    const seen = deferred<AbortSignal>();
    const { open } = await start.http((req, res) => {
      seen.resolve(requestOf(incomingOf(req, res)).signal);
      return sendResponse(res, new Response(new ReadableStream()));
    });
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    await connection.until((text) => text.includes("\r\n\r\n"));
    connection.destroy();
    await within(200, once(await seen.promise, "abort"));
  });

  it("is followed by copies, by clones and by fetch(), though it is made on demand", async () => {
    const upstream = await start.http(() => {});
    const reasons = deferred<Promise<unknown>[]>();
    const { open } = await start.http((req, res) => {
      const request = requestOf(incomingOf(req, res));
      const copies = [new Request(request), request.clone(), new Request(new Request(request))];
      const aborted = copies.map(async ({ signal }) => {
        if (!signal.aborted) await once(signal, "abort");
        return (signal.reason as Error).name;
      });
      const proxied = incomingOf(req, res).toRequest(upstream.origin);
      reasons.resolve([...aborted, fetch(proxied).catch((error: Error) => error.name)]);
    });
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    const waiting = await reasons.promise;
    await turn();
    connection.destroy();
    expect(await within(2000, Promise.all(waiting))).toEqual(Array(4).fill("AbortError"));
  });

  it("never aborts after normal ends on a reused connection", async () => {
    const signals: AbortSignal[] = [];
    let sockets = new Set<Socket>();
    const { open } = await start.http(async (req, res) => {
      sockets = sockets.add(req.socket);
      const request = requestOf(incomingOf(req, res));
      signals.push(request.signal);
      const text = await request.text();
      await sendResponse(res, new Response(text || null));
    });
    const connection = await open();
    for (let round = 0; round < 100; round++) {
      const body = round % 2 ? "text" : "";
      connection.send(`POST / HTTP/1.1\r\nContent-Length: ${body.length}`, body);
      await connection.answer();
    }
    connection.destroy();
    for (const socket of sockets) if (!socket.closed) await once(socket, "close");
    await turn();
    expect(signals).toHaveLength(100);
    expect(signals.filter((signal) => signal.aborted)).toEqual([]);
    expect(sockets.size).toBe(1);
  });

  it("leaves no listener on a reused socket", async () => {
    let socket: Socket | undefined;
    const counts: number[] = [];
    const { open } = await start.http(async (req, res) => {
      socket = req.socket;
      counts.push(listeners(socket));
      requestOf(incomingOf(req, res));
      await sendResponse(res, new Response("text"));
    });
    const connection = await open();
    for (let round = 0; round < 20; round++) {
      connection.send("GET / HTTP/1.1");
      await connection.answer();
    }
    expect(new Set(counts).size).toBe(1);
  });

  it("shares one listener among the requests that wait on a pipelined connection", async () => {
    const signals: AbortSignal[] = [];
    let socket: Socket | undefined;
    let before = 0;
    const { open } = await start.http((req, res) => {
      if (signals.length === 0) before = req.socket.listenerCount("close");
      signals.push(requestOf(incomingOf(req, res)).signal);
      socket = req.socket;
    });
    const connection = await open();
    for (let number = 0; number < 20; number++) connection.send(`GET /${number} HTTP/1.1`);
    await eventually(() => signals.length === 20);
    expect(socket?.listenerCount("close")).toBe(before + 1);
    connection.destroy();
    await eventually(() => signals.every((signal) => signal.aborted));
  });

  it("does not abort pipelined requests that are answered in turn", async () => {
    const signals: AbortSignal[] = [];
    const responses: ServerResponse[] = [];
    let socket: Socket | undefined;
    const { open } = await start.http((req, res) => {
      signals.push(requestOf(incomingOf(req, res)).signal);
      responses.push(res);
      socket = req.socket;
    });
    const connection = await open();
    for (let number = 0; number < 3; number++) connection.send(`GET /${number} HTTP/1.1`);
    await eventually(() => responses.length === 3);
    for (const [number, res] of responses.entries()) {
      await sendResponse(res, new Response(String(number)));
    }
    for (let number = 0; number < 3; number++) {
      expect((await connection.answer()).body).toBe(String(number));
    }
    connection.destroy();
    if (socket && !socket.closed) await once(socket, "close");
    await turn();
    expect(signals.map((signal) => signal.aborted)).toEqual([false, false, false]);
  });

  it("is aborted from the start when it is made after the client left", async () => {
    const result = deferred<AbortSignal>();
    const { open } = await start.http(async (req, res) => {
      await once(res, "close");
      result.resolve(requestOf(incomingOf(req, res)).signal);
    });
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    connection.destroy();
    expect((await result.promise).aborted).toBe(true);
  });

  it("is not aborted when it is made after a normal end", async () => {
    const result = deferred<AbortSignal>();
    const { get } = await start.http(async (req, res) => {
      res.end("done");
      await once(res, "close");
      result.resolve(requestOf(incomingOf(req, res)).signal);
    });
    await get("/");
    expect((await result.promise).aborted).toBe(false);
  });

  it("shows the host's AsyncLocalStorage to its listeners", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen = deferred<string | undefined>();
    const { open } = await start.http((req, res) =>
      storage.run("of this request", () => {
        const { signal } = requestOf(incomingOf(req, res));
        signal.addEventListener("abort", () => seen.resolve(storage.getStore()));
      }),
    );
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    connection.destroy();
    expect(await within(2000, seen.promise)).toBe("of this request");
  });

  it("survives that nothing but the signal is kept", async () => {
    const signals: AbortSignal[] = [];
    const { open } = await start.http((req, res) => {
      signals.push(requestOf(incomingOf(req, res)).signal);
    });
    const connection = await open();
    connection.send("GET / HTTP/1.1");
    await eventually(() => signals.length === 1);
    for (let round = 0; round < 20; round++) {
      new Uint8Array(10_000_000);
      globalThis.gc?.();
      await turn();
    }
    connection.destroy();
    await eventually(() => signals[0]?.aborted === true);
  });

  it("is let go with the request", async () => {
    const result = deferred<[AbortSignal, ServerResponse, unknown, unknown]>();
    const { open } = await start.http((req, res) => {
      const before = [res.eventNames(), req.eventNames()];
      const incoming = incomingOf(req, res);
      const { signal } = requestOf(incoming);
      incoming.release();
      result.resolve([signal, res, before, [res.eventNames(), req.eventNames()]]);
    });
    const connection = await open();
    connection.send("POST / HTTP/1.1\r\nContent-Length: 4", "text");
    const [signal, res, before, after] = await result.promise;
    expect(after).toEqual(before);
    connection.destroy();
    await once(res, "close");
    expect(signal.aborted).toBe(false);
  });

  it("does not abort under an injected request", async () => {
    const signals: AbortSignal[] = [];
    const dispatch = async (req: IncomingMessage, res: ServerResponse) => {
      const request = requestOf(incomingOf(req, res));
      signals.push(request.signal);
      await sendResponse(res, new Response(await request.text()));
    };
    const answer = await inject(dispatch as never, { method: "POST", url: "/", payload: "text" });
    expect(answer.payload).toBe("text");
    await turn();
    await turn();
    expect(signals[0]?.aborted).toBe(false);
  });
});

describe("the signal on HTTP/2", () => {
  it("aborts on a reset, although the response finishes", async () => {
    for (const code of [8, 0]) {
      const signal = deferred<AbortSignal>();
      const { open } = await start.http2((req, res) => {
        signal.resolve(requestOf(incomingOf(req, res)).signal);
      });
      const stream = open();
      const watched = await signal.promise;
      stream.close(code);
      await within(1000, once(watched, "abort"));
    }
  });

  it("aborts when the session ends", async () => {
    const signal = deferred<AbortSignal>();
    const { open, session } = await start.http2((req, res) => {
      signal.resolve(requestOf(incomingOf(req, res)).signal);
    });
    open();
    const watched = await signal.promise;
    session.destroy();
    await within(1000, once(watched, "abort"));
  });

  it("never aborts after a normal end, with and without a body", async () => {
    const signals: AbortSignal[] = [];
    const { open } = await start.http2(async (req, res) => {
      const request = requestOf(incomingOf(req, res));
      signals.push(request.signal);
      await sendResponse(res, new Response(`got ${await request.text()}`));
    });
    for (let round = 0; round < 20; round++) {
      const posted = open({ ":method": "POST" });
      posted.end("text");
      expect((await http2Answer(posted)).body).toBe("got text");
      expect((await http2Answer(open())).body).toBe("got ");
    }
    await turn();
    expect(signals).toHaveLength(40);
    expect(signals.some((signal) => signal.aborted)).toBe(false);
  });
});

function listeners(socket: Socket): number {
  return socket.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0);
}
