// One connection that lives long: whatever was asked on it, nothing of that stays behind.
import type { EventEmitter } from "node:events";
import type { APIContext } from "starbridge";
import { expect, it } from "vitest";
import { start, traitsOf } from "../_hosts.ts";
import type { HostName, Running } from "../_hosts.ts";

const ROUNDS = 25;
const JSON_TYPE = { "content-type": "application/json" };

const counts = (emitter: EventEmitter): Record<string, number> =>
  Object.fromEntries(
    emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]),
  );

/** What is asked, again and again: method, path, body, and what the answer's status and body are. */
const mixture: [string, string, string, number, string][] = [
  ["GET", "/page", "", 200, "page"],
  ["POST", "/read", '{"a":1}', 200, '{"a":1}'],
  ["POST", "/unread", '{"a":1}', 200, "unread"],
  ["GET", "/stream", "", 200, "one two three"],
  ["HEAD", "/stream", "", 200, ""],
  ["GET", "/signal", "", 200, "false"],
  ["GET", "/fails", "", 500, "host error page"],
  ["GET", "/breaks", "", 500, "host error page"],
  ["GET", "/pass", "", 404, "host 404"],
  ["GET", "/none", "", 404, "host 404"],
  ["DELETE", "/page", "", 404, "host 404"],
  ["POST", "/legacy", "legacy body", 200, "legacy body"],
  ["GET", "/rewritten", "", 200, "page"],
];

export function oneConnection(host: HostName): void {
  const { http1 } = traitsOf(host);

  // D-68 B42 B52
  it("has the listeners and signals after 300 mixed requests that it had before", async () => {
    const signals: AbortSignal[] = [];
    let aborts = 0;
    const server = await start(host, {
      options: {
        routes: {
          "page.ts": { GET: () => new Response("page") },
          "read.ts": {
            POST: async ({ request }: APIContext) => new Response(await request.text()),
          },
          "unread.ts": { POST: () => new Response("unread") },
          "stream.ts": { GET: () => new Response(slowly(["one ", "two ", "three"])) },
          "signal.ts": {
            GET: ({ request }: APIContext) => {
              request.signal.addEventListener("abort", () => (aborts += 1));
              signals.push(request.signal);
              return new Response(String(request.signal.aborted));
            },
          },
          "fails.ts": {
            GET: () => {
              throw new Error("fails");
            },
          },
          "breaks.ts": { GET: () => new Response(failing()) },
          "pass.ts": { GET: ({ pass }: APIContext) => pass() },
          "rewritten.ts": { GET: ({ rewrite }: APIContext) => rewrite("/page") },
        },
      },
      legacy: { "POST /legacy": async ({ body }) => ({ text: await body() }) },
    });
    const ends: EventEmitter[] = [];
    server.server.on(http1 ? "connection" : "session", (end: EventEmitter) => ends.push(end));
    const ask = http1 ? await askRaw(server) : askFetch(server);

    const round = async (): Promise<void> => {
      for (const [method, path, body, status, expected] of mixture) {
        expect(await ask(method, path, body), `${method} ${path}`).toEqual([status, expected]);
      }
    };
    for (let index = 0; index < 3; index += 1) await round();
    const before = [counts(ends[0] as EventEmitter), counts(process)];
    for (let index = 3; index < ROUNDS; index += 1) await round();
    expect([counts(ends[0] as EventEmitter), counts(process)]).toEqual(before);
    expect([ends.length, signals.length, aborts]).toEqual([1, ROUNDS, 0]);
    expect(signals.filter((signal) => signal.aborted)).toEqual([]);
  });
}

type Ask = (method: string, path: string, body: string) => Promise<[number, string]>;

/** Every request on one connection of HTTP/1.1. */
async function askRaw(server: Running): Promise<Ask> {
  const connection = await server.open();
  return async (method, path, body) => {
    const type = path === "/legacy" ? "text/plain" : JSON_TYPE["content-type"];
    const head = body ? [`Content-Type: ${type}`, `Content-Length: ${body.length}`] : [];
    connection.send([`${method} ${path} HTTP/1.1`, ...head], body);
    const answer = await connection.answer(method === "HEAD");
    return [answer.status, answer.body];
  };
}

/** Every request on one session of HTTP/2. */
function askFetch(server: Running): Ask {
  return async (method, path, body) => {
    const answer = await server.fetch(path, { method, ...(body && { body, headers: JSON_TYPE }) });
    return [answer.status, await answer.text()];
  };
}

function slowly(texts: string[]): ReadableStream<Uint8Array> {
  const left = [...texts];
  const stream = new ReadableStream<string>({
    async pull(controller) {
      await new Promise((resolve) => setImmediate(resolve));
      const text = left.shift();
      if (text === undefined) controller.close();
      else controller.enqueue(text);
    },
  });
  return stream.pipeThrough(new TextEncoderStream());
}

function failing(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull() {
      throw new Error("breaks");
    },
  });
}
