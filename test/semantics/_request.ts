// What a Request is, as a list of cases over one: run on a Request of the platform, and on the one that an endpoint
// is given for the same method, URL, headers and body coming over a socket.
import { once } from "node:events";
import { createServer, request as send } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { APIContext } from "starbridge";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { HostName, Setup } from "../_hosts.ts";
import { within } from "../bridges/_quiet.ts";
import { requestBodies } from "./_request-bodies.ts";
import { requestClass } from "./_request-class.ts";
import { requestCopies } from "./_request-copies.ts";
import { requestFetches } from "./_request-fetch.ts";
import { requestHeaders } from "./_request-headers.ts";

/** What a client sends. */
export interface Sent {
  /** (`POST` with a body, else `GET`) */
  method?: string;
  /** (`/a`) */
  path?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Uint8Array;
}

/** What the other server, which some cases fetch from, has received. */
export interface Received {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage["headers"];
  body: string;
}

/** The other server: answers every request, and keeps it. */
export interface Elsewhere {
  origin: string;
  received: Received[];
}

/** One sentence, what is sent, what is seen of the Request, and what that is. */
export type RequestCase = readonly [
  title: string,
  sent: Sent | ((elsewhere: Elsewhere) => Sent),
  observe: (request: Request, elsewhere: Elsewhere) => unknown,
  expected: unknown,
];

const cases: Record<string, RequestCase[]> = {
  "the object": requestClass,
  headers: requestHeaders,
  bodies: requestBodies,
  "copies and clones": requestCopies,
  "in fetch()": requestFetches,
};

/**
 * Registers the list for a host.
 *
 * @param name For the titles.
 * @param setup Of the host; its routes are ours.
 */
export function requestSemantics(name: string, host: HostName, setup: Setup = {}): void {
  describe(`the Request of ${name}`, () => {
    let other: Awaited<ReturnType<typeof startElsewhere>>;
    beforeAll(async () => {
      other = await startElsewhere();
    });
    beforeEach(() => {
      other.received.length = 0;
    });
    afterAll(() => other.stop());

    for (const [chapter, rows] of Object.entries(cases)) {
      describe(chapter, () => {
        it.each(rows.map((row) => [...row] as const))("%s", async (_, sent, observe, expected) => {
          const what = resolve(sent, other);
          const platform = await observe(plainRequest(what), other);
          expect(platform, "the platform").toEqual(expected);
          other.received.length = 0;
          const ours = await overSocket(host, setup, what, (request) => observe(request, other));
          expect(ours, name).toEqual(platform);
        });
      });
    }
  });
}

function resolve(sent: RequestCase[1], other: Elsewhere): Required<Sent> {
  const { method, path, headers, body } = typeof sent === "function" ? sent(other) : sent;
  return {
    method: method ?? (body === undefined ? "GET" : "POST"),
    path: path ?? "/a",
    headers: { host: "h.test", "content-type": "application/json", ...headers },
    body: body ?? "",
  };
}

/** The same, said to the platform's constructor. Fetch knows no body with GET and HEAD. */
function plainRequest({ method, path, headers, body }: Required<Sent>): Request {
  const list = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
  const mayHaveBody = method !== "GET" && method !== "HEAD" && body.length > 0;
  return new Request(`http://${headers.host}${path}`, {
    method,
    headers: list,
    ...(mayHaveBody && { body }),
  });
}

/** What is seen inside of an endpoint. */
async function overSocket(
  host: HostName,
  setup: Setup,
  { method, path, headers, body }: Required<Sent>,
  observe: (request: Request) => unknown,
): Promise<unknown> {
  let seen: Promise<unknown> = Promise.reject(new Error("no endpoint was called"));
  seen.catch(() => {});
  const ALL = async (context: APIContext): Promise<Response> => {
    seen = (async () => await observe(context.request))();
    await seen.catch(() => {});
    return new Response("seen");
  };
  const routes = { "a.ts": { ALL }, "[...rest].ts": { ALL } };
  const { port } = await start(host, { ...setup, options: { ...setup.options, routes } });
  const length = { "content-length": String(Buffer.byteLength(body)) };
  const all = { ...headers, ...(body.length > 0 && length), connection: "close" };
  const client = send({ port, host: "127.0.0.1", method, path, headers: all });
  client.end(body);
  const [answer] = (await within(5000, "an answer", once(client, "response"))) as [IncomingMessage];
  answer.resume();
  return await seen;
}

/** Starts another server on the machine. */
async function startElsewhere(): Promise<Elsewhere & { stop(): void }> {
  const received: Received[] = [];
  const server = createServer(async (req, res) => {
    let body = "";
    for await (const chunk of req) body += chunk;
    received.push({ method: req.method, url: req.url, headers: req.headers, body });
    res.end(`answer ${received.length}`);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { origin: `http://127.0.0.1:${port}`, received, stop };
}
