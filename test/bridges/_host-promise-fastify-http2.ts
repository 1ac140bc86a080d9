// What Fastify promises over HTTP/2: requests beside each other, resets, sessions.
import { once } from "node:events";
import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import { Readable } from "node:stream";
import type { FastifyServerOptions } from "fastify";
import { certificate } from "../faults/_certificate.ts";
import { within } from "./_quiet.ts";
import { statusAndBody } from "./_host-promise-driven.ts";
import type { FastifyDriven } from "./_host-promise-fastify.ts";
import { get } from "./_host-promise.ts";
import { openSession, sayAll } from "./_host-promise-wires.ts";
import type { Wire } from "./_host-promise-wires.ts";

const never = (): Promise<never> => new Promise(() => {});

/** Asks for a path, and gives status, body and code. */
async function answerOf(stream: ClientHttp2Stream): Promise<unknown[]> {
  let body = "";
  let status: unknown;
  stream.on("response", (fields) => {
    status = fields[":status"];
  });
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    body += chunk;
  });
  stream.on("error", () => {});
  if (!stream.closed) await within(10_000, "an answer", once(stream, "close"));
  return [status, body.length > 200 ? body.length : body, stream.rstCode];
}

async function withSession<Value>(
  { wire, port }: { wire: Wire; port: number },
  use: (session: ClientHttp2Session) => Promise<Value>,
): Promise<Value> {
  const session = openSession(wire, port);
  try {
    return await use(session);
  } finally {
    session.destroy();
  }
}

