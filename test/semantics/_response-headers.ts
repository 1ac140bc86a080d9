// The headers of a Response: what they are made of, and what may be done to them.
import { expect } from "vitest";
import { outcome } from "./_observe.ts";
import type { HeadersInit } from "./_observe.ts";
import type { ResponseCase, ResponseClass } from "./_response.ts";

const listed = (R: ResponseClass, headers: unknown): Promise<unknown> =>
  outcome(() => [...new R(null, { headers: headers as HeadersInit }).headers]);

function* pairs(): Generator<[string, string]> {
  yield ["b", "2"];
  yield ["a", "1"];
}

const taken: [name: string, make: () => unknown, expected: unknown][] = [
  ["an object", () => ({ B: "2", a: "1" }), ab()],
  [
    "a list of pairs",
    () => [
      ["B", "2"],
      ["a", "1"],
    ],
    ab(),
  ],
  ["a Headers", () => new Headers({ b: "2", a: "1" }), ab()],
  [
    "a Map",
    () =>
      new Map([
        ["b", "2"],
        ["a", "1"],
      ]),
    ab(),
  ],
  ["a generator", () => pairs(), ab()],
  ["a URLSearchParams", () => new URLSearchParams("b=2&a=1"), ab()],
  ["a list of iterables", () => [new Set(["a", "1"])], [["a", "1"]]],
  [
    "an object without a prototype",
    () => Object.assign(Object.create(null), { a: "1" }),
    [["a", "1"]],
  ],
  ["nothing of an empty object", () => ({}), []],
  ["undefined", () => undefined, []],
  [
    "numbers and booleans as text",
    () => ({ a: 1, b: true, c: null, d: undefined }),
    [
      ["a", "1"],
      ["b", "true"],
      ["c", "null"],
      ["d", "undefined"],
    ],
  ],
  ["values with white space around them, without it", () => ({ a: " \t1 2\t " }), [["a", "1 2"]]],
  ["an empty value", () => ({ a: "" }), [["a", ""]]],
  ["Latin-1 values", () => ({ a: "ü\xff" }), [["a", "ü\xff"]]],
  [
    "names that objects inherit",
    () => ({ constructor: "x", ["__proto__"]: "y" }),
    // The records of old majors of Node lose one of them.
    expect.arrayContaining([["constructor", "x"]]),
  ],
  [
    "one name in two spellings, joined",
    () => [
      ["A", "1"],
      ["a", "2"],
    ],
    [["a", "1, 2"]],
  ],
  ["no inherited member", () => Object.create({ a: "1" }), []],
];

const refused: [name: string, make: () => unknown][] = [
  ["null", () => null],
  ["a string", () => "a: 1"],
  ["a number", () => 1],
  ["a symbol", () => Symbol("s")],
  ["a pair of one", () => [["a"]]],
  ["a pair of three", () => [["a", "1", "2"]]],
  ["a list of strings", () => ["ab", 1]],
  ["a name that is no token", () => ({ "a b": "1" })],
  ["an empty name", () => ({ "": "1" })],
  ["a name beyond ASCII", () => ({ ü: "1" })],
  ["a line feed in a value", () => ({ a: "1\nb: 2" })],
  ["a carriage return in a value", () => ({ a: "1\rb" })],
  ["a NUL in a value", () => ({ a: "1\0" })],
  ["a value beyond Latin-1", () => ({ a: "☃" })],
  ["a value that is a symbol", () => ({ a: Symbol("s") })],
  ["a key that is a symbol", () => ({ [Symbol("s")]: "1" })],
];

