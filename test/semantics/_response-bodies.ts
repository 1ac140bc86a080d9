// Every kind of body that a Response can be made of: its bytes, and the content type that comes with it.
import { Readable } from "node:stream";
import { bytes, formEntries, hex, outcome, streamOf } from "./_observe.ts";
import type { BodyInit } from "./_observe.ts";
import type { ResponseCase, ResponseClass } from "./_response.ts";

const TEXT = "text/plain;charset=UTF-8";
const FORM = "application/x-www-form-urlencoded;charset=UTF-8";

/** Type, nullness, bytes, and whether reading used it. */
async function whole(R: ResponseClass, body: unknown, init?: ResponseInit): Promise<unknown> {
  const response = new R(body as BodyInit, init);
  const before = [response.headers.get("content-type"), response.body === null, response.bodyUsed];
  const text = Buffer.from(await response.arrayBuffer()).toString();
  return [...before, text, response.bodyUsed];
}

type Row = [name: string, make: () => unknown, type: string | null, text: string];

const source = bytes("0123456789abcdef");
const view = (View: new (buffer: ArrayBuffer, offset: number, length: number) => unknown) => () =>
  new View(source.buffer, 8, 1);

/** Every kind of body that is one, with its content type and its text. */
export const rows: Row[] = [
  ["a string", () => "text", TEXT, "text"],
  ["an empty string", () => "", TEXT, ""],
  ["a string beyond ASCII", () => "äöü€𝄞", TEXT, "äöü€𝄞"],
  ["a string with lone surrogates", () => "a\ud800b\udc00c", TEXT, "a\ufffdb\ufffdc"],
  ["a string with a byte order mark", () => "\ufeffx", TEXT, "\ufeffx"],
  ["a string with a NUL", () => "a\0b", TEXT, "a\0b"],
  ["a long string", () => "ü".repeat(100_000), TEXT, "ü".repeat(100_000)],
  ["a String object", () => new String("boxed"), TEXT, "boxed"],
  ["a number", () => 42, TEXT, "42"],
  ["minus zero", () => -0, TEXT, "0"],
  ["NaN", () => Number.NaN, TEXT, "NaN"],
  ["a bigint", () => 10n, TEXT, "10"],
  ["true", () => true, TEXT, "true"],
  ["false", () => false, TEXT, "false"],
  ["an object", () => ({}), TEXT, "[object Object]"],
  ["an object with toString", () => ({ toString: () => "own" }), TEXT, "own"],
  ["an object with valueOf", () => ({ valueOf: () => "v", toString: () => "s" }), TEXT, "s"],
  ["an array", () => [1, [2, 3]], TEXT, "1,2,3"],
  ["a Date", () => new Date(Date.UTC(2000, 0)).toISOString(), TEXT, "2000-01-01T00:00:00.000Z"],
  ["a function", () => Object.assign(() => 1, { toString: () => "fn" }), TEXT, "fn"],
  ["a generator of strings", () => (function* () {})(), TEXT, "[object Generator]"],
  ["a Map", () => new Map([["a", "b"]]), TEXT, "[object Map]"],
  ["a promise", () => Promise.resolve("x"), TEXT, "[object Promise]"],
  ["a URL", () => new URL("http://x.test/a b"), TEXT, "http://x.test/a%20b"],
  ["an ArrayBuffer", () => bytes("buffer").buffer, null, "buffer"],
  ["an empty ArrayBuffer", () => new ArrayBuffer(0), null, ""],
  ["a Uint8Array", () => bytes("bytes"), null, "bytes"],
  ["an empty Uint8Array", () => new Uint8Array(0), null, ""],
  ["a view into a larger buffer", () => source.subarray(4, 8), null, "4567"],
  ["a Buffer of Node", () => Buffer.from("pooled"), null, "pooled"],
  ["a large Buffer", () => Buffer.alloc(300_000, "ab"), null, "ab".repeat(150_000)],
  ["a DataView", () => new DataView(source.buffer, 2, 3), null, "234"],
  ["an Int8Array", view(Int8Array), null, "8"],
  ["a Uint8ClampedArray", view(Uint8ClampedArray), null, "8"],
  ["an Int16Array", view(Int16Array), null, "89"],
  ["a Uint16Array", view(Uint16Array), null, "89"],
  ["an Int32Array", view(Int32Array), null, "89ab"],
  ["a Uint32Array", view(Uint32Array), null, "89ab"],
  ["a Float32Array", view(Float32Array), null, "89ab"],
  ["a Float64Array", view(Float64Array), null, "89abcdef"],
  ["a BigInt64Array", view(BigInt64Array), null, "89abcdef"],
  ["a BigUint64Array", view(BigUint64Array), null, "89abcdef"],
  ["a Blob without a type", () => new Blob(["blob"]), null, "blob"],
  ["a Blob with a type", () => new Blob(["b"], { type: "Image/PNG" }), "image/png", "b"],
  ["an empty Blob", () => new Blob([]), null, ""],
  ["a slice of a Blob", () => new Blob(["0123456789"]).slice(2, 5, "a/b"), "a/b", "234"],
  ["a File", () => new File(["f"], "f.txt", { type: "text/x" }), "text/x", "f"],
  [
    "a URLSearchParams",
    () => new URLSearchParams({ a: "1 2", b: "ü&" }),
    FORM,
    "a=1+2&b=%C3%BC%26",
  ],
  ["an empty URLSearchParams", () => new URLSearchParams(), FORM, ""],
  ["a stream", () => streamOf(bytes("a"), bytes("bc")), null, "abc"],
  ["an empty stream", () => streamOf(), null, ""],
  ["a byte stream", () => byteStream("bytes"), null, "bytes"],
  ["an async iterable", () => asyncIterable("one", "two"), null, "onetwo"],
  ["a stream of Node", () => Readable.from([Buffer.from("no"), Buffer.from("de")]), null, "node"],
];

