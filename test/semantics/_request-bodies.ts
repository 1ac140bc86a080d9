// The body of a Request: each way to read it, what uses it and what locks it.
import { Readable } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import { expect } from "vitest";
import { bytes, formEntries, hex, outcome, readAll } from "./_observe.ts";
import type { RequestCase, Sent } from "./_request.ts";

const json = '{"a":[1,"ü"]}';
const post: Sent = { body: json };
const form: Sent = {
  body: "a=1&b=%C3%BC",
  headers: { "content-type": "application/x-www-form-urlencoded" },
};
const multipart: Sent = {
  headers: { "content-type": "multipart/form-data; boundary=xx" },
  body: [
    "--xx",
    'Content-Disposition: form-data; name="a"',
    "",
    "1",
    "--xx",
    'Content-Disposition: form-data; name="f"; filename="n.bin"',
    "Content-Type: text/x",
    "",
    "line one\r\nline two",
    "--xx--",
    "",
  ].join("\r\n"),
};
const large = Uint8Array.from({ length: 700_001 }, (_, index) => (index * 7919) % 251);
const octets: Sent = { body: large, headers: { "content-type": "application/octet-stream" } };

const ways = ["text", "json", "arrayBuffer", "blob", "formData", "bytes"].filter(
  (name) => name in Request.prototype,
);
const by = (request: Request, name: string): Promise<unknown> =>
  (request as unknown as Record<string, () => Promise<unknown>>)[name]?.() as never;
const refusals = async (request: Request): Promise<unknown[]> => {
  const results: unknown[] = [];
  for (const name of ways) results.push(await outcome(() => by(request, name)));
  return results;
};
const refused = ways.map(() => "rejects TypeError");

