// new Request(request), with and without changes, and clone().
import { outcome, readBoth } from "./_observe.ts";
import type { RequestCase, Sent } from "./_request.ts";

const post: Sent = { body: '{"a":1}', headers: { "x-a": "1" } };
const large: Sent = {
  body: Uint8Array.from({ length: 500_003 }, (_, index) => (index * 7919) % 251),
  headers: { "content-type": "application/octet-stream" },
};

export const requestCopies: RequestCase[] = [
  [
    "a copy takes method, URL, headers and body over",
    post,
    async (request) => {
      const copy = new Request(request);
      const { method, url, headers, bodyUsed } = copy;
      return [method, url, headers.get("x-a"), bodyUsed, await copy.text()];
    },
    ["POST", "http://h.test/a", "1", false, '{"a":1}'],
  ],
  [
    "a copy uses the original",
    post,
    async (request) => {
      const copy = new Request(request);
      const used = request.bodyUsed;
      return [used, await outcome(() => request.text()), await copy.json()];
    },
    [true, "rejects TypeError", { a: 1 }],
  ],
  [
    "a copy of a copy of a copy has the body",
    post,
    (request) => new Request(new Request(new Request(request))).text(),
    '{"a":1}',
  ],
  [
    "a copy may have another method, other headers and another body",
    post,
    async (request) => {
      const copy = new Request(request, {
        method: "put",
        headers: { "x-b": "2" },
        body: "other",
      });
      const { method, url, headers } = copy;
      const seen = [method, url, headers.get("x-a"), headers.get("x-b")];
      return [...seen, headers.get("content-type"), await copy.text()];
    },
    ["PUT", "http://h.test/a", null, "2", "text/plain;charset=UTF-8", "other"],
  ],
  [
    "a copy with another body leaves the original's alone",
    post,
    async (request) => {
      const copy = new Request(request, { body: "other" });
      return [await copy.text(), request.bodyUsed, await request.text()];
    },
    ["other", false, '{"a":1}'],
  ],
  [
    "a copy may have another URL, with the original as init",
    post,
    async (request) => {
      const copy = new Request("http://other.test/b?c", request);
      const { method, url, headers } = copy;
      return [method, url, headers.get("x-a"), await copy.text()];
    },
    ["POST", "http://other.test/b?c", "1", '{"a":1}'],
  ],
  [
    "a copy normalises the methods of HTTP, and no others",
    { method: "POST" },
    (request) =>
      ["get", "Post", "pUT", "delete", "options", "head", "chicken", "Chicken"].map(
        (method) => new Request(request, { method }).method,
      ),
    ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "chicken", "Chicken"],
  ],
  [
    "a copy refuses methods that fetch() has not, and those that are none",
    { method: "POST" },
    (request) =>
      Promise.all(
        ["CONNECT", "trace", "TRACK", "a b", "", "ü"].map((method) =>
          outcome(() => new Request(request, { method })),
        ),
      ),
    Array(6).fill("throws TypeError"),
  ],
  [
    "a copy with GET cannot have the body",
    post,
    async (request) => [
      await outcome(() => new Request(request, { method: "GET" })),
      request.method,
    ],
    ["throws TypeError", "POST"],
  ],
  [
    "a copy of what was read or locked is refused",
    post,
    async (request) => {
      const reader = request.body?.getReader();
      const locked = await outcome(() => new Request(request));
      reader?.releaseLock();
      await request.text();
      return [locked, await outcome(() => new Request(request))];
    },
    ["throws TypeError", "throws TypeError"],
  ],
  [
    "a copy of what was read may have a body of its own",
    post,
    async (request) => {
      await request.text();
      return await new Request(request, { body: "other" }).text();
    },
    "other",
  ],
  [
    "a copy of a Request without a body has none",
    { method: "DELETE", headers: { "x-a": "1" } },
    async (request) => {
      const copy = new Request(request);
      return [copy.body, copy.method, copy.headers.get("x-a"), await copy.text()];
    },
    [null, "DELETE", "1", ""],
  ],
  [
    "a clone is read beside the original",
    post,
    async (request) => {
      const clone = request.clone();
      const seen = [clone.method, clone.url, clone.headers.get("x-a"), clone instanceof Request];
      return [seen, await readBoth(request, clone), request.bodyUsed, clone.bodyUsed];
    },
    [["POST", "http://h.test/a", "1", true], ['{"a":1}', '{"a":1}'], true, true],
  ],
  [
    "a clone is read before the original, and after it",
    post,
    async (request) => {
      const [before, after] = [request.clone(), request.clone()];
      return [await before.json(), await request.text(), await after.text()];
    },
    [{ a: 1 }, '{"a":1}', '{"a":1}'],
  ],
  [
    "a clone is made after the body was looked at",
    post,
    async (request) => {
      const looked = request.body;
      const clone = request.clone();
      const seen = [looked?.locked, looked === request.body, request.bodyUsed];
      return [seen, await readBoth(clone, request)];
    },
    [
      [true, false, false],
      ['{"a":1}', '{"a":1}'],
    ],
  ],
  [
    "a clone of a large body comes whole, read at once or one after the other",
    large,
    async (request) => {
      const one = request.clone();
      const two = request.clone();
      const [first, second] = await Promise.all([one.arrayBuffer(), request.arrayBuffer()]);
      const third = await two.arrayBuffer();
      const body = Buffer.from(large.body as Uint8Array);
      return [first, second, third].map((read) => body.equals(Buffer.from(read)));
    },
    [true, true, true],
  ],
  [
    "a clone comes whole when the original is cancelled",
    large,
    async (request) => {
      const clone = request.clone();
      request.body?.cancel("not needed").catch(() => {});
      return (await clone.arrayBuffer()).byteLength;
    },
    500_003,
  ],
  [
    "the original comes whole when the clone is cancelled halfway",
    large,
    async (request) => {
      const clone = request.clone();
      const reader = clone.body?.getReader();
      await reader?.read();
      reader?.cancel("enough").catch(() => {});
      return (await request.arrayBuffer()).byteLength;
    },
    500_003,
  ],
  [
    "both may be cancelled",
    large,
    async (request) => {
      const clone = request.clone();
      await Promise.all([request.body?.cancel(), clone.body?.cancel()]);
      return [request.bodyUsed, clone.bodyUsed];
    },
    [true, true],
  ],
  [
    "a clone of what was read, or is locked, is refused",
    post,
    async (request) => {
      const reader = request.body?.getReader();
      const locked = await outcome(() => request.clone());
      reader?.releaseLock();
      await request.text();
      return [locked, await outcome(() => request.clone())];
    },
    ["throws TypeError", "throws TypeError"],
  ],
  [
    "a clone of no body has none, and stays readable after a read",
    { method: "GET" },
    async (request) => {
      await request.text();
      return [request.clone().body, await request.clone().text()];
    },
    [null, ""],
  ],
  [
    "a clone has headers and a signal of its own",
    post,
    (request) => {
      const clone = request.clone();
      clone.headers.set("x-a", "clone");
      return [request.headers.get("x-a"), clone.signal !== request.signal, clone.signal.aborted];
    },
    ["1", true, false],
  ],
  [
    "a class that extends Request can be made of it",
    post,
    async (request) => {
      class Mine extends Request {
        get path(): string {
          return new URL(this.url).pathname;
        }
      }
      const mine = new Mine(request, { headers: { "x-b": "2" } });
      return [mine.path, mine instanceof Request, mine.headers.get("x-b"), await mine.text()];
    },
    ["/a", true, "2", '{"a":1}'],
  ],
];
