// What an `onSend` hook makes of our answers is what the client gets, as of a route of the host's own: whatever the
// Response was made of, and whatever the payload becomes.
import { rmSync } from "node:fs";
import { Readable } from "node:stream";
import fastify from "fastify";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { BridgeOptions } from "starbridge";
import starbridge from "starbridge/fastify";
import { Response as Light } from "starbridge/web";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildProject, writeProject } from "../build/_project.ts";
import { raw } from "../_raw.ts";
import { deferred, staysQuiet, within } from "./_quiet.ts";

const Native = globalThis.Response;
const encoder = new TextEncoder();
const head = { headers: { "content-type": "text/plain", "x-page": "1", "set-cookie": "page=1" } };

let cancelled = 0;

/** A body that goes on after the head is out. */
function open(): ReadableStream {
  let part = 0;
  return new ReadableStream({
    async pull(controller) {
      for (let turns = 0; turns < 5; turns++) await new Promise((done) => setImmediate(done));
      if (part++ < 3) controller.enqueue(encoder.encode("page"));
      else controller.close();
    },
    cancel() {
      cancelled++;
    },
  });
}

const classes = { light: Light, native: Native };
const routes: BridgeOptions["routes"] = {};
for (const [name, R] of Object.entries(classes)) {
  Object.assign(routes, {
    [`${name}-text.ts`]: { GET: () => new R("page", head) },
    [`${name}-json.ts`]: { GET: () => R.json("page", head) },
    [`${name}-bytes.ts`]: { GET: () => new R(encoder.encode("page"), head) },
    [`${name}-untyped.ts`]: {
      GET: () =>
        new R(encoder.encode("page"), { headers: { "x-page": "1", "set-cookie": "page=1" } }),
    },
    [`${name}-stream.ts`]: { GET: () => new R(open(), head) },
    [`${name}-empty.ts`]: { GET: () => new R(null, { ...head, status: 201 }) },
    [`${name}-large.ts`]: { GET: () => new R("page".repeat(10_000), head) },
  });
}
const paths = Object.keys(routes).map((file) => `/${file.replace(".ts", "")}`);
const prerendered = ["/made.txt", "/made-large.txt"];

/** Whether the length is known before Fastify has the payload. */
const declares = (path: string) => prerendered.includes(path) || path.endsWith("-untyped");

type Hook = (request: FastifyRequest, reply: FastifyReply, payload: unknown) => Promise<unknown>;

