// The headers of a Request: looking, changing, and what may not be changed.
import { outcome } from "./_observe.ts";
import type { RequestCase, Sent } from "./_request.ts";

const sent: Sent = { headers: { "X-B": "2", "x-a": "1", "X-C": ["3", "4"], cookie: "k=v; l=w" } };

/** Names that a browser's Request would not let a page set; Node's lets all of them. */
const forbidden = [
  "accept-charset",
  "connection",
  "content-length",
  "cookie",
  "date",
  "dnt",
  "expect",
  "host",
  "keep-alive",
  "origin",
  "proxy-authorization",
  "referer",
  "sec-fetch-mode",
  "set-cookie",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "via",
];

const own = (headers: Headers): [string, string][] =>
  [...headers].filter(([name]) => name.startsWith("x-"));

export const requestHeaders: RequestCase[] = [
  [
    "are a Headers, the same at each look",
    sent,
    (request) => {
      const { headers } = request;
      headers.set("x-new", "1");
      return [
        headers instanceof Headers,
        headers === request.headers,
        request.headers.get("x-new"),
      ];
    },
    [true, true, "1"],
  ],
  [
    "have the tag Headers and no keys of their own",
    sent,
    ({ headers }) => [Object.prototype.toString.call(headers), Object.keys(headers)],
    ["[object Headers]", []],
  ],
  [
    "are read in any case",
    sent,
    ({ headers }) => [headers.get("X-A"), headers.get("x-b"), headers.has("X-c"), headers.has("d")],
    ["1", "2", true, false],
  ],
  [
    "give null for what is not there",
    sent,
    ({ headers }) => [headers.get("x-none"), headers.get("constructor"), headers.get("__proto__")],
    [null, null, null],
  ],
  [
    "are listed sorted, in lower case, with repeated ones joined",
    sent,
    ({ headers }) => own(headers),
    [
      ["x-a", "1"],
      ["x-b", "2"],
      ["x-c", "3, 4"],
    ],
  ],
  [
    "are listed alike by each way to list them",
    sent,
    ({ headers }) => {
      const each: [string, string][] = [];
      headers.forEach((value, name) => {
        each.push([name, value]);
      });
      const lists = [each, [...headers.entries()], [...headers]].map((list) =>
        JSON.stringify(list),
      );
      const names = JSON.stringify([...headers.keys()]) === JSON.stringify(each.map(([n]) => n));
      return [new Set(lists).size, names, [...headers.values()].length === each.length];
    },
    [1, true, true],
  ],
  [
    "may be set, appended to and deleted",
    sent,
    ({ headers }) => {
      headers.set("X-A", "set");
      headers.append("x-b", "appended");
      headers.delete("X-C");
      headers.append("x-d", "new");
      return own(headers);
    },
    [
      ["x-a", "set"],
      ["x-b", "2, appended"],
      ["x-d", "new"],
    ],
  ],
  ...forbidden.map(
    (name): RequestCase => [
      `may have ${name} set, appended to and deleted, as Node's Request does`,
      sent,
      async ({ headers }) => {
        const set = await outcome(() => headers.set(name, "1"));
        const after = headers.get(name);
        headers.append(name, "2");
        const appended = headers.get(name);
        headers.delete(name);
        return [set, after, appended?.replace(/[,;] /, " "), headers.has(name)];
      },
      [undefined, "1", "1 2", false],
    ],
  ),
  [
    "keep the cookies of the client in one line",
    sent,
    ({ headers }) => [headers.get("cookie"), headers.getSetCookie()],
    ["k=v; l=w", []],
  ],
  [
    "keep each Set-Cookie apart, should somebody put one there",
    sent,
    ({ headers }) => {
      headers.append("set-cookie", "a=1");
      headers.append("set-cookie", "b=2");
      return [headers.getSetCookie(), headers.get("set-cookie")];
    },
    [["a=1", "b=2"], "a=1, b=2"],
  ],
  [
    "refuse names and values that no header has, and stay as they were",
    sent,
    async ({ headers }) => {
      const tries = [
        () => headers.set("a b", "1"),
        () => headers.set("", "1"),
        () => headers.append("x-a", "1\r\nx: y"),
        () => headers.append("x-a", "☃"),
        () => headers.get("ü"),
        () => headers.has(Symbol("s") as never),
      ];
      return [await Promise.all(tries.map((attempt) => outcome(attempt))), headers.get("x-a")];
    },
    [Array(6).fill("throws TypeError"), "1"],
  ],
  [
    "come without white space around them, and with Latin-1 as it was sent",
    { headers: { "x-space": " \t1 2 \t", "x-latin": "\xfc\xff", "x-empty": "" } },
    ({ headers }) => [headers.get("x-space"), headers.get("x-latin"), headers.get("x-empty")],
    ["1 2", "\xfc\xff", ""],
  ],
  [
    "feed a new Headers, which is another one",
    sent,
    ({ headers }) => {
      const copy = new Headers(headers);
      copy.set("x-a", "changed");
      return [own(copy), headers.get("x-a")];
    },
    [
      [
        ["x-a", "changed"],
        ["x-b", "2"],
        ["x-c", "3, 4"],
      ],
      "1",
    ],
  ],
  [
    "feed an object, a Map and a Response",
    sent,
    ({ headers }) => [
      (Object.fromEntries(headers) as Record<string, string>)["x-c"],
      new Map(headers).get("x-c"),
      new Response(null, { headers }).headers.get("x-c"),
    ],
    ["3, 4", "3, 4", "3, 4"],
  ],
  [
    "that are changed go into copies and clones, and not back from them",
    sent,
    (request) => {
      request.headers.set("x-a", "changed");
      const copies = [
        new Request(request),
        request.clone(),
        new Request("http://x.test/", request),
      ];
      const seen = copies.map((copy) => copy.headers.get("x-a"));
      for (const copy of copies) copy.headers.set("x-a", "copy");
      return [seen, request.headers.get("x-a")];
    },
    [["changed", "changed", "changed"], "changed"],
  ],
];
