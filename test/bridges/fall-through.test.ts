// A bridge of 2,000 files in a host: what it does not serve must not notice it.
import type { EventEmitter } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import fastify from "fastify";
import { starbridge } from "starbridge/express";
import starbridgePlugin from "starbridge/fastify";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openRaw } from "../_raw.ts";
import type { RawConnection } from "../_raw.ts";
import { listener } from "./_listen.ts";
import { staysQuiet } from "./_quiet.ts";

const FILES = 2000;
const REQUESTS = 5000;
let root = "";

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "starbridge-many-"));
  for (let folder = 0; folder < FILES / 20; folder += 1) {
    const path = join(root, `src/pages/section${folder}`);
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < 20; file += 1) {
      const name = file === 0 ? "[id].js" : `page${file}.js`;
      const answer = `"section${folder}/${name} " + params.id`;
      const pass = file === 1 ? "export const PUT = ({ pass }) => pass();\n" : "";
      writeFileSync(
        join(path, name),
        `export const GET = ({ params }) => new Response(${answer});\n${pass}`,
      );
    }
  }
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Everything that a guest could leave on an object, by name: properties, listeners, the prototype. */
function looks(name: string, object: EventEmitter): [string, unknown][] {
  const properties = Reflect.ownKeys(object)
    // The table of listeners is compared listener by listener.
    .filter((key) => key !== "_events")
    // Express makes a new `params` for every layer; what it holds counts.
    .map((key): [string, unknown] => {
      const value = Reflect.get(object, key);
      return [`${name}.${String(key)}`, key === "params" ? JSON.stringify(value) : value];
    });
  const listeners = object
    .eventNames()
    .flatMap((event) =>
      object
        .listeners(event)
        .map((fn, index): [string, unknown] => [`${name} on ${String(event)} ${index}`, fn]),
    );
  return [...properties, ...listeners, [`${name}: prototype`, Object.getPrototypeOf(object)]];
}

function look(req: IncomingMessage, res: ServerResponse): Map<string, unknown> {
  return new Map<string, unknown>([
    ...looks("req", req),
    ...looks("res", res),
    ...looks("socket", req.socket),
    ["res headers", JSON.stringify(res.getHeaders())],
    ["res status", `${res.statusCode} ${res.statusMessage} ${res.headersSent}`],
    ["req stream", `${req.readableFlowing} ${req.readableDidRead} ${req.readableEnded}`],
  ]);
}

/** Names whose value is there once only, or another one. */
function changes(before: Map<string, unknown>, after: Map<string, unknown>): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  const same = (name: string) =>
    before.has(name) === after.has(name) && Object.is(before.get(name), after.get(name));
  return [...names].filter((name) => !same(name));
}

const counts = (emitter: EventEmitter): Record<string, number> =>
  Object.fromEntries(
    emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]),
  );

/** Paths that this bridge does not serve: unknown, another method, not canonical. */
const others = [
  "GET /legacy HTTP/1.1",
  "POST /section1/page2 HTTP/1.1",
  "GET /section1/page2/deeper HTTP/1.1",
  "GET /section1//page2 HTTP/1.1",
  "GET /section%31/page2 HTTP/1.1",
  "GET /section1/%zz HTTP/1.1",
  "GET / HTTP/1.1",
];