export const responseHeaders: ResponseCase[] = [
  ...taken.map(
    ([name, make, expected]): ResponseCase => [`takes ${name}`, (R) => listed(R, make()), expected],
  ),
  ...refused.map(
    ([name, make]): ResponseCase => [
      `refuses ${name}`,
      (R) => listed(R, make()),
      "throws TypeError",
    ],
  ),
  [
    "are a Headers, the same at each look",
    (R) => {
      const response = new R("x", { headers: { a: "1" } });
      const { headers } = response;
      headers.set("b", "2");
      return [headers instanceof Headers, headers === response.headers, response.headers.get("b")];
    },
    [true, true, "2"],
  ],
  [
    "may be set, appended to and deleted, in any case",
    (R) => {
      const { headers } = new R("x");
      headers.set("X-A", "1");
      headers.append("x-a", "2");
      headers.append("x-b", "3");
      headers.delete("X-B");
      headers.delete("content-type");
      return [headers.has("X-b"), headers.get("x-A"), headers.get("none"), [...headers]];
    },
    [false, "1, 2", null, [["x-a", "1, 2"]]],
  ],
  [
    "are listed sorted, in lower case, with the default type among them",
    (R) => [...new R("x", { headers: { Z: "1", A: "2", "M-x": "3" } }).headers.keys()],
    ["a", "content-type", "m-x", "z"],
  ],
  [
    "keep each Set-Cookie by itself",
    (R) => {
      const headers: [string, string][] = [
        ["set-cookie", "a=1"],
        ["x", "y"],
        ["Set-Cookie", "b=2; Expires=Wed, 21 Oct 2015 07:28:00 GMT"],
      ];
      const response = new R(null, { headers });
      response.headers.append("set-cookie", "c=3");
      return [response.headers.getSetCookie(), [...response.headers.keys()]];
    },
    [
      ["a=1", "b=2; Expires=Wed, 21 Oct 2015 07:28:00 GMT", "c=3"],
      ["set-cookie", "set-cookie", "set-cookie", "x"],
    ],
  ],
  [
    "carry cookies from a Headers and from another Response",
    (R) => {
      const headers = new Headers();
      headers.append("set-cookie", "a=1");
      headers.append("set-cookie", "b=2");
      const first = new R(null, { headers });
      const second = new R(null, { headers: first.headers });
      const third = new R(null, second);
      return [first, second, third].map((response) => response.headers.getSetCookie());
    },
    Array(3).fill(["a=1", "b=2"]),
  ],
  [
    "take names that a Request would not",
    (R) => {
      const names = ["host", "cookie", "content-length", "connection", "transfer-encoding", "date"];
      const response = new R(null, {
        headers: Object.fromEntries(names.map((name) => [name, "1"])),
      });
      response.headers.append("keep-alive", "1");
      return [...response.headers.keys()];
    },
    ["connection", "content-length", "cookie", "date", "host", "keep-alive", "transfer-encoding"],
  ],
  [
    "refuse bad names and values later, too, and stay as they were",
    async (R) => {
      const { headers } = new R(null, { headers: { a: "1" } });
      const refusals = [
        await outcome(() => headers.set("a b", "1")),
        await outcome(() => headers.append("a", "1\n2")),
        await outcome(() => headers.get("ü")),
      ];
      return [refusals, [...headers]];
    },
    [Array(3).fill("throws TypeError"), [["a", "1"]]],
  ],
  [
    "are no property that can be replaced",
    (R) => {
      const response = new R("x");
      return outcome(() => Object.assign(response, { headers: new Headers() }));
    },
    "throws TypeError",
  ],
  [
    "are seen by forEach, entries, keys and values alike",
    (R) => {
      const { headers } = new R(null, { headers: { b: "2", a: "1" } });
      const each: unknown[] = [];
      headers.forEach((value, name, owner) => {
        each.push([name, value, owner === headers]);
      });
      return [each, [...headers.entries()], [...headers.keys()], [...headers.values()]];
    },
    [
      [
        ["a", "1", true],
        ["b", "2", true],
      ],
      ab(),
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    "feed a new Headers, and an object",
    (R) => {
      const { headers } = new R(null, { headers: { b: "2", a: "1" } });
      return [[...new Headers(headers)], Object.fromEntries(headers)];
    },
    [ab(), { a: "1", b: "2" }],
  ],
  [
    "have a tag of their own",
    (R) => Object.prototype.toString.call(new R("x").headers),
    "[object Headers]",
  ],
];

function ab(): [string, string][] {
  return [
    ["a", "1"],
    ["b", "2"],
  ];
}