const kinds: ResponseCase[] = rows.map(([name, make, type, text]) => [
  `${name} gives its bytes and its type`,
  (R) => whole(R, make()),
  [type, false, false, text, true],
]);

const types: ResponseCase[] = [
  ["a string", () => "x"],
  ["an empty string", () => ""],
  ["bytes", () => bytes("x")],
  ["a typed Blob", () => new Blob(["x"], { type: "a/b" })],
  ["a URLSearchParams", () => new URLSearchParams("a=1")],
  ["a FormData", () => new FormData()],
  ["a stream", () => streamOf(bytes("x"))],
  ["null", () => null],
].map(([name, make]) => [
  `the content type of init wins over the one of ${name}`,
  (R) => {
    const response = new R((make as () => BodyInit)(), { headers: { "Content-Type": "x/y" } });
    return [...response.headers];
  },
  [["content-type", "x/y"]],
]);

export const responseBodies: ResponseCase[] = [
  ...kinds,
  ...types,
  ["no argument is no body", (R) => whole(R, undefined), [null, true, false, "", false]],
  ["null is no body", (R) => whole(R, null), [null, true, false, "", false]],
  [
    "an empty content type in init wins, too",
    (R) => new R("x", { headers: { "content-type": "" } }).headers.get("content-type"),
    "",
  ],
  [
    "a Blob with a type that cannot be one has none",
    (R) => new R(new Blob(["x"], { type: "ü" })).headers.has("content-type"),
    false,
  ],
  [
    "a SharedArrayBuffer is no bytes: it is taken as text",
    async (R) => {
      const response = new R(new SharedArrayBuffer(2) as unknown as BodyInit);
      return [response.headers.get("content-type"), await response.text()];
    },
    [TEXT, "[object SharedArrayBuffer]"],
  ],
  ["a symbol is refused", (R) => outcome(() => new R(Symbol("s") as never)), "throws TypeError"],
  [
    "an object without a way to text is refused",
    (R) => outcome(() => new R(Object.create(null) as never)),
    "throws TypeError",
  ],
  [
    "an error of toString() travels untouched, and that one is asked once",
    async (R) => {
      let asked = 0;
      const body = {
        toString() {
          asked += 1;
          throw new EvalError("mine");
        },
      };
      return [await outcome(() => new R(body as never)), asked];
    },
    ["throws EvalError", 1],
  ],
  [
    "toString() is asked when the Response is made, not when it is read",
    async (R) => {
      let asked = 0;
      const response = new R({ toString: () => `asked ${++asked}` } as never);
      const early = asked;
      return [early, await response.text(), asked];
    },
    [1, "asked 1", 1],
  ],
  [
    "a FormData becomes multipart with a boundary, and is read back",
    async (R) => {
      const form = new FormData();
      form.append("a", "1");
      form.append("a", "ü\r\nnext");
      form.append('quo"te\n', "x");
      form.append("file", new File(["content"], 'na"me.txt', { type: "text/x" }));
      form.append("blob", new Blob(["b"]));
      const response = new R(form);
      const type = response.headers.get("content-type")?.replace(/=[-\w]+$/, "=…");
      return [type, await formEntries(await response.formData())];
    },
    [
      "multipart/form-data; boundary=…",
      [
        ["a", "1"],
        ["a", "ü\r\nnext"],
        ['quo"te\r\n', "x"],
        ["file", 'na"me.txt', "text/x", "content"],
        ["blob", "blob", "application/octet-stream", "b"],
      ],
    ],
  ],
  [
    "the boundary of a FormData stands in the content type and around each part",
    async (R) => {
      const form = new FormData();
      form.set("a", "1");
      const response = new R(form);
      const boundary = response.headers.get("content-type")?.split("boundary=")[1] ?? "none";
      const text = await response.text();
      return [text.startsWith(`--${boundary}\r\n`), text.includes(`\r\n--${boundary}--`)];
    },
    [true, true],
  ],
  [
    "an empty FormData is read back empty",
    async (R) => await formEntries(await new R(new FormData()).formData()),
    [],
  ],
  [
    "bytes are kept as they are, valid UTF-8 or not",
    async (R) => hex(await new R(Uint8Array.of(0, 255, 128, 195, 10)).arrayBuffer()),
    "00ff80c30a",
  ],
  [
    "a body of its own is another Response's body",
    async (R) => await new R(new R("moved").body).text(),
    "moved",
  ],
];

function byteStream(text: string): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: "bytes",
    start(controller) {
      controller.enqueue(bytes(text));
      controller.close();
    },
  });
}

async function* asyncIterable(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield bytes(text);
}
