// Where an error comes from, as the host's error handler and the log are told, in processes of their own: the test
// runner maps stacks, too.
import { describe, expect, it } from "vitest";
import { link, runNode, writeApp } from "../lib/loader/_app.ts";

const files = {
  "package.json": '{ "type": "module" }',
  "src/lib/fail.ts": `
    export enum Kind { Bad = "bad" }

    interface Details {
      kind: Kind;
    }

    export async function fail(details: Details): Promise<never> {
      await null;
      throw new Error(details.kind, { cause: new TypeError("why") });
    }`,
  "src/middleware.ts": `
    type Next = () => Promise<Response>;

    export const onRequest = (context: unknown, next: Next) => next();`,
  "src/pages/[id].ts": `
    import type { APIRoute } from "astro";
    import { fail, Kind } from "../lib/fail";

    type Nothing = undefined;

    export const GET: APIRoute = async () => fail({ kind: Kind.Bad });

    export const POST: APIRoute = ({ request }) => {
      throw new Error("at once");
    };`,
  "host.js": `
    import { createApp } from "starbridge";
    const stacks = [];
    const logger = { info() {}, warn() {}, error: ({ err }) => stacks.push(err.stack, err.cause?.stack) };
    const before = [Error.prepareStackTrace, Error.stackTraceLimit, process.sourceMapsEnabled, process.env.NODE_ENV];
    const app = createApp({ root: import.meta.dirname, dev: true, logger });
    await app.ready();
    for (const method of ["GET", "POST", "GET"]) await app.fetch(new Request("http://localhost/1", { method }));
    const after = [Error.prepareStackTrace, Error.stackTraceLimit, process.sourceMapsEnabled, process.env.NODE_ENV];
    const isUntouched = before.every((value, index) => value === after[index]);
    await app.close();
    process.stdout.write(JSON.stringify({ stacks, isUntouched }));`,
};

describe("the stack of an error", () => {
  it.each([
    { with: "nothing", args: [] },
    { with: "--enable-source-maps", args: ["--enable-source-maps"] },
    { with: "tsx", args: ["--import", "tsx"] },
  ])(
    "names files and lines of the source, with $with, and nothing global is changed",
    async ({ args }) => {
      const root = writeApp(files);
      link(root, "starbridge", "tsx");
      const { stdout, stderr } = await runNode(root, [...args, "host.js"]);
      expect(stderr).toBe("");
      const { stacks, isUntouched } = JSON.parse(stdout);
      expect(isUntouched).toBe(true);
      const [first, cause, second, , again] = stacks;
      expect(first).toMatch(/^Error: bad\n {4}at (?:async )?fail \(.*\/src\/lib\/fail\.ts:10:13\)/);
      expect(cause).toMatch(
        /^TypeError: why\n {4}at (?:async )?fail \(.*\/src\/lib\/fail\.ts:10:46\)/,
      );
      expect(second).toMatch(/^Error: at once\n {4}at .*\/src\/pages\/\[id\]\.ts:10:13\)/);
      expect(second).toMatch(/\/src\/middleware\.ts:4:64\)/);
      expect(again).toBe(first);
    },
  );
});

describe("the stack of an error below a folder with a space in its name", () => {
  it.each([
    { with: "nothing", args: [] },
    { with: "--enable-source-maps", args: ["--enable-source-maps"] },
  ])("names files and lines of the source, with $with", async ({ args }) => {
    const app = writeApp({
      "sp ace/package.json": '{ "type": "module" }',
      "sp ace/src/my lib/fail.ts": `
        interface Details {}
        export const fail = (): never => { throw new Error("thrown") };`,
      "sp ace/src/pages/my page.ts": `
        interface Details {}
        import { fail } from "../my lib/fail.ts";
        export const GET = () => fail();`,
      "sp ace/src/pages/top.ts": `
        interface Details {}
        throw new Error("at the top");`,
      "host.js": `
        const { createApp } = require("starbridge");
        const { join } = require("node:path");
        const errors = [];
        const logger = { info() {}, warn() {}, error: ({ err }) => errors.push(err) };
        const app = createApp({ root: join(__dirname, "sp ace"), dev: true, logger });
        app.ready().then(async () => {
          for (const path of ["my%20page", "top"]) await app.fetch(new Request("http://localhost/" + path));
          await app.close();
          process.stdout.write(JSON.stringify([errors[0].stack, errors[1].message]));
        });`,
    });
    link(app, "starbridge");
    const { stdout, stderr } = await runNode(app, [...args, "host.js"]);
    expect(stderr).toBe("");
    const [stack, message] = JSON.parse(stdout);
    expect(stack).toMatch(/at fail \(.*\/sp ace\/src\/my lib\/fail\.ts:3:50\)/);
    expect(stack).toMatch(/at .*\/sp ace\/src\/pages\/my page\.ts:4:34\)/);
    expect(message).toContain("Error: at the top (src/pages/top.ts:3:15)");
    expect(message).toContain("> 3 |         throw new Error");
  });
});