describe("an onSend hook of Fastify", () => {
  staysQuiet();
  let root = "";

  beforeAll(async () => {
    const flag = "export const prerender = true;\n";
    const init = JSON.stringify(head);
    root = writeProject({
      "src/pages/made.txt.js": `${flag}export const GET = () => new Response("page", ${init});`,
      "src/pages/made-large.txt.js": `${flag}export const GET = () => new Response("page".repeat(50000), ${init});`,
    });
    await buildProject(root);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** One answer as it stood on the wire, of a host with this hook. */
  async function ask(path: string, hook: Hook, method = "GET") {
    const app = fastify();
    app.addHook("onRequest", async (_request, reply) => {
      reply.header("x-host", "1").header("set-cookie", "host=1");
    });
    app.addHook("onSend", hook);
    await app.register(starbridge, {
      ...(prerendered.includes(path) ? { root } : { routes }),
      dev: false,
      logger: { info() {}, warn() {}, error() {} },
    });
    const origin = await app.listen({ port: 0, host: "127.0.0.1" });
    const answer = await within(
      5000,
      path,
      raw(Number(new URL(origin).port), `${method} ${path} HTTP/1.1`),
    );
    await app.close();
    return answer;
  }

  /** The cookies of host and page; a prerendered answer is everybody's, and has none of its own. */
  const cookiesOf = (path: string) =>
    prerendered.includes(path) ? ["host=1"] : ["host=1", "page=1"];

  /** What stays whatever the payload becomes. */
  function expectOurHead(path: string, { headers }: { headers: Record<string, string[]> }): void {
    expect(headers["x-host"]).toEqual(["1"]);
    expect(headers["x-page"]).toEqual(["1"]);
    expect(headers["set-cookie"]).toEqual(cookiesOf(path));
  }

  const payloads: Record<string, () => unknown> = {
    "a string": () => "hoök, longer than what was there",
    "a Buffer": () => Buffer.from("hoök, longer than what was there"),
  };
  const made = Buffer.from("hoök, longer than what was there").toString("latin1");

  describe.each([...paths, ...prerendered])("of %s", (path) => {
    it.each(Object.keys(payloads))("may make the payload %s", async (kind) => {
      const answer = await ask(path, async () => payloads[kind]?.());
      expect([answer.complete, answer.body]).toEqual([true, made]);
      expect(answer.headers["content-length"]).toEqual([String(made.length)]);
      expect(answer.headers["transfer-encoding"]).toBeUndefined();
      expectOurHead(path, answer);
    });

    it("may make the payload a stream", async () => {
      const answer = await ask(path, async (_request, reply) => {
        // As @fastify/compress does where the length of the other body is known; a route of the host's own sets none.
        if (declares(path)) reply.removeHeader("content-length");
        expect(reply.getHeader("content-length")).toBeUndefined();
        return Readable.from([Buffer.from("from "), Buffer.from("the hook")]);
      });
      expect([answer.complete, answer.body]).toEqual([true, "from the hook"]);
      expect(answer.headers["content-length"]).toBeUndefined();
      expectOurHead(path, answer);
    });

    it("may make the payload nothing", async () => {
      const answer = await ask(path, async () => null);
      expect([answer.complete, answer.body]).toEqual([true, ""]);
      expect(answer.headers["content-length"]).toEqual(["0"]);
      expectOurHead(path, answer);
    });

    it("may change status and headers, and take some away", async () => {
      const answer = await ask(path, async (_request, reply, payload) => {
        reply.code(203).header("x-page", "hook").header("x-hook", "1").removeHeader("x-host");
        reply.header("content-type", "text/html");
        return payload;
      });
      expect(answer.status).toBe(203);
      expect(answer.headers["x-page"]).toEqual(["hook"]);
      expect(answer.headers["x-hook"]).toEqual(["1"]);
      expect(answer.headers["x-host"]).toBeUndefined();
      expect(answer.headers["content-type"]).toEqual(["text/html"]);
      expect(answer.headers["set-cookie"]).toEqual(cookiesOf(path));
      expect(answer.complete).toBe(true);
      expect(answer.body.replaceAll("page", "").replaceAll('""', "")).toBe("");
      if (!path.endsWith("-empty")) expect(answer.body).toContain("page");
    });

    it("may fail, and its error is answered by the host", async () => {
      const failed = new Set<string>();
      const answer = await ask(path, async (request, _reply, payload) => {
        if (failed.has(request.id)) return payload;
        failed.add(request.id);
        throw Object.assign(new Error("from the hook"), { statusCode: 418 });
      });
      expect([answer.status, answer.complete]).toEqual([418, true]);
      expect(JSON.parse(answer.body)).toMatchObject({ message: "from the hook" });
    });

    it("sees no payload that HEAD does not have, and its headers count", async () => {
      const answer = await ask(
        path,
        async (_request, reply, payload) => {
          reply.header("x-hook", "1");
          return payload;
        },
        "HEAD",
      );
      expect(answer.headers["x-hook"]).toEqual(["1"]);
      expectOurHead(path, answer);
    });
  });

  it.each(["/light-stream", "/native-stream"])(
    "that drops the stream of %s has it cancelled, once",
    async (path) => {
      cancelled = 0;
      await ask(path, async () => "instead");
      await expect.poll(() => cancelled).toBe(1);
    },
  );

  it.each(Object.keys(classes))(
    "that holds the payload back holds the answer back (%s)",
    async (name) => {
      const gate = deferred();
      const order: string[] = [];
      const asked = ask(`/${name}-text`, async (_request, _reply, payload) => {
        await gate.promise;
        order.push("hook");
        return payload;
      }).then((answer) => {
        order.push("answer");
        return answer;
      });
      for (let turns = 0; turns < 20; turns++) await new Promise((done) => setImmediate(done));
      expect(order).toEqual([]);
      gate.resolve();
      expect((await asked).body).toBe("page");
      expect(order).toEqual(["hook", "answer"]);
    },
  );

  it.each(Object.keys(classes))("is given text as text and bytes as bytes (%s)", async (name) => {
    const seen: string[] = [];
    for (const kind of ["text", "json", "bytes", "stream"]) {
      await ask(`/${name}-${kind}`, async (_request, _reply, payload) => {
        const type = Buffer.isBuffer(payload) ? "Buffer" : typeof payload;
        seen.push(payload instanceof Readable ? "stream" : type);
        return payload;
      });
    }
    expect(seen.slice(0, 2)).toEqual(["string", "string"]);
    // Bytes of a textual type may come as either.
    expect(["Buffer", "string"]).toContain(seen[2]);
    expect(seen[3]).toBe("stream");
  });
});
