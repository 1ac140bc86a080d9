// A host that reads a request by itself, with `on("data")`, `pipe()` or a loop, gets every byte: of what falls through, of
// what a page passes on, and of what a page answers.
import { createHash } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { PassThrough, Writable } from "node:stream";
import fastify from "fastify";
import type { APIContext } from "starbridge";
import starbridge from "starbridge/fastify";
import { describe, expect, it } from "vitest";
import type { HostName } from "../_hosts.ts";
import { start } from "../_hosts.ts";
import { openRaw } from "../_raw.ts";
import type { Deferred } from "./_quiet.ts";
import { deferred, staysQuiet, within } from "./_quiet.ts";

const hosts: HostName[] = ["express 4", "express 5", "connect", "fastify + middie"];
const sum = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");

/** What a reader of the host has got: its length and its sum. */
type Got = [length: number, sum: string];

class Sum {
  readonly #hash = createHash("sha256");
  #length = 0;
  add(chunk: Buffer): void {
    this.#hash.update(chunk);
    this.#length += chunk.length;
  }
  get got(): Got {
    return [this.#length, this.#hash.digest("hex")];
  }
}

/** The ways of a host to read a request. */
const readers: Record<string, (req: IncomingMessage) => Promise<Got>> = {
  async 'on("data")'(req) {
    const taken = new Sum();
    req.on("data", (chunk: Buffer) => taken.add(chunk));
    await once(req, "end");
    return taken.got;
  },
  async "pipe() into what takes its time"(req) {
    const taken = new Sum();
    const sink = new Writable({
      highWaterMark: 1000,
      write(chunk: Buffer, _encoding, done) {
        taken.add(chunk);
        setImmediate(done);
      },
    });
    req.pipe(sink);
    await once(sink, "finish");
    return taken.got;
  },
  async "a loop"(req) {
    const taken = new Sum();
    for await (const chunk of req) taken.add(chunk as Buffer);
    return taken.got;
  },
  async 'on("readable")'(req) {
    const taken = new Sum();
    req.on("readable", () => {
      for (let chunk = req.read(); chunk !== null; chunk = req.read()) taken.add(chunk as Buffer);
    });
    await once(req, "end");
    return taken.got;
  },
};

const routes = {
  "passes.ts": { POST: (context: APIContext) => context.pass() },
  "later.ts": {
    POST: async (context: APIContext) => {
      // Makes the Request, its body and its signal, and reads nothing.
      void [context.request.body, context.request.signal];
      await new Promise((resolve) => setImmediate(resolve));
      return context.pass();
    },
  },
  "lacks.ts": { GET: () => new Response("GET only") },
  "answers.ts": { POST: () => new Response("page") },
  "answers-later.ts": {
    POST: async ({ request }: APIContext) => {
      await new Promise((resolve) => setImmediate(resolve));
      return new Response(`page ${request.method}`);
    },
  },
};

const sizes = { small: 10, large: 3 * 1024 * 1024 };
const bodies = Object.values(sizes).map((size) => Buffer.alloc(size, "0123456789abc"));
const framings = ["with a length", "chunked"] as const;

function post(body: Buffer, framing: (typeof framings)[number]): RequestInit {
  if (framing === "with a length") return { method: "POST", body: new Uint8Array(body) };
  const stream = new ReadableStream({
    start(controller) {
      for (let at = 0; at < body.length; at += 40_000) {
        controller.enqueue(new Uint8Array(body.subarray(at, at + 40_000)));
      }
      controller.close();
    },
  });
  return { method: "POST", body: stream, duplex: "half" } as RequestInit;
}

describe.each(hosts)("a reader of the host on %s", (host) => {
  staysQuiet();

  it.each(Object.keys(readers))(
    "gets every byte of what falls through and of what a page passes on, by %s",
    async (name) => {
      const read = readers[name] as (typeof readers)[string];
      const legacy = async ({ req }: { req: IncomingMessage }) => ({
        text: JSON.stringify(await read(req)),
      });
      const server = await start(host, {
        options: { routes },
        legacy: { "POST /passes": legacy, "POST /later": legacy, "POST /lacks": legacy },
      });
      for (const path of ["/passes", "/later", "/lacks"]) {
        for (const body of bodies) {
          for (const framing of framings) {
            const answer = await server.fetch(path, post(body, framing));
            const what = `${path} ${body.length} ${framing}`;
            expect(await within(5000, what, answer.json()), what).toEqual([body.length, sum(body)]);
          }
        }
      }
    },
  );

  it("may leave alone what a page passes on, however long it is: the connection stays", async () => {
    const server = await start(host, {
      options: { routes },
      legacy: {
        "POST /passes": () => ({ text: "unread" }),
        "POST /later": () => ({ text: "unread" }),
      },
    });
    const connection = await server.open();
    const chunk = `40000\r\n${"x".repeat(0x40000)}\r\n`;
    for (const path of ["/passes", "/later", "/passes"]) {
      connection.send(
        `POST ${path} HTTP/1.1\r\nTransfer-Encoding: chunked`,
        `${chunk.repeat(12)}0\r\n\r\n`,
      );
      expect((await within(5000, path, connection.answer())).body).toBe("unread");
    }
    connection.destroy();
  });

  it.each(Object.keys(readers))(
    "that stands in front gets every byte of what a page answers, by %s",
    async (name) => {
      const read = readers[name] as (typeof readers)[string];
      let got: Deferred<Got> = deferred<Got>();
      const server = await start(host, {
        options: { routes },
        use: [
          (req, _res, next) => {
            void read(req).then(got.resolve);
            next();
          },
        ],
      });
      for (const path of ["/answers", "/answers-later"]) {
        for (const body of bodies) {
          for (const framing of framings) {
            got = deferred<Got>();
            const what = `${path} ${body.length} ${framing}`;
            const answer = await server.fetch(path, post(body, framing));
            expect((await answer.text()).slice(0, 4), what).toBe("page");
            expect(await within(5000, what, got.promise), what).toEqual([body.length, sum(body)]);
          }
        }
      }
    },
  );
});

describe("a reader of the host on Fastify", () => {
  staysQuiet();

  it.each(Object.keys(readers))(
    "gets every byte of what a page passes on, by %s of request.raw",
    async (name) => {
      const read = readers[name] as (typeof readers)[string];
      const app = fastify({ bodyLimit: 10 * 1024 * 1024 });
      app.setNotFoundHandler(async (request) => await read(request.raw));
      await app.register(starbridge, { routes });
      const origin = await app.listen({ port: 0, host: "127.0.0.1" });
      for (const path of ["/passes", "/later"]) {
        for (const body of bodies) {
          for (const framing of framings) {
            const init = post(body, framing);
            const headers = { "content-type": "application/octet-stream" };
            const answer = await fetch(origin + path, { ...init, headers });
            const what = `${path} ${body.length} ${framing}`;
            expect(await within(5000, what, answer.json()), what).toEqual([body.length, sum(body)]);
          }
        }
      }
      await app.close();
    },
  );

  it.each(['on("data")', "pipe() into what takes its time"])(
    "gets every byte of what a page answers, by %s in a hook",
    async (name) => {
      const read = readers[name] as (typeof readers)[string];
      let got: Deferred<Got> = deferred<Got>();
      const app = fastify({ bodyLimit: 10 * 1024 * 1024 });
      app.addHook("onRequest", async (request) => {
        void read(request.raw).then(got.resolve);
      });
      await app.register(starbridge, { routes });
      const origin = await app.listen({ port: 0, host: "127.0.0.1" });
      for (const path of ["/answers", "/answers-later"]) {
        for (const body of bodies) {
          got = deferred<Got>();
          const headers = { "content-type": "application/octet-stream" };
          const answer = await fetch(origin + path, { ...post(body, "with a length"), headers });
          expect((await answer.text()).slice(0, 4)).toBe("page");
          const what = `${path} ${body.length}`;
          expect(await within(5000, what, got.promise), what).toEqual([body.length, sum(body)]);
        }
      }
      await app.close();
    },
  );

  it("that feeds a parser does not stand in the way of the next request, where a page leaves the body alone", async () => {
    const app = fastify({ bodyLimit: 10 * 1024 * 1024, forceCloseConnections: true });
    app.addHook("preParsing", async (_request, _reply, payload) =>
      // As one that unpacks the body: it takes no more than somebody reads of it.
      payload.pipe(new PassThrough()),
    );
    await app.register(starbridge, { routes });
    const origin = await app.listen({ port: 0, host: "127.0.0.1" });
    const connection = await openRaw(Number(new URL(origin).port));
    const size = 500_000;
    const type = "Content-Type: application/octet-stream";
    for (const path of ["/answers", "/answers-later"]) {
      connection.send(
        `POST ${path} HTTP/1.1\r\n${type}\r\nContent-Length: ${size}`,
        "x".repeat(size),
      );
      const answer = await within(5000, path, connection.answer());
      expect([answer.status, answer.body.slice(0, 4)]).toEqual([200, "page"]);
    }
    connection.send("GET /lacks HTTP/1.1");
    expect((await within(5000, "the next answer", connection.answer())).body).toBe("GET only");
    connection.destroy();
    await app.close();
  });
});
