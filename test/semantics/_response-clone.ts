// clone(): two Responses where there was one, at whatever point of the first one's life it is called.
import { bytes, outcome, readAll, readBoth, streamOf } from "./_observe.ts";
import type { ResponseCase, ResponseClass } from "./_response.ts";

const made: [name: string, make: (R: ResponseClass) => Response][] = [
  ["a string", (R) => new R("body")],
  ["bytes", (R) => new R(bytes("body"))],
  ["a Blob", (R) => new R(new Blob(["body"], { type: "a/b" }))],
  ["a stream", (R) => new R(streamOf(bytes("bo"), bytes("dy")))],
  ["an async iterable", (R) => new R(ReadableStream.from([bytes("body")]) as ReadableStream)],
  ["Response.json()", (R) => R.json("body")],
];

const touches: [name: string, touch: (response: Response) => unknown][] = [
  ["untouched", () => {}],
  ["whose headers were looked at", (response) => response.headers],
  ["whose headers were changed", (response) => response.headers.set("x", "1")],
  ["whose body was looked at", (response) => response.body],
  ["whose body was locked for a while", (response) => response.body?.getReader().releaseLock()],
  ["that was cloned before", (response) => response.clone()],
];

const unquoted = (texts: string[]): string[] => texts.map((text) => text.replaceAll('"', ""));