describe("falling through a bridge of 2,000 files", () => {
  staysQuiet();
  const listen = listener();

  it.each(others)("leaves req, res and their socket as they were: %s", async (line) => {
    let before = new Map<string, unknown>();
    let after = new Map<string, unknown>();
    const app = express();
    const bridge = starbridge({ root });
    app.use((req, res, next) => {
      before = look(req, res);
      next();
    });
    app.use(bridge);
    app.use((req, res) => {
      after = look(req, res);
      res.end("legacy");
    });
    const { port } = await listen(app);
    await bridge.ready();
    const connection = await openRaw(port);
    const body = line.startsWith("POST") ? "not read by anyone" : "";
    connection.send(body ? [line, `Content-Length: ${body.length}`] : line, body);
    expect((await connection.answer()).body).toBe("legacy");
    connection.destroy();
    expect(before.size).toBeGreaterThan(50);
    expect(changes(before, after)).toEqual([]);
  });

  it("builds nothing: no Request, no Headers, no AbortController, no URL", async () => {
    const app = express();
    const bridge = starbridge({ root });
    app.use(bridge);
    app.use((_req, res) => void res.end("legacy"));
    const { port } = await listen(app);
    await bridge.ready();
    const connection = await openRaw(port);
    const built: string[] = [];
    for (const name of [
      "Request",
      "Headers",
      "AbortController",
      "URL",
      "ReadableStream",
    ] as const) {
      const Native = globalThis[name] as unknown as new (...args: unknown[]) => object;
      vi.stubGlobal(
        name,
        class extends Native {
          constructor(...args: unknown[]) {
            super(...args);
            built.push(name);
          }
        },
      );
    }
    try {
      for (const line of others) {
        connection.send(line);
        expect((await connection.answer()).body).toBe("legacy");
      }
      expect(built).toEqual([]);
      // The counters count: a served request builds what its answer needs.
      connection.send("GET /section1/page2 HTTP/1.1");
      expect((await connection.answer()).status).toBe(200);
    } finally {
      vi.unstubAllGlobals();
      connection.destroy();
    }
  });

  /** Sends a mixture over one connection, and compares the listeners of its server end. */
  async function staysFlat(connection: RawConnection, serverEnd: () => Socket): Promise<void> {
    const post = ["POST /legacy HTTP/1.1", "Content-Type: text/plain", "Content-Length: 4"];
    const mixture: [string | string[], string, string][] = [
      ["GET /section1/page2 HTTP/1.1", "", "section1/page2.js undefined"],
      ["GET /section99/seven HTTP/1.1", "", "section99/[id].js seven"],
      ["GET /legacy HTTP/1.1", "", "legacy "],
      [post, "body", "legacy body"],
      ["GET /section1/page2/none HTTP/1.1", "", "none"],
      [["PUT /section1/page1 HTTP/1.1", "Content-Length: 0"], "", "none"],
      ["DELETE /section1/page2 HTTP/1.1", "", "none"],
    ];
    const ask = async (index: number): Promise<void> => {
      const [head, body, expected] = mixture[index % mixture.length] ?? ["", "", ""];
      connection.send(head, body);
      const answer = await connection.answer();
      if (answer.body !== expected) expect(answer.body, `request ${index}`).toBe(expected);
    };
    for (let index = 0; index < 70; index += 1) await ask(index);
    const before = [counts(serverEnd()), counts(process)];
    for (let index = 70; index < REQUESTS; index += 1) await ask(index);
    expect([counts(serverEnd()), counts(process)]).toEqual(before);
    connection.destroy();
  }

  // D-68 B42
  it("keeps the listeners of a connection flat over 5,000 mixed requests on Express", async () => {
    const app = express();
    const bridge = starbridge({ root });
    app.use(bridge);
    app.use(express.text());
    app.all(
      "/legacy",
      (req, res) => void res.end(`legacy ${typeof req.body === "string" ? req.body : ""}`),
    );
    app.use((_req, res) => void res.end("none"));
    const sockets: Socket[] = [];
    const { port, server } = await listen(app);
    server.on("connection", (socket) => sockets.push(socket));
    await bridge.ready();
    await staysFlat(await openRaw(port), () => sockets[0] as Socket);
    expect(sockets).toHaveLength(1);
  }, 60_000);

  // D-68 B42
  it("keeps the listeners of a connection flat over 5,000 mixed requests on Fastify", async () => {
    const sockets: Socket[] = [];
    const app = fastify({
      forceCloseConnections: true,
      serverFactory: (handler) =>
        createServer(handler).on("connection", (socket) => sockets.push(socket)),
    });
    app.get("/legacy", () => "legacy ");
    app.post("/legacy", (request) => `legacy ${String(request.body)}`);
    app.setNotFoundHandler((_request, reply) => reply.send("none"));
    await app.register(starbridgePlugin, { root });
    await app.listen({ port: 0, host: "127.0.0.1" });
    const { port } = app.server.address() as { port: number };
    await staysFlat(await openRaw(port), () => sockets[0] as Socket);
    expect(sockets).toHaveLength(1);
    await app.close();
  }, 60_000);

  // D-69 R9
  it("leaves the process's listeners and globals alone", async () => {
    const watched = [
      "Request",
      "Response",
      "Headers",
      "fetch",
      "URL",
      "ReadableStream",
      "AbortController",
    ] as const;
    const before = [counts(process), ...watched.map((name) => globalThis[name])];
    const bridge = starbridge({ root });
    await bridge.ready();
    await bridge.close();
    expect([counts(process), ...watched.map((name) => globalThis[name])]).toEqual(before);
  });
});
