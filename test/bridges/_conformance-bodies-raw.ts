// Bodies as bytes on a socket: framing, 100-continue, connections that stay in step.
import type { APIContext } from "starbridge";
import { expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";

const echo = async ({ request }: APIContext): Promise<Response> =>
  new Response(await request.text());
const shape = async ({ request }: APIContext): Promise<Response> =>
  Response.json({ isNull: request.body === null, text: await request.text() });
const JSON_TYPE = "Content-Type: application/json";

export function bodiesOnTheWire(host: HostName): void {
  it("reads a chunked body", async () => {
    const server = await start(host, { options: { routes: { "a.ts": { POST: echo } } } });
    const head = ["POST /a HTTP/1.1", JSON_TYPE, "Transfer-Encoding: chunked"];
    const answer = await server.raw(head, "3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\n\r\n");
    expect([answer.status, answer.body]).toEqual([200, "abcde"]);
  });

  it("tells an empty body from an absent one", async () => {
    const server = await start(host, { options: { routes: { "a.ts": { POST: shape } } } });
    const chunked = ["POST /a HTTP/1.1", JSON_TYPE, "Transfer-Encoding: chunked"];
    const empty = await server.raw(chunked, "0\r\n\r\n");
    expect(JSON.parse(empty.body)).toEqual({ isNull: false, text: "" });
    const zero = await server.raw(["POST /a HTTP/1.1", JSON_TYPE, "Content-Length: 0"]);
    expect(JSON.parse(zero.body)).toEqual({ isNull: true, text: "" });
    const absent = await server.raw("POST /a HTTP/1.1");
    expect(JSON.parse(absent.body)).toEqual({ isNull: true, text: "" });
  });

  // D-24
  it("ignores the body of a GET and keeps the connection in step", async () => {
    const server = await start(host, { options: { routes: { "a.ts": { GET: shape } } } });
    const connection = await server.open();
    connection.send(["GET /a HTTP/1.1", "Content-Length: 3"], "abc");
    const first = await connection.answer();
    expect([first.status, JSON.parse(first.body)]).toEqual([200, { isNull: true, text: "" }]);
    connection.send("GET /a HTTP/1.1");
    expect((await connection.answer()).status).toBe(200);
    connection.destroy();
  });

  // B27
  it.each([3, 300_000])(
    "drains %i unread bytes or closes, and never loses step",
    async (length) => {
      const server = await start(host, {
        options: {
          routes: {
            "a.ts": { POST: () => new Response("ignored"), GET: () => new Response("next") },
          },
        },
      });
      const connection = await server.open();
      connection.send(
        ["POST /a HTTP/1.1", JSON_TYPE, `Content-Length: ${length}`],
        "x".repeat(length),
      );
      const first = await connection.answer();
      expect([first.status, first.body]).toEqual([200, "ignored"]);
      if (first.headers.connection?.[0] === "close") {
        await connection.untilClosed();
      } else {
        connection.send("GET /a HTTP/1.1");
        expect((await connection.answer()).body).toBe("next");
      }
      connection.destroy();
    },
  );

  // D-61
  it("answers an announced body that is too large before it comes, and closes or drains", async () => {
    const server = await start(host, {
      options: { routes: { "a.ts": { POST: echo } }, security: { bodySizeLimit: 1000 } },
    });
    const connection = await server.open();
    connection.send(["POST /a HTTP/1.1", JSON_TYPE, "Content-Length: 50000000"], "first bytes");
    const answer = await connection.answer();
    expect(answer.status).toBe(413);
    expect(answer.headers.connection?.[0]).toBe("close");
    await connection.untilClosed();
  });

  // D-61
  it("refuses a chunked body that is too large without waiting for its end", async () => {
    const server = await start(host, {
      options: { routes: { "a.ts": { POST: echo } }, security: { bodySizeLimit: 1000 } },
    });
    const connection = await server.open();
    const chunk = `7d0\r\n${"x".repeat(2000)}\r\n`;
    connection.send(["POST /a HTTP/1.1", JSON_TYPE, "Transfer-Encoding: chunked"], chunk);
    expect((await connection.answer()).status).toBe(413);
    connection.destroy();
  });

  // D-27
  it("sends 100 Continue exactly once when the body is read", async () => {
    const server = await start(host, { options: { routes: { "a.ts": { POST: echo } } } });
    const connection = await server.open();
    connection.send(["POST /a HTTP/1.1", JSON_TYPE, "Content-Length: 4", "Expect: 100-continue"]);
    expect((await connection.answer()).status).toBe(100);
    connection.write("data");
    const answer = await connection.answer();
    expect([answer.status, answer.body, connection.received]).toEqual([200, "data", ""]);
    connection.destroy();
  });

  // D-27
  it("closes the connection when the endpoint refuses an expected body without reading it", async () => {
    const POST = (): Response => new Response("too much", { status: 413 });
    const server = await start(host, { options: { routes: { "a.ts": { POST } } } });
    const connection = await server.open();
    connection.send([
      "POST /a HTTP/1.1",
      JSON_TYPE,
      "Content-Length: 900000",
      "Expect: 100-continue",
    ]);
    let answer = await connection.answer();
    if (answer.status === 100) answer = await connection.answer();
    expect([answer.status, answer.body]).toEqual([413, "too much"]);
    await connection.untilClosed();
  });

  it("keeps the order of pipelined requests", async () => {
    const GET = async ({ url }: APIContext): Promise<Response> => {
      // The first one answers last.
      for (let turn = Number(url.searchParams.get("turns")); turn > 0; turn -= 1) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      return new Response(url.search);
    };
    const server = await start(host, { options: { routes: { "a.ts": { GET } } } });
    const connection = await server.open();
    const one = (turns: number) => `GET /a?turns=${turns} HTTP/1.1\r\nHost: h.test\r\n\r\n`;
    connection.write(one(20) + one(5) + one(0));
    const bodies = [];
    for (let index = 0; index < 3; index += 1) bodies.push((await connection.answer()).body);
    expect(bodies).toEqual(["?turns=20", "?turns=5", "?turns=0"]);
    connection.destroy();
  });
}
