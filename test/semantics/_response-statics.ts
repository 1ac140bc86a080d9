// Response.json(), Response.redirect() and Response.error().
import { outcome } from "./_observe.ts";
import type { ResponseCase, ResponseClass } from "./_response.ts";

const circular: Record<string, unknown> = {};
circular.self = circular;

const written: [name: string, data: unknown, text: string][] = [
  ["an object", { a: [1, "ü", null], b: undefined }, '{"a":[1,"ü",null]}'],
  ["an array", [undefined, 1], "[null,1]"],
  ["null", null, "null"],
  ["a string", 'q"', '"q\\""'],
  ["a number", 1.5, "1.5"],
  ["NaN", Number.NaN, "null"],
  ["false", false, "false"],
  ["a Date", new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ["what toJSON gives", { toJSON: () => ({ own: 1 }) }, '{"own":1}'],
  ["a Map, as an empty object", new Map([[1, 2]]), "{}"],
  ["a lone surrogate, escaped", "\ud800", '"\\ud800"'],
];

const notWritten: [name: string, data: unknown][] = [
  ["undefined", undefined],
  ["a function", () => 1],
  ["a symbol", Symbol("s")],
  ["a bigint", 1n],
  ["a circle", circular],
  ["a toJSON of undefined", { toJSON: () => undefined }],
];

const json: ResponseCase[] = [
  ...written.map(
    ([name, data, text]): ResponseCase => [
      `json() writes ${name}`,
      async (R) => {
        const response = R.json(data);
        return [response.status, [...response.headers], await response.text()];
      },
      [200, [["content-type", "application/json"]], text],
    ],
  ),
  ...notWritten.map(
    ([name, data]): ResponseCase => [
      `json() refuses ${name}`,
      (R) => outcome(() => R.json(data as never)),
      "throws TypeError",
    ],
  ),
  [
    "json() wants an argument",
    (R) => outcome(() => (R.json as () => unknown)()),
    "throws TypeError",
  ],
  [
    "json() lets an error of toJSON through",
    (R) => {
      const toJSON = () => {
        throw new EvalError("mine");
      };
      return outcome(() => R.json({ toJSON }));
    },
    "throws EvalError",
  ],
  [
    "json() takes an init, and keeps a content type",
    async (R) => {
      const headers = { "Content-Type": "application/problem+json", a: "1" };
      const response = R.json({ x: 1 }, { status: 422, statusText: "No", headers });
      return [response.status, response.statusText, [...response.headers], await response.json()];
    },
    [
      422,
      "No",
      [
        ["a", "1"],
        ["content-type", "application/problem+json"],
      ],
      { x: 1 },
    ],
  ],
  [
    "json() refuses what the constructor refuses",
    (R) =>
      Promise.all([
        outcome(() => R.json({}, { status: 204 })),
        outcome(() => R.json({}, { status: 99 })),
        outcome(() => R.json({}, { statusText: "\n" })),
        outcome(() => R.json({}, { headers: { "a b": "1" } })),
        outcome(() => R.json({}, 5 as never)),
      ]),
    ["TypeError", "RangeError", "TypeError", "TypeError", "TypeError"].map((n) => `throws ${n}`),
  ],
  [
    "json() gives headers that may be changed, and a body that is read once",
    async (R) => {
      const response = R.json([1]);
      response.headers.set("x", "1");
      const first = await response.clone().json();
      return [
        response.headers.get("x"),
        first,
        await response.json(),
        await outcome(() => response.text()),
      ];
    },
    ["1", [1], [1], "rejects TypeError"],
  ],
];

const redirect = (R: ResponseClass, url: unknown, status?: unknown): Promise<unknown> =>
  outcome(() => {
    const response = R.redirect(url as string, status as number | undefined);
    return [response.status, response.headers.get("location"), response.body, response.type];
  });

const redirects: ResponseCase[] = [
  [
    "redirect() gives 302 to a normalised URL",
    (R) => redirect(R, "HTTP://X.test:80/a/../ü b?q=ü#f"),
    [302, "http://x.test/%C3%BC%20b?q=%C3%BC#f", null, "default"],
  ],
  ...[301, 302, 303, 307, 308, "307"].map(
    (status): ResponseCase => [
      `redirect() takes the status ${JSON.stringify(status)}`,
      (R) => redirect(R, "http://x.test/", status),
      [Number(status), "http://x.test/", null, "default"],
    ],
  ),
  ...[200, 300, 304, 305, 306, 309, 400, 0, -1, Number.NaN, null].map(
    (status): ResponseCase => [
      `redirect() refuses the status ${status}`,
      (R) => redirect(R, "http://x.test/", status),
      "throws RangeError",
    ],
  ),
  [
    "redirect() takes a URL object",
    (R) => redirect(R, new URL("http://x.test/a")),
    [302, "http://x.test/a", null, "default"],
  ],
  ...["/relative", "relative", "//x.test/", "", "http://", "http://[::1"].map(
    (url): ResponseCase => [
      `redirect() refuses ${JSON.stringify(url)}, which is no absolute URL`,
      (R) => redirect(R, url),
      "throws TypeError",
    ],
  ),
  [
    "redirect() wants an argument",
    (R) => outcome(() => (R.redirect as () => unknown)()),
    "throws TypeError",
  ],
  [
    "redirect() gives headers that cannot be changed",
    async (R) => {
      const response = R.redirect("http://x.test/");
      const tries = [
        () => response.headers.set("a", "1"),
        () => response.headers.append("set-cookie", "a=1"),
        () => response.headers.delete("location"),
        () => response.clone().headers.set("a", "1"),
      ];
      return [await Promise.all(tries.map(outcome)), [...response.headers]];
    },
    [Array(4).fill("throws TypeError"), [["location", "http://x.test/"]]],
  ],
  [
    "redirect() gives nothing to read",
    async (R) => {
      const response = R.redirect("http://x.test/");
      return [
        await response.text(),
        response.bodyUsed,
        response.ok,
        response.redirected,
        response.url,
      ];
    },
    ["", false, false, false, ""],
  ],
  [
    "a copy of a redirect has headers that may be changed",
    (R) => {
      const copy = new R(null, R.redirect("http://x.test/", 308));
      copy.headers.append("set-cookie", "a=1");
      return [copy.status, [...copy.headers]];
    },
    [
      308,
      [
        ["location", "http://x.test/"],
        ["set-cookie", "a=1"],
      ],
    ],
  ],
];

const errors: ResponseCase[] = [
  [
    "error() is a network error in every field",
    async (R) => {
      const { type, status, statusText, ok, body, bodyUsed, url, redirected, headers } = R.error();
      return [type, status, statusText, ok, body, bodyUsed, url, redirected, [...headers]];
    },
    ["error", 0, "", false, null, false, "", false, []],
  ],
  [
    "error() gives headers that cannot be changed",
    (R) => outcome(() => R.error().headers.set("a", "1")),
    "throws TypeError",
  ],
  [
    "error() may be cloned and read",
    async (R) => {
      const clone = R.error().clone();
      return [
        clone.type,
        clone.status,
        await clone.text(),
        await outcome(() => clone.headers.set("a", "1")),
      ];
    },
    ["error", 0, "", "throws TypeError"],
  ],
];

export const responseStatics: ResponseCase[] = [
  ...json,
  ...redirects,
  ...errors,
  [
    "each gives a new Response",
    (R) => new Set([R.error(), R.error(), R.json(1), R.json(1)]).size,
    4,
  ],
  [
    "each is an instance of the class, and of the platform's",
    (R) =>
      [R.json(1), R.redirect("http://x.test/"), R.error()].map((response) => [
        response instanceof R,
        response instanceof globalThis.Response,
        Object.prototype.toString.call(response),
      ]),
    Array(3).fill([true, true, "[object Response]"]),
  ],
  [
    "each works taken from the class",
    async (R) => {
      const { json, redirect, error } = R;
      return [await json([1]).text(), redirect("http://x.test/").status, error().type];
    },
    ["[1]", 302, "error"],
  ],
];
