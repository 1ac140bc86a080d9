// Real servers of HTTP/1.1 and HTTP/2 around one handler, closed after the test.
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect, createServer as createHttp2Server } from "node:http2";
import type {
  ClientHttp2Session,
  ClientHttp2Stream,
  Http2ServerRequest,
  Http2ServerResponse,
  OutgoingHttpHeaders,
} from "node:http2";
import type { AddressInfo, Server } from "node:net";
import { afterEach } from "vitest";
import type { Logger } from "../../../lib/log.ts";
import { PlainIncoming } from "../../../lib/node/incoming.ts";
import { openRaw } from "../../_raw.ts";
import type { RawConnection } from "../../_raw.ts";

export interface Listening {
  origin: string;
  port: number;
  get(path: string, init?: RequestInit): Promise<Response>;
  /** A connection by hand. */
  open(): Promise<RawConnection>;
}

type Handler<Req, Res> = (req: Req, res: Res) => unknown;

/** Gives functions that start servers; those are closed after each test of the file. */
export function servers() {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  async function listen(server: Server): Promise<Listening> {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const origin = `http://127.0.0.1:${port}`;
    return {
      origin,
      port,
      get: (path, init) => fetch(origin + path, { redirect: "manual", ...init }),
      open: async () => {
        const connection = await openRaw(port);
        closers.unshift(() => connection.destroy());
        return connection;
      },
    };
  }

  return {
    async http(handler: Handler<IncomingMessage, ServerResponse>) {
      const server = createServer((req, res) => void handler(req, res));
      closers.push(() => {
        server.closeAllConnections();
        return new Promise((resolve) => server.close(resolve));
      });
      return listen(server);
    },

    async http2(handler: Handler<Http2ServerRequest, Http2ServerResponse>) {
      const server = createHttp2Server((req, res) => void handler(req, res));
      const { origin } = await listen(server);
      const session = connect(origin);
      session.on("error", () => {});
      closers.push(() => {
        session.destroy();
        return new Promise((resolve) => server.close(resolve));
      });
      return { session, open: (head?: OutgoingHttpHeaders) => openStream(session, head) };
    },
  };
}

function openStream(session: ClientHttp2Session, head: OutgoingHttpHeaders = {}) {
  const method = head[":method"] ?? "GET";
  const stream = session.request(head, { endStream: method === "GET" || method === "HEAD" });
  stream.on("error", () => {});
  return stream;
}

/** Status, headers and body of an answer of HTTP/2. */
export async function http2Answer(stream: ClientHttp2Stream) {
  const [headers] = (await once(stream, "response")) as [OutgoingHttpHeaders];
  let body = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    body += text;
  });
  if (!stream.closed) await new Promise((resolve) => stream.once("close", resolve));
  return { status: headers[":status"], headers, body, code: stream.rstCode };
}

/** A request as a bridge would read it, with the whole URL as its place. */
export function incomingOf(
  req: IncomingMessage | Http2ServerRequest,
  res: ServerResponse | Http2ServerResponse,
  bodyLimit = 0,
): PlainIncoming {
  const [pathname = "", query] = (req.url ?? "").split("?", 2);
  const search = query === undefined ? "" : `?${query}`;
  return new PlainIncoming(req, res, { pathname, mount: "", search }, bodyLimit);
}

/** The genuine Request of such a request. */
export function requestOf(incoming: PlainIncoming): Request {
  return incoming.toRequest(incoming.origin + incoming.pathname + incoming.search);
}

/** A promise and its handles. */
export function deferred<Value = void>() {
  let resolve: (value: Value) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<Value>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

/** Waits for a promise, but not for ever. */
export async function within<Value>(ms: number, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a promise is rejected with; fails when it is not. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected a rejection");
}

/** The next turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Looks again each turn until it holds, but not for ever. */
export async function eventually(holds: () => boolean, ms = 3000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`does not hold within ${ms} ms: ${holds}`);
    await turn();
  }
}

/** A logger that remembers its errors. */
export function recorder() {
  const errors: unknown[] = [];
  const logger: Logger = {
    info() {},
    warn() {},
    error: (fields: unknown) => void errors.push((fields as { err: unknown }).err),
  };
  return { errors, logger };
}
