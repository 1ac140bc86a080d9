// Relatives of the failures that other parts of the list name, on the wire: another spelling, a doubled header, an old
// client.
import type { APIContext } from "starbridge";
import { describe, expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";
import type { RawAnswer } from "../_raw.ts";

const says = (text: string) => ({ GET: () => new Response(text) });
const where = ({ url, request, params }: APIContext): Response =>
  Response.json({ url: url.href, request: request.url, params });

export function spellings(host: HostName): void {
  describe("a text that a second decoding turns into a static sibling (R2)", () => {
    const routes = {
      "users/me.ts": says("me"),
      "users/[id].ts": { GET: where },
      "admin/secret.ts": says("the secret"),
      "[section]/[page].ts": { GET: where },
      "v-one.ts": says("one"),
      "v-[version].ts": { GET: where },
      "deep/[...rest]/edit.ts": says("edit"),
      "deep/[...rest].ts": { GET: where },
    };

    it.each([
      "/users/%6de",
      "/users/%256de",
      "/users/m%2565",
      "/users/%25256de",
      "/users/%252525256de",
      "/%61dmin/secret",
      "/%2561dmin/secret",
      "/admin/s%2565cret",
      "/v-%6fne",
      "/v-%256fne",
      "/deep/a/%65dit",
      "/deep/a/%2565dit",
    ])("%s is nobody's", async (target) => {
      const server = await start(host, { options: { routes } });
      const answer = await server.raw(`GET ${target} HTTP/1.1`);
      expect([answer.status, answer.body]).toEqual([404, "host 404"]);
    });

    it.each([
      ["/users/%2561", "%61"],
      ["/users/100%25", "100%"],
      ["/users/%256f", "%6f"],
    ])("%s is a value like any when no sibling has that text", async (target, id) => {
      const server = await start(host, { options: { routes } });
      const answer = await server.raw(`GET ${target} HTTP/1.1`);
      expect(JSON.parse(answer.body)).toMatchObject({ params: { id } });
    });
  });

  // B31 D-20
  it("has one Host: the first, as the host has, or none at all", async () => {
    const server = await start(host, {
      options: { routes: { "a.ts": { GET: where } } },
      legacy: { "GET /legacy": ({ req }) => ({ text: req.headers.host ?? "" }) },
    });
    const two = ["Host: first.test", "Host: second.test/x?"];
    const theirs = await server.raw(["GET /legacy HTTP/1.1", ...two]);
    const ours = await server.raw(["GET /a HTTP/1.1", ...two]);
    expect(ours.status).toBe(theirs.status);
    if (ours.status === 200) {
      expect(theirs.body).toBe("first.test");
      expect(JSON.parse(ours.body).url).toBe("http://first.test/a");
    } else expect(ours.status).toBe(400);
  });

  // B31 D-74: two lengths are two opinions about where the next request begins.
  it.each([
    ["Content-Length: 4", "Content-Length: 5"],
    ["Content-Length: 4", "Transfer-Encoding: chunked"],
    ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
    ["Content-Length: +4", "X-A: 1"],
  ])("never runs a page for a body framed as %j and %j", async (...framing) => {
    let ran = 0;
    const server = await start(host, {
      options: {
        routes: {
          "a.ts": {
            POST: () => {
              ran += 1;
              return new Response("ran");
            },
          },
        },
      },
    });
    const head = ["POST /a HTTP/1.1", "Content-Type: application/json", ...framing];
    const answer = await server.raw(head, "0\r\n\r\n");
    expect([answer.status, ran]).toEqual([400, 0]);
  });

  // D-08 B30: also an empty one, and one that only a trusted proxy could have sent.
  it("refuses an empty Host on a path of ours, and lets the host judge elsewhere", async () => {
    const server = await start(host, {
      options: { routes: { "a.ts": { GET: where } } },
      legacy: { "GET /legacy": () => ({ text: "legacy" }) },
    });
    expect((await server.raw(["GET /a HTTP/1.1", "Host:"])).status).toBe(400);
    expect((await server.raw(["GET /legacy HTTP/1.1", "Host:"])).body).toBe("legacy");
    expect((await server.raw("GET /a HTTP/1.1")).status).toBe(200);
  });

  // D-11: what else comes without a Host.
  it("ends a stream to an HTTP/1.0 client by closing, without chunks", async () => {
    const GET = (): Response =>
      new Response(ReadableStream.from(["one ", "two"]).pipeThrough(new TextEncoderStream()));
    const server = await start(host, { options: { routes: { "a.ts": { GET } } } });
    const answer: RawAnswer = await server.raw("GET /a HTTP/1.0");
    expect([answer.status, answer.body]).toEqual([200, "one two"]);
    expect(answer.headers["transfer-encoding"]).toBeUndefined();
  });
}