const late = {
  "package.json": '{ "type": "module" }',
  "src/middleware.ts": `
    type Next = () => Promise<Response>;

    export const onRequest = async (context: { url: URL }, next: Next) => {
      const response = await next();
      if (context.url.pathname !== "/piped") return response;
      return new Response(response.body!.pipeThrough(new TransformStream()), response);
    };`,
  "src/pages/[kind].ts": `
    import type { APIRoute } from "astro";

    interface Chunk {
      text: string;
    }

    const first: Chunk = { text: "first" };
    const later = () => new Promise((resolve) => setTimeout(resolve, 50));

    async function* generate(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode(first.text);
      await later();
      throw new Error("generated");
    }

    const pulled = () => {
      let isFirst = true;
      return new ReadableStream({
        async pull(controller) {
          if (!isFirst) await later();
          if (!isFirst) throw new Error("pulled");
          isFirst = false;
          controller.enqueue(new TextEncoder().encode(first.text));
        },
      });
    };

    export const GET: APIRoute = ({ params }) =>
      new Response(params.kind === "generated" ? generate() as unknown as ReadableStream : pulled());`,
  "express.js": `
    import express from "express";
    import { starbridge } from "starbridge/express";
    const stacks = [];
    const logger = { info() {}, warn() {}, error: ({ err }) => stacks.push(err.stack) };
    const bridge = starbridge({ root: import.meta.dirname, dev: true, logger });
    const server = express().use(bridge).listen(0, "127.0.0.1");
    await bridge.ready();
    await read("http://127.0.0.1:" + server.address().port);
    process.stdout.write(JSON.stringify(stacks));
    server.close();
    server.closeAllConnections();
    await bridge.close();`,
  "fastify.js": `
    import fastify from "fastify";
    import { starbridge } from "starbridge/fastify";
    const stacks = [];
    const write = (line) => { const { err } = JSON.parse(line); if (err) stacks.push(err.stack); };
    const app = fastify({ logger: { stream: { write } }, forceCloseConnections: true });
    await app.register(starbridge, { root: import.meta.dirname, dev: true });
    await read(await app.listen({ port: 0, host: "127.0.0.1" }));
    process.stdout.write(JSON.stringify(stacks));
    await app.close();`,
};
const read = `
  async function read(origin) {
    for (const path of ["/pulled", "/generated", "/piped"]) {
      const response = await fetch(origin + path);
      await response.text().then((text) => { throw new Error("It ended: " + text); }, () => {});
    }
  }`;

describe("the stack of an error in a stream, after the head went out", () => {
  it.each(["express", "fastify"])("names file and line of the source on %s", async (name) => {
    const root = writeApp({ ...late, [`${name}.js`]: late[`${name}.js` as "express.js"] + read });
    link(root, "starbridge", name);
    const { stdout, stderr } = await runNode(root, [`${name}.js`]);
    expect(stderr).toBe("");
    const [pulled, generated, piped, ...others] = JSON.parse(stdout);
    expect(others).toEqual([]);
    expect(pulled).toMatch(/^Error: pulled\n {4}at .*\/src\/pages\/\[kind\]\.ts:22:31\)/);
    expect(generated).toMatch(/^Error: generated\n {4}at .*\/src\/pages\/\[kind\]\.ts:14:13\)/);
    expect(piped).toMatch(/^Error: pulled\n {4}at .*\/src\/pages\/\[kind\]\.ts:22:31\)/);
  });
});
