// The client that the other tests measure with: what it says came is what came, however large and in whatever pieces.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { raw } from "../_raw.ts";
import { listener } from "../bridges/_listen.ts";
import { holds } from "./_property.ts";

const MIB = 1024 * 1024;

describe("the client that speaks HTTP by hand", () => {
  const listen = listener();

  it.each(["declared", "in chunks"])("reads 24 MiB %s, in its time", async (how) => {
    const { port } = await listen((_req, res) => {
      if (how === "declared") res.setHeader("content-length", 24 * MIB);
      for (let at = 0; at < 24 * 64; at++) res.write(Buffer.alloc(MIB / 64, 97 + (at % 26)));
      res.end();
    });
    const { body, complete } = await raw(port, "GET / HTTP/1.1");
    expect([body.length, complete, body.at(-1)]).toEqual([24 * MIB, true, "b"]);
  });

  it("tells a whole answer from one that was cut off, wherever that was", async () => {
    const text =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\na\r\n0123456789\r\n";
    let sent = "";
    const { port } = await listen((req) => {
      req.socket.end(sent);
    });
    const ends = fc.constantFrom("", "0\r\n", "0\r\n\r\n", "5\r\nab");
    await holds(30, ends, async (end) => {
      sent = text + end;
      const { body, complete } = await raw(port, "GET / HTTP/1.1");
      expect([body, complete]).toEqual(["abc0123456789", end === "0\r\n\r\n"]);
    });
  });
});
