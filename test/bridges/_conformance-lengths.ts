// Content-Length: known bodies have theirs, and what an endpoint declares never lies on the wire.
import type { APIContext } from "starbridge";
import { describe, expect, it } from "vitest";
import { start, traitsOf } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";

type Body = ConstructorParameters<typeof Response>[0];

export function lengths(host: HostName): void {
  const { http1 } = traitsOf(host);
  const answering = (GET: (context: APIContext) => Response | Promise<Response>) =>
    start(host, { options: { routes: { "a.ts": { GET, POST: GET } } } });

  it("sends a string, bytes and JSON with a Content-Length and never chunked", async () => {
    const server = await answering(({ url }) => {
      if (url.search === "?json") return Response.json({ ü: 1 });
      if (url.search === "?bytes") return new Response(new Uint8Array([0, 255, 128]));
      return new Response("wörld");
    });
    for (const [search, length] of [
      ["", "6"],
      ["?json", "8"],
      ["?bytes", "3"],
    ]) {
      const answer = await server.fetch(`/a${search}`);
      expect(answer.headers.get("content-length"), search).toBe(length);
      expect(answer.headers.get("transfer-encoding"), search).toBeNull();
      expect((await answer.arrayBuffer()).byteLength, search).toBe(Number(length));
    }
  });

  it("sends an empty body with a Content-Length of 0", async () => {
    const server = await answering(() => new Response(null));
    expect((await server.fetch("/a")).headers.get("content-length")).toBe("0");
  });

  // B24
  describe("the length of", () => {
    const kinds: Record<string, () => Body> = {
      null: () => null,
      "an empty string": () => "",
      text: () => "four",
      bytes: () => new Uint8Array(4),
      "a blob": () => new Blob(["four"]),
      "a form": () => new URLSearchParams({ a: "12" }),
      "a stream": () => ReadableStream.from([new TextEncoder().encode("four")]) as ReadableStream,
    };

    it.each(Object.keys(kinds))(
      "%s is the same for GET, HEAD and POST, declared or not",
      async (kind) => {
        const body = kinds[kind] ?? (() => null);
        const length = ["null", "an empty string"].includes(kind) ? "0" : "4";
        const server = await answering(({ url }) => {
          const declared = url.search ? { headers: { "content-length": length } } : {};
          return new Response(body(), declared);
        });
        for (const path of ["/a", "/a?declared"]) {
          const lengths = [];
          for (const method of ["GET", "POST", "HEAD"]) {
            const answer = await server.fetch(path, { method });
            expect(answer.status, `${method} ${path}`).toBe(200);
            lengths.push(answer.headers.get("content-length"));
            const read = (await answer.arrayBuffer()).byteLength;
            expect(read, `${method} ${path}`).toBe(method === "HEAD" ? 0 : Number(length));
          }
          // A stream that ended at once may have its length or not; where GET has one it is right.
          expect([length, ...(kind === "a stream" ? [null] : [])], path).toContain(lengths[0]);
          expect(lengths[1], path).toBe(lengths[0]);
          if (path !== "/a" || !["null", "a stream"].includes(kind)) {
            expect(lengths[2], `HEAD ${path}`).toBe(lengths[0]);
          }
        }
      },
    );
  });

  describe("a Content-Length that does not fit (D-74)", () => {
    it.each(["3", "9", "-1", "4x", "4, 4"])(
      "of %j for four known bytes is a 500 before the head",
      async (length) => {
        const server = await answering(
          () => new Response("four", { headers: { "content-length": length } }),
        );
        const answer = await server.fetch("/a");
        expect([answer.status, answer.headers.get("x-host-error")]).toEqual([500, "1"]);
        expect(server.errors).toMatchObject([{ code: "STARBRIDGE_CONTENT_LENGTH_MISMATCH" }]);
      },
    );

    it("is sent when it fits", async () => {
      const server = await answering(
        () => new Response("four", { headers: { "content-length": "4" } }),
      );
      const answer = await server.fetch("/a");
      expect([answer.headers.get("content-length"), await answer.text()]).toEqual(["4", "four"]);
    });
  });

  if (!http1) return;

  // D-74
  it.each(["3", "9"])(
    "never lets a declared length of %s and a stream of four part ways on a live connection",
    async (length) => {
      const server = await answering(() => {
        const body = new ReadableStream({
          async start(controller) {
            for (const text of ["fo", "ur"]) {
              controller.enqueue(new TextEncoder().encode(text));
              for (let turn = 0; turn < 5; turn += 1)
                await new Promise((resolve) => setImmediate(resolve));
            }
            controller.close();
          },
        });
        return new Response(body, {
          headers: { "content-length": length, "transfer-encoding": "chunked" },
        });
      });
      const connection = await server.open();
      connection.send("GET /a HTTP/1.1");
      const answer = await connection.answer();
      expect(
        answer.headers["content-length"] && answer.headers["transfer-encoding"],
      ).toBeUndefined();
      if (answer.status === 200) await connection.untilClosed();
      else expect(answer.status).toBe(500);
      connection.destroy();
    },
  );
}
