// What a client can make a host hold in memory, and for how long: uploads that are too large, too slow or not true
// to their length. What counts is what the host has taken from the socket.
import type { Socket } from "node:net";
import type { APIContext } from "starbridge";
import { describe, expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { HostName, Running } from "../_hosts.ts";
import type { RawConnection } from "../_raw.ts";
import { deferred, within } from "./_quiet.ts";

const MIB = 1024 * 1024;
const JSON_TYPE = "Content-Type: application/json";
const FORM_TYPE = "Content-Type: application/x-www-form-urlencoded";
const CHUNK = `10000\r\n${"x".repeat(65_536)}\r\n`;

/** The server's ends of the connections, oldest first. */
function socketsOf(server: Running): Socket[] {
  const sockets: Socket[] = [];
  server.server.on("connection", (socket: Socket) => sockets.push(socket));
  return sockets;
}

/** Writes chunks as long as the other side takes them. */
function pour(connection: RawConnection, most = 64 * MIB): { sent: number } {
  const state = { sent: 0 };
  const { socket } = connection;
  const more = (): void => {
    while (state.sent < most && !socket.destroyed) {
      state.sent += 65_536;
      if (!socket.write(CHUNK, "latin1")) return;
    }
  };
  socket.on("drain", more);
  more();
  return state;
}

export function limits(host: HostName): void {
  const echo = async ({ request }: APIContext): Promise<Response> =>
    new Response(String((await request.text()).length));
  const limited = (POST: unknown) => ({
    routes: {
      "a.ts": { POST } as Record<string, unknown>,
      "b.ts": { GET: () => new Response("b") },
    },
    security: { bodySizeLimit: MIB },
  });
  const answers = async (server: Running): Promise<void> => {
    expect(await (await within(5000, "b", server.fetch("/b"))).text()).toBe("b");
  };

  describe("with a limit of 1 MiB (D-61)", () => {
    it("takes one, and refuses one byte more before it comes", async () => {
      const server = await start(host, { options: limited(echo) });
      const head = (length: number): string[] => [
        "POST /a HTTP/1.1",
        JSON_TYPE,
        `Content-Length: ${length}`,
      ];
      const full = await server.raw(head(MIB), "x".repeat(MIB));
      expect([full.status, full.body]).toEqual([200, String(MIB)]);
      const connection = await server.open();
      connection.send(head(MIB + 1));
      expect((await connection.answer()).status).toBe(413);
      await connection.untilClosed();
    });

    it.each(["text", "json", "arrayBuffer", "formData", "blob"] as const)(
      "takes no more of an endless upload than the limit and a bounded rest, read by %s()",
      async (way) => {
        const POST = async ({ request }: APIContext): Promise<Response> =>
          Response.json(await request[way]());
        const server = await start(host, { options: limited(POST) });
        const sockets = socketsOf(server);
        const connection = await server.open();
        connection.send(["POST /a HTTP/1.1", FORM_TYPE, "Transfer-Encoding: chunked"]);
        pour(connection);
        const answer = await connection.answer();
        expect(answer.status).toBe(413);
        await connection.untilClosed();
        // One limit for the page, one for what is drained so that the answer arrives; buffers on top.
        expect(sockets[0]?.bytesRead).toBeLessThan(3 * MIB);
        await answers(server);
      },
    );

    it("takes little of an upload that the page does not read while it works", async () => {
      const gate = deferred();
      const started = deferred();
      const POST = async (): Promise<Response> => {
        started.resolve();
        await gate.promise;
        return new Response("done");
      };
      const server = await start(host, { options: limited(POST) });
      const sockets = socketsOf(server);
      const connection = await server.open();
      connection.send(["POST /a HTTP/1.1", JSON_TYPE, "Transfer-Encoding: chunked"]);
      pour(connection);
      await started.promise;
      await settled(server, () => sockets[0]?.bytesRead ?? 0);
      expect(sockets[0]?.bytesRead).toBeLessThan(MIB);
      gate.resolve();
      expect((await connection.answer()).body).toBe("done");
      await connection.untilClosed();
      expect(sockets[0]?.bytesRead).toBeLessThan(3 * MIB);
    });
  });

  // D-61 R8: back-pressure on the way in.
  it("leaves an upload in the client until the page reads on, and loses no byte of it", async () => {
    const gate = deferred();
    const first = deferred();
    const POST = async ({ request }: APIContext): Promise<Response> => {
      let length = 0;
      for await (const chunk of request.body ?? []) {
        length += chunk.length;
        first.resolve();
        await gate.promise;
      }
      return new Response(String(length));
    };
    const server = await start(host, {
      options: {
        routes: { "a.ts": { POST }, "b.ts": { GET: () => new Response("b") } },
        security: { bodySizeLimit: 0 },
      },
    });
    const sockets = socketsOf(server);
    const connection = await server.open();
    connection.send(["POST /a HTTP/1.1", JSON_TYPE, "Transfer-Encoding: chunked"]);
    const poured = pour(connection, 24 * MIB);
    await first.promise;
    await settled(server, () => sockets[0]?.bytesRead ?? 0);
    expect(sockets[0]?.bytesRead).toBeLessThan(MIB);
    gate.resolve();
    await expect.poll(() => poured.sent, { timeout: 10_000 }).toBe(24 * MIB);
    connection.write("0\r\n\r\n");
    expect((await connection.answer()).body).toBe(String(24 * MIB));
    connection.destroy();
  });

  // D-61: Node cuts the body at its length; what follows is a request of its own, for every guard to see.
  it("gives a page no more than the announced length, and takes the rest for another request", async () => {
    const server = await start(host, {
      guard: "/admin",
      options: {
        routes: {
          "a.ts": { POST: async ({ request }: APIContext) => new Response(await request.text()) },
          "admin/secret.ts": { GET: () => new Response("the secret") },
        },
      },
    });
    const head = ["POST /a HTTP/1.1", JSON_TYPE, "Content-Length: 5"];
    const noise = await server.open();
    noise.send(head, `hello${"x".repeat(2000)}`);
    const first = await noise.answer();
    expect([200, 400]).toContain(first.status);
    if (first.status === 200) expect(first.body).toBe("hello");
    await noise.untilClosed();
    expect(noise.received).not.toContain("HTTP/1.1 200");

    const smuggler = await server.open();
    smuggler.send(head, "helloGET /admin/secret HTTP/1.1\r\nHost: h.test\r\n\r\n");
    expect((await smuggler.answer()).body).toBe("hello");
    const second = await smuggler.answer();
    expect([second.status, second.body]).toEqual([401, "host 401"]);
    smuggler.destroy();
  });

  // D-24 B27: what no page may read, whatever its framing, is out of the way before the next request.
  it.each([
    ["GET", "Transfer-Encoding: chunked", "3\r\nabc\r\n0\r\n\r\n"],
    ["HEAD", "Content-Length: 3", "abc"],
    ["GET", "Content-Length: 300000", "x".repeat(300_000)],
    ["DELETE", "Content-Length: 3", "abc"],
    ["DELETE", "Transfer-Encoding: chunked", "3\r\nabc\r\n0\r\n\r\n"],
  ])(
    "keeps a connection in step after an unread body of %s with %s",
    async (method, framing, body) => {
      const ALL = ({ request }: APIContext): Response =>
        new Response(request.method === "DELETE" ? "deleted" : String(request.body));
      const server = await start(host, { options: { routes: { "a.ts": { ALL } } } });
      const connection = await server.open();
      connection.send([`${method} /a HTTP/1.1`, JSON_TYPE, framing], body);
      const first = await connection.answer(method === "HEAD");
      expect(first.status).toBe(200);
      if (method === "GET") expect(first.body).toBe("null");
      if (first.headers.connection?.[0] === "close") await connection.untilClosed();
      else {
        connection.send("GET /a HTTP/1.1");
        expect((await connection.answer()).body).toBe("null");
      }
      connection.destroy();
    },
  );

  // B1 D-40: each way to read, on the host itself.
  it.each(["text", "json", "arrayBuffer", "formData", "blob"] as const)(
    "rejects a pending %s() with the signal's reason when the upload stops",
    async (way) => {
      const reading = deferred();
      const outcome = deferred<[string, boolean]>();
      const POST = async ({ request }: APIContext): Promise<Response> => {
        const read = request[way]();
        reading.resolve();
        try {
          await read;
          outcome.resolve(["read to an end", false]);
        } catch (error) {
          outcome.resolve([(error as Error).name, error === request.signal.reason]);
        }
        return new Response("nobody reads this");
      };
      const server = await start(host, {
        options: { routes: { "a.ts": { POST } }, security: { checkOrigin: false } },
      });
      const connection = await server.open();
      connection.send(["POST /a HTTP/1.1", FORM_TYPE, "Content-Length: 100000"], "7 bytes");
      await reading.promise;
      connection.destroy();
      const [name, same] = await within(2000, "the rejection", outcome.promise);
      expect([name, same]).toEqual(["AbortError", true]);
      expect(server.errors).toEqual([]);
    },
  );
}

/** Waits until a number stays the same between two looks, some answers of the same server apart. */
async function settled(server: Running, look: () => number): Promise<void> {
  let before = -1;
  for (let looks = 0; looks < 200 && before !== look(); looks += 1) {
    before = look();
    for (let index = 0; index < 10; index += 1) await (await server.fetch("/b")).text();
  }
  expect(look()).toBe(before);
}
