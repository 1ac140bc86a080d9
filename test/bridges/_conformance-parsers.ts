// Bodies that a middleware of the host read first: replayed, or refused at once with a reason.
import express from "express";
import multer from "multer";
import type { APIContext } from "starbridge";
import { describe, expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { ConnectMiddleware, HostName } from "../_hosts.ts";
import { within } from "./_quiet.ts";

// Express's parsers are connect middleware, whatever their types say.
const connectShaped = (middleware: unknown): ConnectMiddleware => middleware as ConnectMiddleware;
const jsonParser = connectShaped(express.json({ strict: false }));
const read: Record<string, (request: Request) => Promise<unknown>> = {
  "json()": (request) => request.json(),
  "text()": async (request) => JSON.parse(await request.text()),
  "arrayBuffer()": async (request) =>
    JSON.parse(Buffer.from(await request.arrayBuffer()).toString()),
  body: async (request) => {
    let text = "";
    for await (const chunk of request.body ?? []) text += Buffer.from(chunk).toString();
    return JSON.parse(text);
  },
};
const JSON_TYPE = { "content-type": "application/json" };

export function parsers(host: HostName): void {
  const reading = (by: (context: APIContext) => Promise<unknown>, ...use: ConnectMiddleware[]) =>
    start(host, {
      use,
      options: {
        security: { checkOrigin: false },
        routes: {
          "a.ts": { POST: async (context: APIContext) => Response.json(await by(context)) },
        },
      },
    });

  // D-55
  it.each(Object.keys(read))("replays what a JSON parser read through %s", async (way) => {
    const server = await reading(
      ({ request }) => read[way]?.(request) ?? Promise.reject(),
      jsonParser,
    );
    const body = JSON.stringify({ a: ["ü", 1, null] });
    const answer = within(
      2000,
      way,
      server.fetch("/a", { method: "POST", body, headers: JSON_TYPE }),
    );
    expect(await (await answer).json()).toEqual({ a: ["ü", 1, null] });
  });

  // N-63
  it.each(["{}", "[]", "false", "0", "null", '""'])("replays the JSON text %s", async (body) => {
    const server = await reading(
      async ({ request }) => ({ text: await request.text() }),
      jsonParser,
    );
    const answer = await server.fetch("/a", { method: "POST", body, headers: JSON_TYPE });
    expect(await answer.json()).toEqual({ text: body });
  });

  it("corrects Content-Length, and says that the bytes are not the client's", async () => {
    const server = await reading(async ({ request, host: facts }) => {
      const source = (facts as { bodySource?: string }).bodySource;
      const length = request.headers.get("content-length");
      const text = await request.text();
      return { text, length, encoding: request.headers.get("content-encoding"), source };
    }, jsonParser);
    const answer = await server.fetch("/a", {
      method: "POST",
      body: '{ "a" :  1 }',
      headers: JSON_TYPE,
    });
    expect(await answer.json()).toEqual({
      text: '{"a":1}',
      length: "7",
      encoding: null,
      source: "reserialized",
    });
  });

  it("does not make a body of `{}` out of a POST without one", async () => {
    const server = await reading(
      async ({ request }) => [request.body === null, await request.text()],
      jsonParser,
    );
    const answer = await server.fetch("/a", { method: "POST", headers: JSON_TYPE });
    expect(await answer.json()).toEqual([true, ""]);
  });

  it("reads from the socket what the parser left alone", async () => {
    const server = await reading(({ request }) => request.text(), jsonParser);
    const answer = await server.fetch("/a", {
      method: "POST",
      body: "<xml/>",
      headers: { "content-type": "application/xml" },
    });
    expect(await answer.json()).toBe("<xml/>");
  });

  // D-63
  it.each([
    "Application/JSON; charset=utf-8",
    "application/json ;charset=UTF-8",
    "application/json\ta",
    "text/json",
  ])("judges the content type %j as the host's parser did", async (type) => {
    const server = await reading(({ request }) => request.text(), jsonParser);
    const answer = await within(
      2000,
      "an answer",
      server.fetch("/a", { method: "POST", body: '{"a":1}', headers: { "content-type": type } }),
    );
    expect(await answer.json()).toBe('{"a":1}');
  });

  it.each([true, false])(
    "replays a form that urlencoded({ extended: %s }) read",
    async (extended) => {
      const server = await reading(
        async ({ request }) => {
          const form = await request.formData();
          return [...form.entries()];
        },
        connectShaped(express.urlencoded({ extended })),
      );
      const body = new URLSearchParams([
        ["name", "a&b=c ü+"],
        ["tag", "x"],
      ]);
      const answer = await server.fetch("/a", { method: "POST", body });
      expect(await answer.json()).toEqual([
        ["name", "a&b=c ü+"],
        ["tag", "x"],
      ]);
    },
  );

  it("replays bytes and text that raw and text parsers read", async () => {
    const raw = connectShaped(express.raw({ type: "*/*" }));
    const bytes = await reading(({ request }) => request.text(), raw);
    expect(await (await bytes.fetch("/a", { method: "POST", body: "bytes" })).json()).toBe("bytes");
    const text = await reading(({ request }) => request.text(), connectShaped(express.text()));
    expect(await (await text.fetch("/a", { method: "POST", body: "text" })).json()).toBe("text");
  });

  it("prefers rawBody: a signature over the client's own bytes holds", async () => {
    const keep = express.json({
      verify: (req, _res, bytes) => Object.assign(req, { rawBody: bytes }),
    });
    const server = await reading(({ request }) => request.text(), connectShaped(keep));
    const body = '{ "a" :\n 1 }';
    const answer = await server.fetch("/a", { method: "POST", body, headers: JSON_TYPE });
    expect(await answer.json()).toBe(body);
  });

  describe("that left nothing to replay", () => {
    const code = (error: unknown) => (error as { code?: string }).code;

    it("a multipart body eaten by multer is refused with STARBRIDGE_BODY_CONSUMED", async () => {
      const server = await reading(
        ({ request }) => request.formData().then(() => "read", code),
        connectShaped(multer().none()),
      );
      const body = new FormData();
      body.set("a", "1");
      const answer = await within(2000, "an answer", server.fetch("/a", { method: "POST", body }));
      expect(await answer.json()).toBe("STARBRIDGE_BODY_CONSUMED");
    });

    it("a body drained without a trace is refused, and its error reaches the host", async () => {
      const drain: ConnectMiddleware = (req, _res, next) => {
        req.resume();
        req.once("end", () => next());
      };
      const server = await reading(({ request }) => request.text(), drain);
      const posted = server.fetch("/a", { method: "POST", body: '"x"', headers: JSON_TYPE });
      expect((await within(2000, "an answer", posted)).status).toBe(500);
      expect(server.errors).toMatchObject([
        { code: "STARBRIDGE_BODY_CONSUMED", hint: expect.stringContaining("body parser") },
      ]);
    });

    // D-58
    it("a half-read body is refused, never handed on as if it were whole", async () => {
      const half: ConnectMiddleware = (req, _res, next) => {
        req.once("data", () => {
          req.pause();
          next();
        });
      };
      const server = await reading(
        ({ request }) => request.text().then((text) => ({ text }), code),
        half,
      );
      const body = "x".repeat(200_000);
      const posted = server.fetch("/a", { method: "POST", body, headers: JSON_TYPE });
      expect(await (await within(2000, "an answer", posted)).json()).toBe(
        "STARBRIDGE_BODY_CONSUMED",
      );
    });

    it("does not matter to an endpoint that reads no body", async () => {
      const server = await reading(async ({ url }) => url.pathname, connectShaped(multer().none()));
      const body = new FormData();
      body.set("a", "1");
      expect(await (await server.fetch("/a", { method: "POST", body })).json()).toBe("/a");
    });
  });
}
