import { once } from "node:events";
import { createGunzip, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { PlainIncoming } from "../../../lib/node/incoming.ts";
import {
  deferred,
  eventually,
  incomingOf,
  rejection,
  requestOf,
  servers,
  within,
} from "./_servers.ts";

const start = servers();
const upload = "POST /up HTTP/1.1\r\nContent-Length: 100000";

describe("a client that leaves during its upload", () => {
  it.each(["text", "json", "arrayBuffer", "formData", "body"] as const)(
    "makes a pending %s reject with the reason of the signal, at once",
    async (kind) => {
      const reading = deferred();
      const rejected = deferred<[unknown, Request, number]>();
      const { open } = await start.http(async (req, res) => {
        const request = requestOf(incomingOf(req, res));
        const pending = rejection(kind === "body" ? readAll(request) : request[kind]());
        await eventually(() => req.readableDidRead);
        reading.resolve();
        rejected.resolve([await pending, request, performance.now()]);
      });
      const connection = await open();
      connection.send(`${upload}\r\nContent-Type: application/x-www-form-urlencoded`, "a=12345");
      await reading.promise;
      const left = performance.now();
      connection.destroy();
      const [error, request, at] = await within(2000, rejected.promise);
      expect(error).toMatchObject({ name: "AbortError" });
      expect(request.signal.aborted).toBe(true);
      expect(error).toBe(request.signal.reason);
      expect(at - left).toBeLessThan(200);
    },
  );

  it("does not take a body away that had arrived whole", async () => {
    const arrived = deferred();
    const result = deferred<string>();
    const { open } = await start.http(async (req, res) => {
      const request = requestOf(incomingOf(req, res));
      await eventually(() => req.complete);
      arrived.resolve();
      await once(request.signal, "abort");
      result.resolve(await request.text());
    });
    const connection = await open();
    connection.send("POST / HTTP/1.1\r\nContent-Length: 5", "whole");
    await arrived.promise;
    connection.destroy();
    expect(await within(2000, result.promise)).toBe("whole");
  });

  it("makes a read rejects that only begins after it left", async () => {
    const result = deferred<Error>();
    const { open } = await start.http(async (req, res) => {
      const request = requestOf(incomingOf(req, res));
      await once(request.signal, "abort");
      result.resolve(await rejection(request.text()));
    });
    const connection = await open();
    connection.send(upload, "1234567");
    connection.destroy();
    expect(await within(2000, result.promise)).toMatchObject({ name: "AbortError" });
  });

  it("is noticed behind a stream of the host's own", async () => {
    const reading = deferred();
    const result = deferred<Error>();
    const { open } = await start.http(async (req, res) => {
      const source = req.pipe(createGunzip());
      source.on("error", () => {});
      class Inflated extends PlainIncoming {
        override get source() {
          return source;
        }
      }
      const incoming = new Inflated(req, res, { pathname: "/", mount: "", search: "" }, 0);
      const pending = rejection(requestOf(incoming).text());
      reading.resolve();
      result.resolve(await pending);
    });
    const connection = await open();
    connection.send(upload, gzipSync("text").subarray(0, 5).toString("latin1"));
    await reading.promise;
    connection.destroy();
    expect(await within(2000, result.promise)).toMatchObject({ name: "AbortError" });
  });

  it("is noticed on HTTP/2, where the body of a reset stream seems to end", async () => {
    const reading = deferred();
    const result = deferred<[Error, boolean]>();
    const { open } = await start.http2(async (req, res) => {
      const request = requestOf(incomingOf(req, res));
      const pending = rejection(request.text());
      await eventually(() => req.readableDidRead);
      reading.resolve();
      result.resolve([await pending, request.signal.aborted]);
    });
    const stream = open({ ":method": "POST" });
    stream.write("1234567");
    await reading.promise;
    stream.close(8);
    const [error, aborted] = await within(2000, result.promise);
    expect(error).toMatchObject({ name: "AbortError" });
    expect(aborted).toBe(true);
  });
});

async function readAll(request: Request): Promise<void> {
  for await (const _ of request.body ?? []);
}