const scenarios: FastifyDriven[] = [
  {
    title: "answers requests beside each other, and shows its handlers their stream",
    build({ app, note }) {
      const host = app();
      host.addHook("onResponse", async (request, reply) =>
        note(`${request.url} ${reply.statusCode}`),
      );
      host.get(
        "/facts",
        async ({ raw, host: authority, hostname, protocol, ip, method, headers }) => {
          const { httpVersion, stream } = raw as unknown as {
            httpVersion: string;
            stream: { id: number };
          };
          const names = Object.keys(headers).filter((name) => name.startsWith(":"));
          return {
            httpVersion,
            id: stream.id,
            authority,
            hostname,
            ip,
            method,
            names,
            same: protocol === headers[":scheme"],
          };
        },
      );
      host.get("/waits", async () => {
        note("waits");
        await new Promise<void>((resolve) => host.server.once("goOn" as never, resolve));
        return "waited";
      });
      host.post("/echo", { bodyLimit: 400_000 }, async (request) => request.body as object);
      host.get(
        "/large",
        (_request, reply) => void reply.send(Readable.from(["x".repeat(300_000)])),
      );
      return host;
    },
    drive: (up) =>
      withSession(up, async (session) => {
        const waits = answerOf(session.request({ ":path": "/waits" }));
        await up.notes.until("waits");
        const facts = await answerOf(
          session.request({ ":path": "/facts", ":authority": "a.test:81" }),
        );
        const posted = session.request({
          ":path": "/echo",
          ":method": "POST",
          "content-type": "application/json",
        });
        posted.end(JSON.stringify("y".repeat(300_000)));
        const large = [
          await answerOf(posted),
          await answerOf(session.request({ ":path": "/large" })),
        ];
        up.server.emit("goOn");
        return [JSON.parse(String(facts[1])), large, await waits];
      }),
    sees: [
      {
        ...{ httpVersion: "2.0", id: 3, authority: "a.test:81", hostname: "a.test" },
        ...{ ip: "127.0.0.1", method: "GET", same: true },
        names: [":path", ":authority", ":method", ":scheme"],
      },
      [
        [200, 300_000, 0],
        [200, 300_000, 0],
      ],
      [200, "waited", 0],
    ],
    notes: ["waits", "/facts 200", "/echo 200", "/large 200", "/waits 200"],
  },
  {
    title:
      "runs onRequestAbort for requests that are reset, and answers the others of their session",
    build({ app, note }) {
      const host = app();
      host.addHook("onRequestAbort", async ({ url }) => note(`abort ${url}`));
      host.get("/wait", async (request) => {
        request.raw.on("close", () => note("close"));
        request.signal.addEventListener("abort", () => note("signal"));
        note("waits");
        return await never();
      });
      host.get("/stream", (_request, reply) => {
        const chunks = new Readable({ read() {} });
        chunks.push("first");
        chunks.once("close", () => note("stream closed"));
        return reply.send(chunks);
      });
      host.get("/ok", async () => "ok");
      return host;
    },
    drive: (up) =>
      withSession(up, async (session) => {
        const waiting = session.request({ ":path": "/wait" });
        waiting.on("error", () => {});
        await up.notes.until("waits");
        waiting.close(8);
        await up.notes.until("abort /wait");
        await up.notes.until("close");
        const streaming = session.request({ ":path": "/stream" });
        streaming.on("error", () => {});
        await within(10_000, "a chunk", once(streaming, "data"));
        streaming.close(8);
        await up.notes.until("stream closed");
        await up.notes.until("abort /stream");
        return await answerOf(session.request({ ":path": "/ok" }));
      }),
    sees: [200, "ok", 0],
    notes: ["waits", "close", "signal", "abort /wait", "abort /stream", "stream closed"],
  },
  {
    title: "ends sessions that come to rest, at their time limit",
    build({ app }) {
      const host = app({ http2SessionTimeout: 100 } as FastifyServerOptions);
      host.get("/ok", async () => "ok");
      return host;
    },
    drive: (up) =>
      withSession(up, async (session) => {
        const ended = once(session, "close");
        const answer = await answerOf(session.request({ ":path": "/ok" }));
        await within(10_000, "the end of the session", ended);
        return answer;
      }),
    sees: [200, "ok", 0],
    notes: [],
  },
  {
    title: "finishes what is at work when it closes, and ends the session then",
    build({ app, note }) {
      const host = app();
      host.get("/waits", async () => {
        note("waits");
        await new Promise<void>((resolve) => host.server.once("goOn" as never, resolve));
        return "waited";
      });
      for (const hook of ["preClose", "onClose"] as const)
        host.addHook(hook, async () => note(hook));
      return host;
    },
    drive: (up) =>
      withSession(up, async (session) => {
        const ended = once(session, "close");
        const answer = answerOf(session.request({ ":path": "/waits" }));
        await up.notes.until("waits");
        const stopped = up.stop();
        await up.notes.until("preClose");
        up.server.emit("goOn");
        const seen = await answer;
        await within(10_000, "the end of the session", ended);
        await stopped;
        return seen;
      }),
    sees: [200, "waited", 0],
    notes: ["waits", "preClose", "onClose"],
  },
];

export const fastifyHttp2: FastifyDriven[] = [
  ...(["http2", "http2 (tls)"] as const).flatMap((wire) =>
    scenarios.map((scenario) => ({ ...scenario, title: `${scenario.title}, over ${wire}`, wire })),
  ),
  {
    title: "serves clients of HTTP/1.1 beside those of HTTP/2, where it is told to",
    wire: "http2 (tls)",
    build({ app }) {
      const host = app({ https: { ...certificate(), allowHTTP1: true } } as FastifyServerOptions);
      host.get("/", async ({ raw, protocol, host: authority }) => [
        raw.httpVersion,
        protocol,
        authority,
      ]);
      return host;
    },
    async drive({ port }) {
      const text = get("/", 200).text;
      const old = await sayAll("https", port, text);
      return [
        statusAndBody(old),
        (await sayAll("http2 (tls)", port, text)).includes('["2.0","https","h.test"]'),
      ];
    },
    sees: [["HTTP/1.1 200 OK", '["1.1","https","h.test"]'], true],
    notes: [],
  },
];
