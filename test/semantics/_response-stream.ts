// `body` as a stream: what goes in comes out, when it is asked for, and failures and cancels go the other way.
import { bytes, hex, outcome, readAll, streamOf } from "./_observe.ts";
import type { BodyInit } from "./_observe.ts";
import type { ResponseCase } from "./_response.ts";

type Stream = ReadableStream<Uint8Array>;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A stream that counts what is asked of it. */
function counting(): { stream: Stream; seen: { pulled: number; cancelled: unknown[] } } {
  const seen = { pulled: 0, cancelled: [] as unknown[] };
  const stream: Stream = new ReadableStream(
    {
      pull(controller) {
        seen.pulled += 1;
        controller.enqueue(bytes(String(seen.pulled)));
      },
      cancel(reason) {
        seen.cancelled.push(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, seen };
}

const made: [name: string, make: () => BodyInit][] = [
  ["a string", () => "some text"],
  ["bytes", () => bytes("some text")],
  ["a Blob", () => new Blob(["some text"])],
  ["a stream", () => streamOf(bytes("some "), bytes("text"))],
];

export const responseStreams: ResponseCase[] = [
  ...made.map(
    ([kind, make]): ResponseCase => [
      `the body of ${kind} gives Uint8Arrays, and ends`,
      async (R) => {
        const chunks: unknown[] = [];
        for await (const chunk of new R(make()).body ?? []) chunks.push(chunk);
        const views = chunks.every((chunk) => chunk instanceof Uint8Array);
        return [views, Buffer.concat(chunks as Uint8Array[]).toString()];
      },
      [true, "some text"],
    ],
  ),
  ...made.map(
    ([kind, make]): ResponseCase => [
      `the body of ${kind} can be teed`,
      async (R) => {
        const response = new R(make());
        const [one, two] = (response.body as Stream).tee();
        const texts = [await readAll(one), await new R(two).text()];
        return [texts, response.bodyUsed, response.body?.locked];
      },
      [["some text", "some text"], true, true],
    ],
  ),
  ...made.map(
    ([kind, make]): ResponseCase => [
      `the body of ${kind} can be piped to a sink and through a transform`,
      async (R) => {
        let text = "";
        const sink = new WritableStream<Uint8Array>({
          write(chunk) {
            text += Buffer.from(chunk).toString();
          },
        });
        await new R(make()).body?.pipeTo(sink);
        const upper = new TransformStream<Uint8Array, Uint8Array>({
          transform: (chunk, controller) =>
            controller.enqueue(bytes(Buffer.from(chunk).toString().toUpperCase())),
        });
        return [text, await readAll((new R(make()).body as Stream).pipeThrough(upper))];
      },
      ["some text", "SOME TEXT"],
    ],
  ),
  ...made.slice(0, 3).map(
    ([kind, make]): ResponseCase => [
      `the body of ${kind} fills a buffer of the reader's own`,
      async (R) => {
        const reader = (new R(make()).body as Stream).getReader({ mode: "byob" });
        let text = "";
        for (;;) {
          const { value, done } = await reader.read(new Uint8Array(4));
          text += Buffer.from(value ?? []).toString();
          if (done) return [text, value?.byteLength];
        }
      },
      ["some text", 0],
    ],
  ),
  [
    "a stream that is given is the body itself",
    (R) => {
      const stream = streamOf(bytes("x"));
      return new R(stream).body === stream;
    },
    true,
  ],
  [
    "a stream without a queue is not pulled before somebody reads",
    async (R) => {
      const { stream, seen } = counting();
      const response = new R(stream);
      response.headers.set("a", "1");
      const looked = response.body !== null && !response.bodyUsed;
      await turn();
      const before = seen.pulled;
      const reader = (response.body as Stream).getReader();
      const { value } = await reader.read();
      await turn();
      return [looked, before, hex(value as Uint8Array), seen.pulled];
    },
    [true, 0, hex(bytes("1")), 1],
  ],
  [
    "a cancel reaches the source once, with its reason",
    async (R) => {
      const { stream, seen } = counting();
      const response = new R(stream);
      await response.body?.cancel("enough");
      await response.body?.cancel("again");
      return seen;
    },
    { pulled: 0, cancelled: ["enough"] },
  ],
  [
    "leaving a loop over the body cancels the source",
    async (R) => {
      const { stream, seen } = counting();
      for await (const chunk of new R(stream).body ?? []) {
        if (hex(chunk) === hex(bytes("2"))) break;
      }
      return [seen.pulled, seen.cancelled.length];
    },
    [2, 1],
  ],
  [
    "leaving a loop over an async iterable lets that one finish",
    async (R) => {
      const steps: string[] = [];
      async function* source(): AsyncGenerator<Uint8Array> {
        try {
          for (;;) yield bytes("x");
        } finally {
          steps.push("finished");
        }
      }
      const { body } = new R(source() as never);
      const reader = (body as Stream).getReader();
      steps.push(Buffer.from((await reader.read()).value ?? []).toString());
      await reader.cancel();
      return steps;
    },
    ["x", "finished"],
  ],
  [
    "an async iterable that throws fails the read with its error",
    (R) => {
      async function* source(): AsyncGenerator<Uint8Array> {
        yield bytes("x");
        throw new EvalError("mine");
      }
      return outcome(() => new R(source() as never).text());
    },
    "rejects EvalError",
  ],
  [
    "a failure after some chunks comes after those",
    async (R) => {
      let sent = 0;
      const stream = new ReadableStream(
        {
          pull(controller) {
            sent += 1;
            if (sent > 2) controller.error(new EvalError("mine"));
            else controller.enqueue(bytes(String(sent)));
          },
        },
        { highWaterMark: 0 },
      );
      let text = "";
      const read = await outcome(async () => {
        for await (const chunk of new R(stream).body ?? []) text += Buffer.from(chunk).toString();
      });
      return [text, read];
    },
    ["12", "rejects EvalError"],
  ],
  [
    "a stream that is locked is refused at construction",
    async (R) => {
      const stream = streamOf(bytes("x"));
      const reader = stream.getReader();
      const tried = await outcome(() => new R(stream));
      reader.releaseLock();
      return [tried, await new R(stream).text()];
    },
    ["throws TypeError", "x"],
  ],
  [
    "a stream of which something was read is refused at construction",
    async (R) => {
      const [partly, cancelled] = [streamOf(bytes("x"), bytes("y")), streamOf()];
      const reader = partly.getReader();
      await reader.read();
      reader.releaseLock();
      await cancelled.cancel();
      return [await outcome(() => new R(partly)), await outcome(() => new R(cancelled))];
    },
    ["throws TypeError", "throws TypeError"],
  ],
  [
    "a stream that has failed is taken, and fails when it is read",
    async (R) => {
      const stream = new ReadableStream({
        start: (controller) => controller.error(new EvalError("mine")),
      });
      const response = new R(stream);
      return [response.status, await outcome(() => response.text())];
    },
    [200, "rejects EvalError"],
  ],
  [
    "a used or locked body of another Response is refused",
    async (R) => {
      const [used, locked] = [new R("x"), new R("x")];
      await used.text();
      locked.body?.getReader();
      return [await outcome(() => new R(used.body)), await outcome(() => new R(locked.body))];
    },
    ["throws TypeError", "throws TypeError"],
  ],
  [
    "a null body has no stream",
    (R) => [new R().body, new R(null, { status: 304 }).body, R.error().body],
    [null, null, null],
  ],
  [
    "a read of the body waits for the source, and others may come in between",
    async (R) => {
      let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
      const stream = new ReadableStream<Uint8Array>({
        start(given) {
          controller = given;
        },
      });
      const order: string[] = [];
      const reading = new R(stream).text().then((text) => order.push(text));
      await turn();
      order.push("in between");
      controller?.enqueue(bytes("late"));
      controller?.close();
      await reading;
      return order;
    },
    ["in between", "late"],
  ],
];
