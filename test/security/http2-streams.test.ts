// Bodies on HTTP/2, where a stream ends by a reset and not by the end of a connection.
import { once } from "node:events";
import { connect, createServer } from "node:http2";
import type { ClientHttp2Stream } from "node:http2";
import type { AddressInfo, Server, Socket } from "node:net";
import fastify from "fastify";
import type { APIContext, BridgeOptions } from "starbridge";
import { starbridge } from "starbridge/connect";
import starbridgePlugin from "starbridge/fastify";
import { afterEach, describe, expect, it } from "vitest";
import { staysQuiet } from "../bridges/_quiet.ts";

const MIB = 1024 * 1024;
const logger = { debug() {}, info() {}, warn() {}, error() {} };

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Two chunks, and turns of the event loop in between; then an end or a failure. */
function slowly(fails: boolean): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      for (const text of ["fo", "ur"]) {
        controller.enqueue(new TextEncoder().encode(text));
        for (let count = 0; count < 5; count += 1) await turn();
      }
      if (fails) controller.error(new Error("midway secret"));
      else controller.close();
    },
  });
}

const options: BridgeOptions = {
  security: { bodySizeLimit: MIB },
  routes: {
    "read.ts": {
      POST: async ({ request }: APIContext) => new Response(String((await request.text()).length)),
    },
    "declared.ts": {
      GET: ({ url }: APIContext) =>
        new Response(slowly(url.search === "?fails"), {
          headers: url.search ? {} : { "content-length": "9" },
        }),
    },
    "fine.ts": { GET: () => new Response("fine") },
  },
};

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function startConnect(): Promise<Server> {
  const bridge = starbridge({ ...options, logger });
  const server = createServer(bridge).listen(0, "127.0.0.1");
  await once(server, "listening");
  stops.push(() => server.close());
  return server;
}

async function startFastify(): Promise<Server> {
  const app = fastify({ http2: true });
  await app.register(starbridgePlugin, options);
  await app.listen({ port: 0, host: "127.0.0.1" });
  stops.push(() => app.close());
  return app.server as unknown as Server;
}

interface Answer {
  status: number;
  body: string;
  /** Whether the stream came to its own end. */
  complete: boolean;
}

async function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  const answer: Answer = { status: 0, body: "", complete: true };
  stream.on("error", () => {
    answer.complete = false;
  });
  stream.on("response", (fields) => {
    answer.status = Number(fields[":status"]);
  });
  stream.setEncoding("utf8").on("data", (text: string) => {
    answer.body += text;
  });
  if (!stream.closed) await new Promise((resolve) => stream.once("close", resolve));
  return answer;
}

describe.each([
  ["connect", startConnect],
  ["fastify", startFastify],
] as const)("on HTTP/2, %s", (_host, start) => {
  staysQuiet();

  const open = async () => {
    const server = await start();
    const sockets: Socket[] = [];
    server.on("connection", (socket: Socket) => sockets.push(socket));
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    session.on("error", () => {});
    stops.unshift(() => session.destroy());
    return { session, sockets };
  };

  // D-61
  it("takes no more of an endless upload than the limit and a bounded rest, and serves the session on", async () => {
    const { session, sockets } = await open();
    const fields = { ":method": "POST", ":path": "/read", "content-type": "application/json" };
    const stream = session.request(fields);
    const answer = answerOf(stream);
    const chunk = Buffer.alloc(65_536, "x");
    let sent = 0;
    const pour = (): void => {
      while (sent < 64 * MIB && !stream.closed && !stream.destroyed) {
        sent += chunk.length;
        if (!stream.write(chunk)) return;
      }
    };
    stream.on("drain", pour);
    pour();
    expect((await answer).status).toBe(413);
    expect(sockets[0]?.bytesRead).toBeLessThan(4 * MIB);
    expect(await answerOf(session.request({ ":path": "/fine" }))).toMatchObject({ body: "fine" });
  });

  // D-44 D-74
  it.each(["/declared", "/declared?fails"])(
    "resets the stream of %s after its good bytes, and serves the session on",
    async (path) => {
      const { session } = await open();
      const answer = await answerOf(session.request({ ":path": path }));
      // A length that is known to be wrong before the head is out is an error page.
      if (answer.status === 200) {
        expect([answer.body, answer.complete]).toEqual(["four", false]);
      } else expect(answer.status).toBe(500);
      expect(await answerOf(session.request({ ":path": "/fine" }))).toEqual({
        status: 200,
        body: "fine",
        complete: true,
      });
    },
  );
});
