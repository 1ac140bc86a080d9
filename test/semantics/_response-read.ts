// The ways to read a body: what each gives, and what it says of bodies that are not what it reads.
import { expect } from "vitest";
import { bytes, formEntries, hex, outcome, streamOf } from "./_observe.ts";
import type { BodyInit } from "./_observe.ts";
import type { ResponseCase, ResponseClass } from "./_response.ts";

/** Every way to read that this Node has. */
export const readers = ["text", "json", "arrayBuffer", "blob", "formData", "bytes"].filter(
  (name) => name in globalThis.Response.prototype,
);

/** Reads by a method's name. */
export function readBy(response: Response, name: string): Promise<unknown> {
  return (response as unknown as Record<string, () => Promise<unknown>>)[name]?.() as never;
}

const BOM = Uint8Array.of(0xef, 0xbb, 0xbf);
const invalid = Uint8Array.of(0x61, 0xff, 0xc3, 0x28, 0xe2, 0x82, 0x62);

const typed = (R: ResponseClass, body: BodyInit, type: string): Response =>
  new R(body, { headers: { "content-type": type } });

const multipart = [
  "--xx",
  'Content-Disposition: form-data; name="a"',
  "",
  "1",
  "--xx",
  'Content-Disposition: form-data; name="f"; filename="n.txt"',
  "Content-Type: text/x",
  "",
  "line one\r\nline two",
  "--xx--",
  "",
].join("\r\n");

const texts: ResponseCase[] = [
  [
    "text() reads UTF-8, and puts U+FFFD where it is none",
    async (R) => [await new R(bytes("äö𝄞")).text(), await new R(invalid).text()],
    ["äö𝄞", "a\ufffd\ufffd(\ufffdb"],
  ],
  [
    "text() reads UTF-8 whatever the charset says",
    (R) => typed(R, bytes("ü"), "text/plain; charset=iso-8859-1").text(),
    "ü",
  ],
  [
    "text() drops the byte order mark of bytes, at the beginning only",
    async (R) => {
      const shown = async (body: BodyInit) => hex(bytes(await new R(body).text()));
      return [
        await shown(Buffer.concat([BOM, bytes("x"), BOM])),
        await shown(streamOf(BOM, bytes("x"), BOM)),
        await shown(streamOf(BOM.subarray(0, 1), BOM.subarray(1), bytes("x"))),
        await shown(BOM),
      ];
    },
    ["78efbbbf", "78efbbbf", "78", ""],
  ],
  [
    "text() drops the second of two, or not, as this Node does",
    async (R) => hex(bytes(await new R(Buffer.concat([BOM, BOM, bytes("x")])).text())),
    expect.toBeOneOf(["78", "efbbbf78"]),
  ],
  [
    "text() keeps the byte order mark of no string: it was bytes in between",
    async (R) => [await new R("\ufeffx").text(), await new R("x\ufeff").text()],
    ["x", "x\ufeff"],
  ],
  [
    "text() joins characters that chunks have split",
    (R) => {
      const whole = bytes("ü𝄞");
      return new R(streamOf(...[...whole].map((byte) => Uint8Array.of(byte)))).text();
    },
    "ü𝄞",
  ],
  [
    "json() reads what JSON is, after a byte order mark too",
    async (R) => {
      const read = (body: BodyInit) => new R(body).json();
      const marked = Buffer.concat([BOM, bytes("[1]")]);
      return [
        await read(' {"a":"ü"}\n'),
        await read("null"),
        await read('"s"'),
        await read(marked),
      ];
    },
    [{ a: "ü" }, null, "s", [1]],
  ],
  ["json() does not ask for a content type", (R) => typed(R, "[1]", "image/png").json(), [1]],
  [
    "json() rejects what is none, and nothing at all",
    (R) =>
      Promise.all(
        ["", "{", "undefined", "{'a':1}", null].map((body) => outcome(() => new R(body).json())),
      ),
    Array(5).fill("rejects SyntaxError"),
  ],
  [
    "json() keeps __proto__ an own key",
    async (R) => Object.keys((await new R('{"__proto__":1}').json()) as object),
    ["__proto__"],
  ],
];

