// A Response is what it was given at construction: what happens to that afterwards is not its business.
import { expect } from "vitest";
import { bytes, hex, outcome } from "./_observe.ts";
import type { HeadersInit } from "./_observe.ts";
import type { ResponseCase } from "./_response.ts";

export const responseSnapshots: ResponseCase[] = [
  [
    "bytes that are overwritten later do not change the body",
    async (R) => {
      const body = bytes("before");
      const response = new R(body);
      body.set(bytes("after!"));
      return await response.text();
    },
    "before",
  ],
  [
    "neither does a Buffer of Node that is used again",
    async (R) => {
      const body = Buffer.from("before");
      const response = new R(body);
      body.fill("x");
      return await response.text();
    },
    "before",
  ],
  [
    "neither does the buffer behind a view, or under a DataView",
    async (R) => {
      const body = bytes("0123456789");
      const responses = [
        new R(body.subarray(2, 4)),
        new R(new DataView(body.buffer, 5, 2)),
        new R(body.buffer),
      ];
      body.fill(120);
      return await Promise.all(responses.map((response) => response.text()));
    },
    ["23", "56", "0123456789"],
  ],
  [
    "neither after headers, body or a clone were looked at",
    async (R) => {
      const body = bytes("before");
      const [one, two, three] = [new R(body), new R(body), new R(body)] as const;
      const clone = three.clone();
      const stream = two.body;
      one.headers.set("x", "1");
      body.fill(120);
      return [await one.text(), await new R(stream).text(), await clone.text(), await three.text()];
    },
    ["before", "before", "before", "before"],
  ],
  [
    "a buffer that is transferred away leaves the body whole",
    async (R) => {
      const body = bytes("transferred");
      const response = new R(body);
      structuredClone(body.buffer, { transfer: [body.buffer] });
      return [body.byteLength, await response.text()];
    },
    [0, "transferred"],
  ],
  [
    "a buffer that may grow or shrink is refused, or is kept as it was",
    async (R) => {
      const Resizable = ArrayBuffer as unknown as new (
        length: number,
        options: object,
      ) => ArrayBuffer & { resize(length: number): void };
      const buffer = new Resizable(4, { maxByteLength: 8 });
      new Uint8Array(buffer).set(bytes("four"));
      return await outcome(async () => {
        const response = new R(new Uint8Array(buffer));
        buffer.resize(1);
        return await response.text();
      });
    },
    expect.toBeOneOf(["rejects TypeError", "four"]),
  ],
  [
    "params that are added later do not change the body",
    async (R) => {
      const body = new URLSearchParams("a=1");
      const response = new R(body);
      body.append("b", "2");
      return await response.text();
    },
    "a=1",
  ],
  [
    "fields that are added to a form later do not change the body",
    async (R) => {
      const body = new FormData();
      body.set("a", "1");
      const response = new R(body);
      body.set("b", "2");
      return [...(await response.formData()).keys()];
    },
    ["a"],
  ],
  [
    "an object that becomes another text later does not change the body",
    async (R) => {
      const body = { text: "before", toString: () => body.text };
      const response = new R(body as never);
      body.text = "after";
      return await response.text();
    },
    "before",
  ],
  [
    "an array that is pushed to later does not change the body",
    async (R) => {
      const body = [1];
      const response = new R(body as never);
      body.push(2);
      return await response.text();
    },
    "1",
  ],
  [
    "headers of every shape that change later have no effect",
    (R) => {
      const record: Record<string, string> = { a: "1" };
      const list: [string, string][] = [["a", "1"]];
      const headers = new Headers(record);
      const map = new Map(list);
      const inits = [record, list, headers, map] as HeadersInit[];
      const responses = inits.map((init) => new R(null, { headers: init }));
      record.a = "2";
      record.b = "2";
      (list[0] as string[])[1] = "2";
      list.push(["b", "2"]);
      headers.set("a", "2");
      map.set("b", "2");
      return responses.map((response) => [...response.headers]);
    },
    [[["a", "1"]], [["a", "1"]], [["a", "1"]], [["a", "1"]]],
  ],
  [
    "the headers of a Response do not reach those that it was made with",
    (R) => {
      const headers = new Headers({ a: "1" });
      const record: Record<string, string> = { a: "1" };
      new R("x", { headers }).headers.set("b", "2");
      new R("x", { headers: record }).headers.set("b", "2");
      return [[...headers.keys()], Object.keys(record)];
    },
    [["a"], ["a"]],
  ],
  [
    "one init makes two Responses that have nothing in common",
    (R) => {
      const init = { status: 201, headers: { a: "1" } };
      const [one, two] = [new R("1", init), new R("2", init)];
      one.headers.set("a", "9");
      return [two.headers.get("a"), init];
    },
    ["1", { status: 201, headers: { a: "1" } }],
  ],
  [
    "an init that changes later has no effect",
    (R) => {
      const init = { status: 201, statusText: "first", headers: { a: "1" } };
      const response = new R(null, init);
      Object.assign(init, { status: 500, statusText: "second", headers: { b: "2" } });
      return [response.status, response.statusText, [...response.headers]];
    },
    [201, "first", [["a", "1"]]],
  ],
  [
    "data that changes after Response.json() has no effect",
    async (R) => {
      const data = { a: [1] };
      const response = R.json(data);
      data.a.push(2);
      return await response.json();
    },
    { a: [1] },
  ],
  [
    "what arrayBuffer() gives may be written to: neither source nor clone sees it",
    async (R) => {
      const source = bytes("mine");
      const response = new R(source);
      const clone = response.clone();
      new Uint8Array(await response.arrayBuffer()).fill(120);
      return [hex(source), await clone.text()];
    },
    [hex(bytes("mine")), "mine"],
  ],
  [
    "what arrayBuffer() gives is as long as the body, whatever the body was a part of",
    async (R) => {
      const one = await new R(Buffer.from("pooled")).arrayBuffer();
      const two = await new R(bytes("0123456789").subarray(1, 3)).arrayBuffer();
      const three = await new R("text").arrayBuffer();
      return [one, two, three].map((buffer) => [buffer instanceof ArrayBuffer, buffer.byteLength]);
    },
    [
      [true, 6],
      [true, 2],
      [true, 4],
    ],
  ],
  [
    "chunks of the body do not detach what it was made of",
    async (R) => {
      const source = bytes("still here");
      const response = new R(source);
      for await (const chunk of response.body ?? []) {
        structuredClone(chunk.buffer, { transfer: [chunk.buffer as ArrayBuffer] });
      }
      return source.byteLength;
    },
    10,
  ],
  [
    "an array-like that fails when it is read is refused at construction",
    async (R) => {
      const headers = {
        get a(): string {
          throw new EvalError("mine");
        },
      };
      return await outcome(() => new R(null, { headers }));
    },
    "throws EvalError",
  ],
];
