// A Response in the hands of those who know nothing of us: Node's streams, other Responses, fetch's own classes.
import { AsyncLocalStorage } from "node:async_hooks";
import { PassThrough, Readable } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { gunzipSync } from "node:zlib";
import { bytes, outcome, readAll, streamOf } from "./_observe.ts";
import type { ResponseCase, ResponseClass } from "./_response.ts";

type WebStream = Parameters<typeof Readable.fromWeb>[0];

const Platform = globalThis.Response;
const bodies: [name: string, make: (R: ResponseClass) => Response][] = [
  ["a string", (R) => new R("body")],
  ["bytes", (R) => new R(bytes("body"))],
  ["a stream", (R) => new R(streamOf(bytes("bo"), bytes("dy")))],
  ["json()", (R) => R.json("body")],
];
const bare = (text: string): string => text.replaceAll('"', "");

/** (module (func (export "f") (result i32) i32.const 7)) */
const wasm = Buffer.from(
  "0061736d010000000105016000017f030201000705010166000 00a06010400410 70b".replaceAll(" ", ""),
  "hex",
);

export const responseConsumers: ResponseCase[] = [
  ...bodies.map(
    ([kind, make]): ResponseCase => [
      `a platform Response takes the body and the init of one of ${kind}`,
      async (R) => {
        const other = make(R);
        other.headers.set("a", "1");
        const copy = new Platform(other.body, other);
        const types = [copy.headers.get("a"), copy.headers.get("content-type")];
        return [
          types[0],
          types[1] === other.headers.get("content-type"),
          bare(await copy.text()),
          other.bodyUsed,
        ];
      },
      ["1", true, "body", true],
    ],
  ),
  ...bodies.map(
    ([kind, make]): ResponseCase => [
      `one of the class takes body and init of a platform Response of ${kind}`,
      async (R) => {
        const other = make(Platform);
        const copy = new R(other.body, other);
        return [copy.status, bare(await copy.text()), other.bodyUsed];
      },
      [200, "body", true],
    ],
  ),
  ...bodies.map(
    ([kind, make]): ResponseCase => [
      `Node reads the body of ${kind} as a stream of its own`,
      async (R) => {
        const piped = new PassThrough();
        const done = pipeline(Readable.fromWeb(make(R).body as WebStream), piped);
        const texts = [await textOf(piped), await textOf(make(R).body as WebStream)];
        await done;
        return texts.map(bare);
      },
      ["body", "body"],
    ],
  ),
  ...bodies.map(
    ([kind, make]): ResponseCase => [
      `a Request takes the body of ${kind}`,
      async (R) => {
        const { body } = make(R);
        const request = new Request("http://x.test/", { method: "POST", body, duplex: "half" });
        return bare(await request.text());
      },
      "body",
    ],
  ),
  [
    "a Response as a body is text, as any object",
    (R) => new R(new R("x") as never).text(),
    "[object Response]",
  ],
  [
    "structuredClone does with it what it does with the platform's",
    async (R) => {
      const cloned = async (response: Response) =>
        await outcome(() => Object.keys(structuredClone(response) as object).length);
      return (await cloned(new R("x"))) === (await cloned(new Platform("x")));
    },
    true,
  ],
  [
    "its body can be transferred",
    async (R) => {
      const body = new R("moved").body as ReadableStream<Uint8Array>;
      const moved = structuredClone(body, { transfer: [body as never] });
      return [body.locked, await readAll(moved)];
    },
    [true, "moved"],
  ],
  [
    "its body goes through a CompressionStream",
    async (R) => {
      const packed = new R("pack me").body?.pipeThrough(new CompressionStream("gzip") as never);
      const response = new R(packed as ReadableStream, { headers: { "content-encoding": "gzip" } });
      return gunzipSync(Buffer.from(await response.arrayBuffer())).toString();
    },
    "pack me",
  ],
  [
    "WebAssembly takes it, and looks at its type and status",
    async (R) => {
      const run = (init: ResponseInit) =>
        outcome(async () => {
          const { instance } = await WebAssemblyStreaming.instantiateStreaming(new R(wasm, init));
          return instance.exports.f?.();
        });
      const type = { "content-type": "application/wasm" };
      return [
        await run({ headers: type }),
        await run({ headers: { "content-type": "text/plain" } }),
        await run({ headers: type, status: 404 }),
      ];
    },
    [7, "rejects TypeError", "rejects TypeError"],
  ],
  [
    "it passes through promises, and is no thenable",
    async (R) => {
      const response = new R("x");
      return [(await Promise.resolve(response)) === response, "then" in response];
    },
    [true, false],
  ],
  [
    "a Proxy that binds its methods can stand for it",
    async (R) => {
      const target = new R("x", { status: 201 });
      const proxy = new Proxy(target, {
        get(object, name) {
          const value: unknown = Reflect.get(object, name, object);
          return typeof value === "function" ? value.bind(object) : value;
        },
      });
      return [proxy.status, proxy.headers.get("content-type") !== null, await proxy.text()];
    },
    [201, true, "x"],
  ],
  [
    "the pull of a stream sees the AsyncLocalStorage of who reads it, or of who made it, as the platform has it",
    async (R) => {
      const storage = new AsyncLocalStorage<string>();
      const read = async (Class: ResponseClass) => {
        const seen: unknown[] = [];
        const source = {
          pull(controller: ReadableStreamDefaultController) {
            seen.push(storage.getStore());
            controller.close();
          },
        };
        const response = storage.run(
          "made",
          () => new Class(new ReadableStream(source, { highWaterMark: 0 })),
        );
        await storage.run("read", () => response.text());
        return seen;
      };
      return [(await read(R)).length, (await read(R))[0] === (await read(Platform))[0]];
    },
    [1, true],
  ],
  [
    "a thousand may be made and thrown away, read or not",
    async (R) => {
      const texts: string[] = [];
      for (let index = 0; index < 1000; index += 1) {
        const response = new R(`${index}`);
        if (index % 100 === 0) texts.push(await response.text());
        else if (index % 3 === 0) response.clone();
        else if (index % 7 === 0) await response.body?.cancel();
      }
      return texts.join();
    },
    "0,100,200,300,400,500,600,700,800,900",
  ],
];

/** Types of Node 20 lack it. */
interface WasmStreaming {
  instantiateStreaming(
    source: Response,
  ): Promise<{ instance: { exports: Record<string, () => unknown> } }>;
}
const WebAssemblyStreaming = (globalThis as unknown as { WebAssembly: WasmStreaming }).WebAssembly;
