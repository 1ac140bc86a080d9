// A Request as an object: its class, its fields, its signal.
import { inspect } from "node:util";
import { outcome } from "./_observe.ts";
import type { RequestCase } from "./_request.ts";

const fields = [
  "mode",
  "credentials",
  "cache",
  "redirect",
  "referrer",
  "referrerPolicy",
  "integrity",
  "keepalive",
  "destination",
  "duplex",
];

const post = { body: '{"a":1}' };

const urls: [path: string, url: string][] = [
  ["/a", "http://h.test/a"],
  ["/a/", "http://h.test/a/"],
  ["/a?x=1&y=%20%41+b", "http://h.test/a?x=1&y=%20%41+b"],
  ["/b/%C3%BC", "http://h.test/b/%C3%BC"],
  ["/b/a%2Fb", "http://h.test/b/a%2Fb"],
  ["/b/a;b=1,2", "http://h.test/b/a;b=1,2"],
  ["/b/$&'()*+,=:@~!", "http://h.test/b/$&'()*+,=:@~!"],
];

export const requestClass: RequestCase[] = [
  [
    "is an instance of the platform's class, and names it",
    post,
    (request) => [request instanceof Request, request.constructor === Request],
    [true, true],
  ],
  [
    "has the tag Request",
    post,
    (request) => [Object.prototype.toString.call(request), String(request)],
    ["[object Request]", "[object Request]"],
  ],
  [
    "has no keys of its own",
    post,
    (request) => [Object.keys(request), JSON.stringify(request), { ...request } instanceof Request],
    [[], "{}", false],
  ],
  [
    "shows its members in a loop",
    post,
    (request) => {
      const names: string[] = [];
      for (const name in request) names.push(name);
      return ["method", "url", "headers", "text", "clone"].map((name) => names.includes(name));
    },
    Array(5).fill(true),
  ],
  [
    "is shown by util.inspect, and not used by that",
    post,
    async (request) => {
      const text = inspect(request, { depth: null });
      return [/^Request \{/.test(text), /method: 'POST'/.test(text), await request.text()];
    },
    [true, true, '{"a":1}'],
  ],
  [
    "is for structuredClone what the platform's is",
    post,
    async (request) => {
      const clone = (value: Request) =>
        outcome(() => Object.keys(structuredClone(value) as object).length);
      return (await clone(request)) === (await clone(new Request("http://plain.test/")));
    },
    true,
  ],
  [
    "has the defaults of a Request in every other field",
    post,
    (request) => {
      const plain = new Request("http://h.test/a", { method: "POST", body: "x" });
      const values = (of: Request) => fields.map((name) => of[name as "mode"]);
      return [values(request).join() === values(plain).join(), request.mode, request.duplex];
    },
    [true, "cors", "half"],
  ],
  [
    "has fields that cannot be set",
    post,
    (request) =>
      Promise.all(
        ["url", "method", "headers", "body", "signal", "bodyUsed"].map((name) =>
          outcome(() => Object.assign(request, { [name]: "x" })),
        ),
      ),
    Array(6).fill("throws TypeError"),
  ],
  [
    "can be added to, and be a key",
    post,
    (request) => {
      const mine = Object.assign(request, { mine: 1 });
      return [mine.mine, new WeakMap([[request, 2]]).get(request), new Set([request, mine]).size];
    },
    [1, 2, 1],
  ],
  ...["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].map(
    (method): RequestCase => [
      `says ${method} as it was sent`,
      { method },
      (request) => [request.method, request.body],
      [method, null],
    ],
  ),
  ...urls.map(
    ([path, url]): RequestCase => [
      `has ${path} in its url, in the spelling of a URL`,
      { path },
      (request) => [request.url, new URL(request.url).href],
      [url, url],
    ],
  ),
  [
    "has the port in its url, and leaves out the one of the scheme",
    { headers: { host: "H.test:8080" } },
    (request) => request.url,
    "http://h.test:8080/a",
  ],
  [
    "leaves out the port of the scheme",
    { headers: { host: "h.test:80" } },
    (request) => request.url,
    "http://h.test/a",
  ],
  [
    "has a signal that is not aborted, the same at each look",
    post,
    ({ signal }) => [
      signal instanceof AbortSignal,
      signal.aborted,
      signal.reason,
      Object.prototype.toString.call(signal),
    ],
    [true, false, undefined, "[object AbortSignal]"],
  ],
  [
    "keeps its signal",
    post,
    (request) => new Set([request.signal, request.signal, request.clone().signal]).size,
    2,
  ],
  [
    "is not aborted by reading it, nor by what a copy of it is aborted with",
    post,
    async (request) => {
      const controller = new AbortController();
      const copy = new Request(request, { signal: controller.signal });
      const text = await copy.text();
      controller.abort(new Error("mine"));
      return [text, copy.signal.aborted, request.signal.aborted];
    },
    ['{"a":1}', true, false],
  ],
  [
    "lends its signal to AbortSignal.any and to listeners",
    post,
    async (request) => {
      const any = AbortSignal.any([request.signal, AbortSignal.abort("first")]);
      let called = 0;
      request.signal.addEventListener("abort", () => {
        called += 1;
      });
      request.signal.throwIfAborted();
      return [any.aborted, any.reason, called];
    },
    [true, "first", 0],
  ],
];