export const responseClones: ResponseCase[] = [
  ...made.flatMap(([kind, make]) =>
    touches.map(
      ([state, touch]): ResponseCase => [
        `of ${kind} ${state}, gives the body twice`,
        async (R) => {
          const response = make(R);
          touch(response);
          const clone = response.clone();
          const states = [
            response.bodyUsed,
            clone.bodyUsed,
            response.body?.locked,
            clone.body?.locked,
          ];
          return [
            states,
            unquoted(await readBoth(response, clone)),
            response.bodyUsed,
            clone.bodyUsed,
          ];
        },
        [[false, false, false, false], ["body", "body"], true, true],
      ],
    ),
  ),
  ...made.map(
    ([kind, make]): ResponseCase => [
      `of ${kind} may be read one after the other, in both orders`,
      async (R) => {
        const [one, two] = [make(R), make(R)];
        const [oneClone, twoClone] = [one.clone(), two.clone()];
        return unquoted([
          await one.text(),
          await oneClone.text(),
          await twoClone.text(),
          await two.text(),
        ]);
      },
      Array(4).fill("body"),
    ],
  ),
  [
    "keeps status, text and headers",
    (R) => {
      const init = { status: 201, statusText: "Made", headers: { a: "1" } };
      const clone = new R("x", init).clone();
      const { status, statusText, ok, type, url, redirected } = clone;
      return [status, statusText, ok, type, url, redirected, [...clone.headers]];
    },
    [
      201,
      "Made",
      true,
      "default",
      "",
      false,
      [
        ["a", "1"],
        ["content-type", "text/plain;charset=UTF-8"],
      ],
    ],
  ],
  [
    "has headers of its own",
    (R) => {
      const response = new R("x", { headers: { a: "1" } });
      const clone = response.clone();
      response.headers.set("a", "original");
      response.headers.set("b", "original");
      clone.headers.set("a", "clone");
      clone.headers.append("set-cookie", "c=1");
      return [[...response.headers], [...clone.headers]];
    },
    [
      [
        ["a", "original"],
        ["b", "original"],
        ["content-type", "text/plain;charset=UTF-8"],
      ],
      [
        ["a", "clone"],
        ["content-type", "text/plain;charset=UTF-8"],
        ["set-cookie", "c=1"],
      ],
    ],
  ],
  [
    "keeps each cookie by itself",
    (R) => {
      const response = new R();
      response.headers.append("set-cookie", "a=1");
      response.headers.append("set-cookie", "b=2");
      return response.clone().headers.getSetCookie();
    },
    ["a=1", "b=2"],
  ],
  [
    "sees headers that were changed before, and none that are changed after",
    (R) => {
      const response = new R("x");
      response.headers.set("a", "before");
      const clone = response.clone();
      response.headers.set("a", "after");
      return clone.headers.get("a");
    },
    "before",
  ],
  [
    "is another object with another body, and a Response",
    (R) => {
      const response = new R("x");
      const clone = response.clone();
      return [
        clone !== response,
        clone.body !== response.body,
        clone.headers !== response.headers,
        clone instanceof R,
        clone instanceof globalThis.Response,
      ];
    },
    Array(5).fill(true),
  ],
  [
    "locks the body that was looked at before, and gives the Response a new one",
    (R) => {
      const response = new R(streamOf(bytes("x")));
      const before = response.body;
      response.clone();
      return [before === response.body, before?.locked, response.body?.locked];
    },
    [false, true, false],
  ],
  [
    "of a Response whose body was used throws",
    async (R) => {
      const [read, partly, cancelled] = [new R("x"), new R("x"), new R("x")];
      await read.text();
      const reader = (partly.body as ReadableStream<Uint8Array>).getReader();
      await reader.read();
      reader.releaseLock();
      await cancelled.body?.cancel();
      return await Promise.all(
        [read, partly, cancelled].map((response) => outcome(() => response.clone())),
      );
    },
    Array(3).fill("throws TypeError"),
  ],
  [
    "of a Response whose body is locked throws, and hurts nobody",
    async (R) => {
      const response = new R("x");
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      const tried = await outcome(() => response.clone());
      reader.releaseLock();
      return [tried, await response.clone().text(), await response.text()];
    },
    ["throws TypeError", "x", "x"],
  ],
  [
    "of no body has none either",
    async (R) => {
      const response = new R(null, { status: 204 });
      await response.text();
      const clone = response.clone();
      return [clone.status, clone.body, response.body, await clone.text()];
    },
    [204, null, null, ""],
  ],
  [
    "of a clone of a clone gives the body as often",
    async (R) => {
      const one = new R("deep");
      const two = one.clone();
      const three = two.clone();
      const four = one.clone();
      return await Promise.all([one, two, three, four].map((response) => response.text()));
    },
    Array(4).fill("deep"),
  ],
  [
    "is read whole when the other one was cancelled, and the source is not",
    async (R) => {
      let cancelled = 0;
      const stream = new ReadableStream({
        start(controller) {
          controller.enqueue(bytes("whole"));
          controller.close();
        },
        cancel() {
          cancelled += 1;
        },
      });
      const response = new R(stream);
      const clone = response.clone();
      response.body?.cancel("not mine").catch(() => {});
      return [await clone.text(), cancelled];
    },
    ["whole", 0],
  ],
  [
    "cancels the source when both are cancelled, with both reasons",
    async (R) => {
      const reasons: unknown[] = [];
      const stream = new ReadableStream({
        cancel(reason) {
          reasons.push(reason);
        },
      });
      const response = new R(stream);
      const clone = response.clone();
      await Promise.all([response.body?.cancel("one"), clone.body?.cancel("two")]);
      return reasons;
    },
    [["one", "two"]],
  ],
  [
    "fails like the original when the source fails",
    async (R) => {
      const stream = new ReadableStream({
        pull(controller) {
          controller.error(new EvalError("mine"));
        },
      });
      const response = new R(stream);
      const clone = response.clone();
      return await Promise.all([outcome(() => response.text()), outcome(() => clone.text())]);
    },
    ["rejects EvalError", "rejects EvalError"],
  ],
  [
    "of a large body gives it twice",
    async (R) => {
      const text = "0123456789".repeat(60_000);
      const responses = [
        new R(text),
        new R(streamOf(...Array(60).fill(bytes(text.slice(0, 10_000))))),
      ];
      const results: boolean[] = [];
      for (const response of responses) {
        const clone = response.clone();
        results.push((await response.text()) === text, (await clone.text()) === text);
      }
      return results;
    },
    [true, true, true, true],
  ],
  [
    "gives the content type to a Blob on both sides",
    async (R) => {
      const response = new R("x", { headers: { "content-type": "a/b" } });
      const clone = response.clone();
      return [(await response.blob()).type, (await clone.blob()).type];
    },
    ["a/b", "a/b"],
  ],
  [
    "leaves the body of the original to whoever takes it from there",
    async (R) => {
      const response = new R("x", { status: 201 });
      const clone = response.clone();
      const moved = new R(response.body, response);
      return [moved.status, await moved.text(), await readAll(clone.body)];
    },
    [201, "x", "x"],
  ],
];
