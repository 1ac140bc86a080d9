// A body is read once: what counts as reading, what is refused afterwards, and what a lock forbids.
import { bytes, outcome, readAll, streamOf } from "./_observe.ts";
import type { BodyInit } from "./_observe.ts";
import { readBy, readers } from "./_response-read.ts";
import type { ResponseCase, ResponseClass } from "./_response.ts";

const bodies: [name: string, make: () => BodyInit][] = [
  ["a string", () => "a=1"],
  ["bytes", () => bytes("a=1")],
  ["a Blob", () => new Blob(["a=1"])],
  ["a URLSearchParams", () => new URLSearchParams("a=1")],
  ["a stream", () => streamOf(bytes("a=1"))],
];

const urlencoded = { headers: { "content-type": "application/x-www-form-urlencoded" } };

/** What every way to read does with a Response that is made by the given function. */
async function refusals(make: () => Response | Promise<Response>): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const name of readers) {
    const response = await make();
    results.push(await outcome(() => readBy(response, name)));
  }
  return results;
}

const refused = readers.map(() => "rejects TypeError");
const reader = (response: Response) =>
  (
    response.body as ReadableStream<Uint8Array>
  ).getReader() as ReadableStreamDefaultReader<Uint8Array>;

async function usedBy(R: ResponseClass, name: string, body: BodyInit): Promise<unknown> {
  const response = new R(body, urlencoded);
  const before = response.bodyUsed;
  const reading = readBy(response, name).catch(() => {});
  const during = response.bodyUsed;
  await reading;
  return [before, during, response.bodyUsed, await outcome(() => readBy(response, name))];
}

export const responseLife: ResponseCase[] = [
  ...bodies.flatMap(([kind, make]) =>
    readers.map(
      (name): ResponseCase => [
        `${name}() uses ${kind} at once, and a second time it rejects`,
        (R) => usedBy(R, name, make()),
        [false, true, true, "rejects TypeError"],
      ],
    ),
  ),
  ...bodies.map(
    ([kind, make]): ResponseCase => [
      `${kind} that was read by one way is read by no other`,
      (R) =>
        refusals(async () => {
          const response = new R(make(), urlencoded);
          await response.text();
          return response;
        }),
      refused,
    ],
  ),
  ...bodies.map(
    ([kind, make]): ResponseCase => [
      `${kind} that is locked is not read, and not used by the attempt`,
      async (R) => {
        const response = new R(make(), urlencoded);
        const lock = reader(response);
        const tried = await refusals(() => response);
        const used = response.bodyUsed;
        lock.releaseLock();
        return [tried, used, response.body?.locked, await response.text()];
      },
      [refused, false, false, "a=1"],
    ],
  ),
  ...bodies.map(
    ([kind, make]): ResponseCase => [
      `${kind} of which a chunk was taken is used`,
      async (R) => {
        const response = new R(make());
        const lock = reader(response);
        await lock.read();
        lock.releaseLock();
        return [response.bodyUsed, await outcome(() => response.text())];
      },
      [true, "rejects TypeError"],
    ],
  ),
  ...bodies.map(
    ([kind, make]): ResponseCase => [
      `${kind} that was cancelled is used`,
      async (R) => {
        const response = new R(make());
        await response.body?.cancel("no more");
        return [
          response.bodyUsed,
          await outcome(() => response.text()),
          await readAll(response.body),
        ];
      },
      [true, "rejects TypeError", ""],
    ],
  ),
  ...bodies.map(
    ([kind, make]): ResponseCase => [
      `${kind} is locked while it is read, and for ever after`,
      async (R) => {
        const response = new R(make());
        const reading = response.text();
        const during = [response.body?.locked, await outcome(() => response.body?.getReader())];
        await reading;
        return [during, response.body === null, response.bodyUsed];
      },
      [[true, "throws TypeError"], false, true],
    ],
  ),
  [
    "looking at the body, or at bodyUsed, is no reading",
    async (R) => {
      const response = new R("x");
      const first = response.body;
      return [response.bodyUsed, first === response.body, first?.locked, await response.text()];
    },
    [false, true, false, "x"],
  ],
  [
    "the body is a ReadableStream, the same before, while and after it is read",
    async (R) => {
      const response = new R("x");
      const before = response.body;
      const reading = response.text();
      const during = response.body;
      await reading;
      return [before instanceof ReadableStream, before === during, before === response.body];
    },
    [true, true, true],
  ],
  [
    "an empty body counts as read, no body does not",
    async (R) => {
      const [empty, none] = [new R(""), new R(null)];
      await Promise.all([empty.text(), none.text()]);
      return [empty.bodyUsed, await outcome(() => empty.text()), none.bodyUsed, await none.text()];
    },
    [true, "rejects TypeError", false, ""],
  ],
  [
    "a lock that was released without a read leaves the body readable",
    async (R) => {
      const response = new R("x");
      reader(response).releaseLock();
      return [response.bodyUsed, await response.text()];
    },
    [false, "x"],
  ],
  [
    "a failed json() has used the body",
    async (R) => {
      const response = new R("{");
      const first = await outcome(() => response.json());
      return [first, response.bodyUsed, await outcome(() => response.text())];
    },
    ["rejects SyntaxError", true, "rejects TypeError"],
  ],
  [
    "two reads at the same time: the first gets the body",
    async (R) => {
      const response = new R("x");
      return await Promise.all([outcome(() => response.text()), outcome(() => response.json())]);
    },
    ["x", "rejects TypeError"],
  ],
  [
    "a body that was handed to another Response is used by both",
    async (R) => {
      const first = new R("x");
      const second = new R(first.body);
      const before = [first.bodyUsed, second.bodyUsed, first.body === second.body];
      const text = await second.text();
      return [before, text, first.bodyUsed, second.bodyUsed, await outcome(() => first.text())];
    },
    [[false, false, true], "x", true, true, "rejects TypeError"],
  ],
  [
    "status and headers may be read after the body",
    async (R) => {
      const response = new R("x", { status: 201, headers: { a: "1" } });
      await response.text();
      response.headers.set("b", "2");
      return [response.status, response.ok, response.headers.get("a"), response.headers.get("b")];
    },
    [201, true, "1", "2"],
  ],
];
