// A body arrives whole, however it is cut into writes and chunks, by every way to read it, parser in front or not.
import express from "express";
import fc from "fast-check";
import type { APIContext } from "starbridge";
import { describe, expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { ConnectMiddleware, HostName } from "../_hosts.ts";
import { staysQuiet } from "../bridges/_quiet.ts";
import { cut, holds, text, TIME, writePieces } from "./_property.ts";

const parsers = [
  express.json({ strict: false }),
  express.urlencoded({ extended: false }),
  express.text(),
] as unknown as ConnectMiddleware[];

const subjects: [name: string, host: HostName, use: ConnectMiddleware[]][] = [
  ["node:http", "node:http", []],
  ["Express 5", "express 5", []],
  ["Express 5 behind its parsers", "express 5", parsers],
  ["Fastify", "fastify", []],
];

interface Upload {
  type: string;
  /** One character per byte. */
  body: string;
  /** How it is read, and what that gives. */
  read: (request: Request) => Promise<unknown>;
  expected: unknown;
}

const latin1 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString("latin1");
const bytesOf = async (request: Request): Promise<string> =>
  latin1(new Uint8Array(await request.arrayBuffer()));
const grouped = (form: Iterable<[string, unknown]>): unknown[] => {
  const groups = new Map<string, unknown[]>();
  for (const [name, value] of form) groups.set(name, [...(groups.get(name) ?? []), value]);
  return [...groups];
};

const bytes = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 300 }) },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 1, max: 150_000 })
      .map((size) => Uint8Array.from({ length: size }, (_, at) => (at * 7919) % 251)),
  },
);

/** Raw bytes, by each way that gives bytes. */
const binary: fc.Arbitrary<Upload> = fc.tuple(bytes, fc.nat(4)).map(([content, way]) => ({
  type: "application/octet-stream",
  body: latin1(content),
  expected: latin1(content),
  read: async (request) => {
    if (way === 0) return latin1(new Uint8Array(await (await request.blob()).arrayBuffer()));
    if (way === 1) return await bytesOf(new Request(request));
    if (way === 2) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request.body ?? []) chunks.push(chunk);
      return latin1(Buffer.concat(chunks));
    }
    if (way === 3) {
      const clone = request.clone();
      const [one, two] = await Promise.all([bytesOf(clone), bytesOf(request)]);
      return one === two ? one : "clone and original differ";
    }
    return await bytesOf(request);
  },
}));

const written: fc.Arbitrary<Upload> = text
  .filter((content) => content.length > 0 && !content.startsWith("\ufeff"))
  .map((content) => ({
    type: "text/plain",
    body: latin1(content),
    expected: content,
    read: (request) => request.text(),
  }));

const json: fc.Arbitrary<Upload> = fc.jsonValue({ stringUnit: "grapheme" }).map((value) => ({
  type: "application/json",
  body: latin1(JSON.stringify(value)),
  expected: JSON.parse(JSON.stringify(value)),
  read: (request) => request.json(),
}));

const urlencoded: fc.Arbitrary<Upload> = fc
  // Parsers lose a field without name and value, and one that is called __proto__.
  .array(
    fc.tuple(
      text.filter((name) => name !== "" && name !== "__proto__"),
      text,
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((fields) => ({
    type: "application/x-www-form-urlencoded",
    body: new URLSearchParams(fields).toString(),
    // A parser keeps fields by name, so only the order within a name is sure.
    expected: grouped(fields),
    read: async (request) => grouped(await request.formData()),
  }));

const multipart: fc.Arbitrary<Upload> = fc
  .array(
    fc.tuple(
      fc.constantFrom("a", "b", "long-name"),
      fc.uint8Array({ maxLength: 200 }),
      fc.boolean(),
    ),
    { maxLength: 5 },
  )
  .map((parts) => ({
    type: "multipart/form-data; boundary=----starbridge-a1b2c3",
    body: [
      ...parts.map(([name, content, isFile]) => {
        const file = isFile ? '; filename="f.bin"\r\nContent-Type: application/octet-stream' : "";
        const data = isFile ? latin1(content) : Buffer.from(content).toString("hex");
        return `------starbridge-a1b2c3\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${data}\r\n`;
      }),
      "------starbridge-a1b2c3--\r\n",
    ].join(""),
    expected: parts.map(([name, content, isFile]) => [
      name,
      isFile ? latin1(content) : Buffer.from(content).toString("hex"),
    ]),
    read: async (request) => {
      const entries: unknown[] = [];
      for (const [name, value] of await request.formData()) {
        entries.push([
          name,
          typeof value === "string" ? value : latin1(new Uint8Array(await value.arrayBuffer())),
        ]);
      }
      return entries;
    },
  }));

const upload = fc.record({
  what: fc.oneof(binary, written, json, urlencoded, multipart),
  chunked: fc.boolean(),
  /** Where the body is cut into chunks, and where all that is sent is cut into writes. */
  chunks: fc.array(fc.nat(), { maxLength: 6 }),
  writes: fc.array(fc.nat(), { maxLength: 8 }),
  extension: fc.constantFrom("", ";a=b", ';q="x;y"'),
  trailer: fc.constantFrom("", "X-Trailer: 1\r\n"),
});

describe.each(subjects)("a body through %s", (_name, host, use) => {
  staysQuiet();

  it(
    "arrives whole, and leaves the connection to the next request",
    async () => {
      let current: Upload | undefined;
      let seen: unknown;
      const POST = async ({ request }: APIContext): Promise<Response> => {
        seen = await current?.read(request);
        return new Response("read");
      };
      const routes = { "a.ts": { POST }, "b.ts": { GET: () => new Response("next") } };
      const server = await start(host, { use, options: { routes } });
      await holds(80, upload, async ({ what, chunked, chunks, writes, extension, trailer }) => {
        current = what;
        seen = "nothing";
        const framing = chunked
          ? "Transfer-Encoding: chunked"
          : `Content-Length: ${what.body.length}`;
        const head = `POST /a HTTP/1.1\r\nHost: h.test\r\nContent-Type: ${what.type}\r\n${framing}\r\n\r\n`;
        const framed = chunked
          ? `${cut(what.body, chunks)
              .map((chunk) => `${chunk.length.toString(16)}${extension}\r\n${chunk}\r\n`)
              .join("")}0\r\n${trailer}\r\n`
          : what.body;
        const connection = await server.open();
        try {
          await writePieces(connection, cut(head + framed, writes));
          const answer = await connection.answer();
          expect([answer.status, answer.body]).toEqual([200, "read"]);
          expect(seen).toEqual(what.expected);
          connection.send("GET /b HTTP/1.1");
          expect((await connection.answer()).body).toBe("next");
        } finally {
          connection.destroy();
        }
      });
    },
    TIME,
  );
});
