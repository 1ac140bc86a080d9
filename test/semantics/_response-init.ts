// The second argument: which statuses, texts and inits are taken, and what the others are refused with.
import { expect } from "vitest";
import { outcome, streamOf } from "./_observe.ts";
import type { ResponseCase, ResponseClass } from "./_response.ts";

const status = (R: ResponseClass, value: unknown): Promise<unknown> =>
  outcome(() => new R(null, { status: value as number }).status);

/** What a status becomes, as Web IDL's `unsigned short` and then Fetch's range have it. */
const statuses: [value: unknown, expected: unknown][] = [
  [undefined, 200],
  [200, 200],
  [299, 299],
  [404, 404],
  [599, 599],
  ["201", 201],
  [" 202 ", 202],
  ["0xC8", 200],
  [200.9, 200],
  [65_736, 200],
  [{ valueOf: () => 203 }, 203],
  [[204], 204],
  [0, "throws RangeError"],
  [1, "throws RangeError"],
  [99, "throws RangeError"],
  [100, "throws RangeError"],
  [101, "throws RangeError"],
  [199, "throws RangeError"],
  [600, "throws RangeError"],
  [1000, "throws RangeError"],
  [-1, "throws RangeError"],
  [199.9, "throws RangeError"],
  [Number.NaN, "throws RangeError"],
  [Number.POSITIVE_INFINITY, "throws RangeError"],
  ["", "throws RangeError"],
  ["abc", "throws RangeError"],
  [null, "throws RangeError"],
  [true, "throws RangeError"],
  [{}, "throws RangeError"],
  [204n, expect.toBeOneOf([204, "throws TypeError"])],
  [Symbol("s"), "throws TypeError"],
];

const texts: [value: unknown, expected: unknown][] = [
  [undefined, ""],
  ["", ""],
  ["Not My Fault", "Not My Fault"],
  ["tab\tand ü", "tab\tand ü"],
  [" around ", " around "],
  [5, "5"],
  [null, "null"],
  [{ toString: () => "own" }, "own"],
  ["line\nfeed", "throws TypeError"],
  ["carriage\rreturn", "throws TypeError"],
  ["nul\0", "throws TypeError"],
  ["del\x7f", "throws TypeError"],
  ["snowman ☃", "throws TypeError"],
  [Symbol("s"), "throws TypeError"],
];

const shown = (value: unknown): string =>
  typeof value === "string" ? JSON.stringify(value) : describeValue(value);

function describeValue(value: unknown): string {
  if (typeof value === "object" && value !== null) return `the object ${JSON.stringify(value)}`;
  return `${typeof value} ${Object.is(value, undefined) ? "" : String(value)}`.trim();
}

export const responseInit: ResponseCase[] = [
  ...statuses.map(([value, expected]): ResponseCase => {
    const name = Array.isArray(value) ? "the array [204]" : shown(value);
    const title = isObjectWithValue(value) ? "an object with valueOf" : name;
    return [
      `the status ${title} is ${typeof expected === "object" ? "either" : expected}`,
      (R) => status(R, value),
      expected,
    ];
  }),
  ...texts.map(([value, expected]): ResponseCase => {
    const title = value instanceof Object ? "an object with toString" : shown(value);
    const observe = (R: ResponseClass) =>
      outcome(() => new R(null, { statusText: value as string }).statusText);
    return [`the status text ${title} is ${JSON.stringify(expected)}`, observe, expected];
  }),
  ...[204, 205, 304].flatMap((code): ResponseCase[] => [
    [
      `${code} has no body`,
      async (R) => {
        const response = new R(null, { status: code });
        return [response.status, response.body, await response.text(), response.bodyUsed];
      },
      [code, null, "", false],
    ],
    [
      `${code} with undefined has no body either`,
      (R) => new R(undefined, { status: code }).body,
      null,
    ],
    [
      `${code} refuses a body, an empty one as well`,
      (R) =>
        Promise.all(
          ["", "x", new Uint8Array(0), streamOf()].map((body) =>
            outcome(() => new R(body, { status: code })),
          ),
        ),
      Array(4).fill("throws TypeError"),
    ],
  ]),
  [
    "ok is true from 200 to 299",
    (R) => [200, 204, 299, 300, 304, 404, 500].map((code) => new R(null, { status: code }).ok),
    [true, true, true, false, false, false, false],
  ],
  [
    "nothing, undefined, null and an empty object are the default init",
    (R) => {
      const inits = [undefined, null, {}, Object.create(null), () => {}, []];
      return inits.map((init) => {
        const { status, statusText, ok, type, url, redirected } = new R(null, init as never);
        return [status, statusText, ok, type, url, redirected].join();
      });
    },
    Array(6).fill("200,,true,default,,false"),
  ],
  [
    "an init that is no object is refused",
    (R) =>
      Promise.all(
        [1, 0, "init", "", true, false, 1n, Symbol("s")].map((init) =>
          outcome(() => new R(null, init as never)),
        ),
      ),
    Array(8).fill("throws TypeError"),
  ],
  [
    "inherited members of an init count",
    (R) => {
      const init = Object.create({ status: 418, statusText: "teapot", headers: { a: "1" } });
      const response = new R(null, init);
      return [response.status, response.statusText, response.headers.get("a")];
    },
    [418, "teapot", "1"],
  ],
  [
    "unknown members of an init do not",
    (R) => {
      const init = { ok: false, url: "http://x.test/", type: "error", body: "x" };
      const { ok, url, type, body } = new R(null, init as ResponseInit);
      return [ok, url, type, body];
    },
    [true, "", "default", null],
  ],
  [
    "a Response as init gives its status, text and headers, and stays unread",
    async (R) => {
      const other = new R("x", { status: 201, statusText: "made", headers: { a: "1" } });
      const response = new R("y", other);
      return [
        [response.status, response.statusText, [...response.headers]],
        [await response.text(), other.bodyUsed, await other.text()],
      ];
    },
    [
      [
        201,
        "made",
        [
          ["a", "1"],
          ["content-type", "text/plain;charset=UTF-8"],
        ],
      ],
      ["y", false, "x"],
    ],
  ],
  [
    "an error Response is no init: its status is 0",
    (R) => outcome(() => new R(null, R.error())),
    "throws RangeError",
  ],
  [
    "a failed construction leaves the stream it was given alone",
    async (R) => {
      const stream = streamOf(new Uint8Array([97]));
      const made = await outcome(() => new R(stream, { status: 700 }));
      return [made, stream.locked, await new Response(stream).text()];
    },
    ["throws RangeError", false, "a"],
  ],
  [
    "an error in a getter of init travels untouched",
    (R) => {
      const init = {
        get status(): number {
          throw new EvalError("mine");
        },
      };
      return outcome(() => new R(null, init));
    },
    "throws EvalError",
  ],
];

function isObjectWithValue(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, "valueOf");
}