export const requestBodies: RequestCase[] = [
  ["is read as text", post, (request) => request.text(), json],
  ["is read as JSON", post, (request) => request.json(), { a: [1, "ü"] }],
  [
    "is read as an ArrayBuffer of its own length",
    post,
    async (request) => {
      const buffer = await request.arrayBuffer();
      return [buffer instanceof ArrayBuffer, hex(buffer)];
    },
    [true, hex(bytes(json))],
  ],
  [
    "is read as a Blob of the content type",
    { ...post, headers: { "content-type": "application/json;charset=utf-8" } },
    async (request) => {
      const blob = await request.blob();
      return [blob instanceof Blob, blob.type, await blob.text()];
    },
    [true, "application/json;charset=utf-8", json],
  ],
  [
    "is read as bytes, where this Node has it",
    post,
    async (request) => {
      if (!ways.includes("bytes")) return [true, json];
      const read = await by(request, "bytes");
      return [read instanceof Uint8Array, Buffer.from(read as Uint8Array).toString()];
    },
    [true, json],
  ],
  [
    "is read as a urlencoded form",
    form,
    async (request) => await formEntries(await request.formData()),
    [
      ["a", "1"],
      ["b", "ü"],
    ],
  ],
  [
    "is read as a multipart form with files",
    multipart,
    async (request) => await formEntries(await request.formData()),
    [
      ["a", "1"],
      ["f", "n.bin", "text/x", "line one\r\nline two"],
    ],
  ],
  [
    "is no form of another type",
    post,
    async (request) => [await outcome(() => request.formData()), request.bodyUsed],
    // Whether the attempt uses the body is the platform's business.
    ["rejects TypeError", expect.any(Boolean)],
  ],
  [
    "is large and comes whole",
    octets,
    async (request) => Buffer.from(await request.arrayBuffer()).equals(large),
    true,
  ],
  [
    "is large and comes whole as a stream",
    octets,
    async (request) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request.body ?? []) chunks.push(chunk);
      const views = chunks.every((chunk) => chunk instanceof Uint8Array);
      return [views, Buffer.concat(chunks).equals(large), request.bodyUsed];
    },
    [true, true, true],
  ],
  ...ways.map(
    (name): RequestCase => [
      `is used at once by ${name}(), and read no second time`,
      form,
      async (request) => {
        const before = request.bodyUsed;
        const reading = by(request, name).catch(() => {});
        const during = request.bodyUsed;
        await reading;
        return [before, during, request.bodyUsed, await refusals(request)];
      },
      [false, true, true, refused],
    ],
  ),
  [
    "is locked by a reader, and not used by attempts to read",
    post,
    async (request) => {
      const reader = request.body?.getReader();
      const tried = await refusals(request);
      const seen = [request.body?.locked, request.bodyUsed];
      reader?.releaseLock();
      return [tried, seen, request.body?.locked, await request.text()];
    },
    [refused, [true, false], false, json],
  ],
  [
    "is used when a chunk of it was taken",
    post,
    async (request) => {
      const reader = request.body?.getReader();
      const { value } = (await reader?.read()) ?? {};
      reader?.releaseLock();
      return [value instanceof Uint8Array, request.bodyUsed, await refusals(request)];
    },
    [true, true, refused],
  ],
  [
    "is used when it was cancelled",
    post,
    async (request) => {
      await request.body?.cancel("no");
      return [request.bodyUsed, await refusals(request), await readAll(request.body)];
    },
    [true, refused, ""],
  ],
  [
    "is a ReadableStream, the same before and after",
    post,
    async (request) => {
      const before = request.body;
      const used = request.bodyUsed;
      await request.text();
      return [before instanceof ReadableStream, used, before === request.body];
    },
    [true, false, true],
  ],
  [
    "fills the buffer of a reader that brings one",
    post,
    async (request) => {
      const reader = request.body?.getReader({ mode: "byob" });
      const chunks: Uint8Array[] = [];
      for (;;) {
        const { value, done } = (await reader?.read(new Uint8Array(4))) ?? { done: true };
        if (value) chunks.push(value);
        if (done) return [Buffer.concat(chunks).toString(), value?.byteLength];
      }
    },
    [json, 0],
  ],
  [
    "can be teed, piped and given to Node's streams",
    post,
    async (request) => {
      const [one, two] = request.body?.tee() ?? [];
      const upper = two?.pipeThrough(new TransformStream());
      type WebStream = Parameters<typeof Readable.fromWeb>[0];
      return [await textOf(Readable.fromWeb(one as WebStream)), await readAll(upper ?? null)];
    },
    [json, json],
  ],
  [
    "can be left in the middle of a loop",
    octets,
    async (request) => {
      for await (const _ of request.body ?? []) break;
      return [request.bodyUsed, await outcome(() => request.text())];
    },
    [true, "rejects TypeError"],
  ],
  [
    "is read up to the second of two that try at once",
    post,
    (request) => Promise.all([outcome(() => request.text()), outcome(() => request.json())]),
    [json, "rejects TypeError"],
  ],
  [
    "is null where there is none, which reads as nothing as often as one likes",
    { method: "POST" },
    async (request) => {
      const { size } = await request.blob();
      return [request.body, await request.text(), size, await request.text(), request.bodyUsed];
    },
    [null, "", 0, "", false],
  ],
  [
    "is null with GET, whatever was sent",
    { method: "GET", body: "{}" },
    async (request) => [request.body, await request.text(), request.bodyUsed],
    [null, "", false],
  ],
  [
    "is no JSON when it is none",
    { body: "{", headers: { "content-type": "text/plain" } },
    async (request) => [await outcome(() => request.json()), request.bodyUsed],
    ["rejects SyntaxError", true],
  ],
  [
    "is decoded as UTF-8, with U+FFFD for what is none, and without its byte order mark",
    {
      body: Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xff, 0xc3, 0xbc),
      headers: { "content-type": "text/plain" },
    },
    (request) => request.text(),
    "a\ufffdü",
  ],
  [
    "becomes the body of a Response",
    post,
    async (request) => await new Response(request.body).text(),
    json,
  ],
];