const binary: ResponseCase[] = [
  [
    "arrayBuffer() gives an ArrayBuffer of the bytes",
    async (R) => {
      const buffer = await new R(invalid).arrayBuffer();
      return [Object.prototype.toString.call(buffer), hex(buffer)];
    },
    ["[object ArrayBuffer]", hex(invalid)],
  ],
  [
    "blob() has the bytes, and the content type as its own",
    async (R) => {
      const blob = await typed(R, "ü", "Text/X; Charset=ISO-8859-1").blob();
      return [blob instanceof Blob, blob.type.toLowerCase(), blob.size, await blob.text()];
    },
    [true, "text/x;charset=iso-8859-1", 2, "ü"],
  ],
  [
    "blob() has no type where there is none, or none that can be read",
    async (R) => {
      const responses = [new R(bytes("x")), typed(R, "x", ""), typed(R, "x", "nonsense")];
      return await Promise.all(responses.map(async (response) => (await response.blob()).type));
    },
    ["", "", ""],
  ],
  [
    "blob() goes by the content type at the time of reading",
    async (R) => {
      const [set, deleted] = [new R("x"), new R("x")];
      set.headers.set("content-type", "a/b");
      deleted.headers.delete("content-type");
      return [(await set.blob()).type, (await deleted.blob()).type];
    },
    ["a/b", ""],
  ],
  [
    "blob() keeps the type of the Blob that the body was",
    async (R) => (await new R(new Blob(["x"], { type: "image/png" })).blob()).type,
    "image/png",
  ],
  [
    "bytes() gives a Uint8Array, where this Node has it",
    async (R) => {
      if (!readers.includes("bytes")) return ["[object Uint8Array]", hex(invalid)];
      const read = (await readBy(new R(invalid), "bytes")) as Uint8Array;
      return [Object.prototype.toString.call(read), hex(read)];
    },
    ["[object Uint8Array]", hex(invalid)],
  ],
  [
    "a million bytes come whole by every way",
    async (R) => {
      const body = Uint8Array.from({ length: 1_000_003 }, (_, index) => (index * 7919) % 251);
      const blob = await new R(body).blob();
      const chunks: Uint8Array[] = [];
      for await (const chunk of new R(body).body ?? []) chunks.push(chunk);
      return [
        Buffer.from(await new R(body).arrayBuffer()).equals(body),
        Buffer.from(await blob.arrayBuffer()).equals(body),
        Buffer.concat(chunks).equals(body),
      ];
    },
    [true, true, true],
  ],
];

const forms: ResponseCase[] = [
  [
    "formData() reads a urlencoded body",
    async (R) => {
      const response = new R(new URLSearchParams("a=1+2&a=%C3%BC&b="));
      return await formEntries(await response.formData());
    },
    [
      ["a", "1 2"],
      ["a", "ü"],
      ["b", ""],
    ],
  ],
  [
    "formData() reads a multipart body that others wrote",
    async (R) =>
      await formEntries(await typed(R, multipart, "multipart/form-data; boundary=xx").formData()),
    [
      ["a", "1"],
      ["f", "n.txt", "text/x", "line one\r\nline two"],
    ],
  ],
  [
    "formData() goes by the content type at the time of reading",
    async (R) => {
      const [set, deleted] = [new R("a=1"), new R(new URLSearchParams("a=1"))];
      set.headers.set("content-type", "application/x-www-form-urlencoded");
      deleted.headers.delete("content-type");
      return [await formEntries(await set.formData()), await outcome(() => deleted.formData())];
    },
    [[["a", "1"]], "rejects TypeError"],
  ],
  [
    "formData() rejects other types, no type, and a multipart that is none",
    (R) =>
      Promise.all(
        [
          typed(R, "a=1", "text/plain"),
          new R("a=1"),
          new R(bytes("a=1")),
          typed(R, multipart, "multipart/form-data"),
          typed(R, multipart, "multipart/form-data; boundary=yy"),
          typed(R, multipart.slice(0, -20), "multipart/form-data; boundary=xx"),
        ].map((response) => outcome(() => response.formData())),
      ),
    Array(6).fill("rejects TypeError"),
  ],
  [
    "formData() of no body rejects without a type, and is empty with one",
    async (R) => {
      const type = { headers: { "content-type": "application/x-www-form-urlencoded" } };
      return [
        await outcome(() => new R(null).formData()),
        await outcome(async () => await formEntries(await new R(null, type).formData())),
      ];
    },
    ["rejects TypeError", []],
  ],
];

const all: ResponseCase[] = [
  [
    "every way gives a promise",
    (R) =>
      readers.map((name) => {
        const read = readBy(new R("[1]"), name);
        read.catch(() => {});
        return read instanceof Promise;
      }),
    readers.map(() => true),
  ],
  [
    "no body reads as nothing, as often as one likes",
    async (R) => {
      const response = new R(null);
      const buffer = await response.arrayBuffer();
      const blob = await response.blob();
      return [await response.text(), buffer.byteLength, blob.size, blob.type, response.bodyUsed];
    },
    ["", 0, 0, "", false],
  ],
  [
    "every way rejects with the error of a stream that fails",
    (R) =>
      Promise.all(
        readers.map((name) => {
          const body = new ReadableStream({
            pull(controller) {
              controller.error(new EvalError("mine"));
            },
          });
          const response = typed(R, body, "application/x-www-form-urlencoded");
          return outcome(() => readBy(response, name));
        }),
      ),
    readers.map(() => "rejects EvalError"),
  ],
  [
    "every way rejects chunks that are no bytes",
    (R) =>
      Promise.all(
        readers.flatMap((name) =>
          ["text", 42, null].map((chunk) => {
            const response = typed(R, streamOf(chunk), "application/x-www-form-urlencoded");
            return outcome(() => readBy(response, name));
          }),
        ),
      ),
    readers.flatMap(() => Array(3).fill("rejects TypeError")),
  ],
];

export const responseReads: ResponseCase[] = [...texts, ...binary, ...forms, ...all];
