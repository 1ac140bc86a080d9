// A client that is refused in the middle of its upload: it can read the whole refusal, and then the connection ends.
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { APIContext } from "starbridge";
import { describe, expect, it } from "vitest";
import type { RawConnection } from "../_raw.ts";
import type { HostName, Running } from "../_hosts.ts";
import { start } from "../_hosts.ts";
import { staysQuiet, within } from "./_quiet.ts";

const hosts: HostName[] = [
  "express 4",
  "express 5",
  "fastify",
  "fastify + middie",
  "connect",
  "node:http",
];
const LENGTH = 300_000;
const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;

const routes = {
  // Says itself why it refuses, at a length that does not fit in one packet.
  "refuses.ts": {
    POST: async ({ request }: APIContext) => {
      const code = await request.text().catch((error: { code: string }) => error.code);
      return new Response(code.padEnd(LENGTH, "."), { status: 413 });
    },
  },
  // Leaves it to the host's error handler.
  "fails.ts": {
    POST: async ({ request }: APIContext) => new Response(await request.text()),
  },
  "b.ts": { GET: () => new Response("b") },
};

interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
}

/** A host, and the requests that it got. */
async function refusing(host: HostName): Promise<Running & { exchanges: Exchange[] }> {
  const server = await start(host, {
    options: { routes, security: { bodySizeLimit: 1000 } },
  });
  const exchanges: Exchange[] = [];
  server.server.on("request", (req, res) => exchanges.push({ req, res }));
  return Object.assign(server, { exchanges });
}

/** How a client announces its upload, and what it then sends over and over. */
const uploads = {
  chunked: ["Transfer-Encoding: chunked", chunk],
  announced: ["Content-Length: 5000000000", "x".repeat(0x10000)],
  "announced on its last connection": [
    "Connection: close\r\nContent-Length: 5000000000",
    "x".repeat(0x10000),
  ],
} as const;

/** Uploads until the other side closes. */
function upload(
  connection: RawConnection,
  path: string,
  kind: keyof typeof uploads = "chunked",
): void {
  const [head, part] = uploads[kind];
  connection.send(`POST ${path} HTTP/1.1\r\n${head}`);
  const { socket } = connection;
  const more = (): void => {
    while (!connection.closed && !socket.destroyed && socket.write(part, "latin1"));
  };
  socket.on("drain", more);
  more();
}

/** Until the server takes no more of a request whose answer is out. */
async function untilRefused({ req, res }: Exchange): Promise<void> {
  if (!res.writableFinished) await once(res, "finish");
  if (!req.isPaused()) await once(req, "pause");
}

describe.each(hosts)("an upload without end that is refused on %s", (host) => {
  staysQuiet();

  it.each(["/refuses", "/fails"])(
    "lets the client read all of the 413 of %s, and ends the connection after it",
    async (path) => {
      const server = await refusing(host);
      const connection = await server.open();
      upload(connection, path);
      const answer = await within(5000, "the answer", connection.answer());
      expect([answer.status, answer.complete]).toEqual([413, true]);
      const text = path === "/fails" ? "host error page" : "STARBRIDGE_BODY_TOO_LARGE";
      expect(answer.body.slice(0, text.length)).toBe(text);
      await within(5000, "the close", connection.untilClosed());
      expect(await (await server.fetch("/b")).text()).toBe("b");
      connection.destroy();
    },
  );

  it.each(["announced", "announced on its last connection"] as const)(
    "lets the client read all of the 413 when its length is %s",
    async (kind) => {
      const server = await refusing(host);
      const connection = await server.open();
      connection.pause();
      upload(connection, "/refuses", kind);
      await expect.poll(() => server.exchanges[0]?.res.writableFinished).toBe(true);
      // What the system holds for the client by then is all that it gets of a connection that is reset.
      await new Promise(setImmediate);
      connection.socket.resume();
      const answer = await within(5000, "the answer", connection.answer());
      expect([answer.status, answer.complete]).toEqual([413, true]);
      expect(answer.headers.connection).toEqual(["close"]);
      await within(5000, "the close", connection.untilClosed());
      connection.destroy();
    },
  );

  it("lets a client read it that looks only when its upload stands still", async () => {
    const server = await refusing(host);
    const connection = await server.open();
    connection.pause();
    upload(connection, "/refuses");
    await expect.poll(() => server.exchanges.length).toBe(1);
    await within(5000, "the refusal", untilRefused(server.exchanges[0] as Exchange));
    connection.socket.resume();
    const answer = await within(5000, "the answer", connection.answer());
    expect([answer.status, answer.complete, answer.body.length]).toEqual([413, true, LENGTH]);
    await within(5000, "the close", connection.untilClosed());
    connection.destroy();
  });

  it("leaves no socket and no timer, whoever ends it", async () => {
    const server = await refusing(host);
    const active = () =>
      process.getActiveResourcesInfo().filter((kind) => /^TCPSocketWrap|Timeout/.test(kind)).length;
    const before = active();
    const patient = await server.open();
    const hasty = await server.open();
    upload(patient, "/refuses");
    upload(hasty, "/refuses");
    await within(5000, "the answer", hasty.answer());
    hasty.destroy();
    await within(5000, "the close", patient.untilClosed());
    patient.destroy();
    const sockets = server.exchanges.map(({ req }) => req.socket as Socket | null);
    await expect.poll(() => sockets.every((socket) => socket?.destroyed ?? true)).toBe(true);
    const open = () =>
      new Promise<number>((resolve) => server.server.getConnections((_, count) => resolve(count)));
    await expect.poll(open).toBe(0);
    await expect.poll(active).toBeLessThanOrEqual(before);
  });

  it("does not hold up a host that closes, though the client stays", async () => {
    const server = await refusing(host);
    const connection = await server.open();
    upload(connection, "/refuses");
    await within(5000, "the answer", connection.answer());
    const closed = new Promise<void>((resolve) => server.server.close(() => resolve()));
    await within(5000, "the close of the server", closed);
    connection.destroy();
  });
});
