// Where an error comes from, as the host's error handler and the log are told, in processes of their own: the test
// runner maps stacks, too.
import { encode } from "@jridgewell/sourcemap-codec";
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

const logged = {
  "package.json": '{ "type": "module" }',
  "src/pages/typescript.ts": `
    import type { APIRoute } from "astro";
    import { lookUp, Kind } from "../lib/look-up";

    // A comment.
    interface Row {
      id: number;
    }

    export const GET: APIRoute = async ({ url }) => {
      const text = \`two
        lines\`;
      try { if (text) await lookUp({ kind: Kind.Bad, id: 1 }); } catch (error) { log("caught", error); }
      await new Promise<void>((resolve) => {
        setTimeout(() => {
          log("timer", new Error("timer"));
          resolve();
        });
      });
      const rows: Row[] = [{ id: 1 }];
      rows
        .map(({ id }) => id)
        .forEach((id) => {
          log("nested", new Error(String(id)));
        });
      return new Response(null);
    };

    const log = (name: string, error: unknown) => (globalThis as any).logged.push([name, (error as Error).stack]);`,
  "src/lib/look-up.ts": `
    export enum Kind { Good, Bad }

    abstract class Base {
      constructor(protected readonly row: { kind: Kind, id: number }) {}
    }

    class LookUp extends Base {
      async run(): Promise<never> {
        await null;

        throw new Error("not there");
      }
    }

    export const lookUp = (row: { kind: Kind, id: number }) => new LookUp(row).run();`,
  "src/pages/first-line.ts":
    'export const GET = () => { globalThis.logged.push(["first", new Error("1").stack]); return new Response(null) }',
  "src/pages/javascript.js": `
    import { join } from "node:path"
    export { POST } from "../lib/other.js"
    // Without a semicolon, as it may be.
    const separators = [join("a", "b")]
    class Shape {
      size = 1
      static async make() { return new Shape() }
    }
    function find()
    {
      return new Error("found")
    }
    export const GET = async () => {
      let count = separators.length
      const shape = await Shape.make()
      count++
      ;[shape].forEach(() => globalThis.logged.push(["javascript", find().stack]))
      return new Response(null)
    }`.replaceAll("\n", "\r\n"),
  "src/lib/other.js": "export const POST = () => new Response(null)",
  "src/middleware.ts": `
    type Next = () => Promise<Response>;


    export const onRequest = async (_: unknown, next: Next) => {
      globalThis.logged.push(["middleware", new Error("here").stack]);
      return next();
    };`,
  "host.js": `
    import { createApp } from "starbridge";
    globalThis.logged = [];
    const app = createApp({ root: import.meta.dirname, dev: true });
    await app.ready();
    for (const name of ["typescript", "first-line", "javascript"]) {
      const { status } = await app.fetch(new Request("http://localhost/" + name));
      if (status !== 200) throw new Error(name + ": " + status);
    }
    await app.close();
    process.stdout.write(JSON.stringify(Object.fromEntries(globalThis.logged)));`,
};

describe("the stack of an error that a page logs itself", () => {
  it.each([
    { with: "nothing", args: [] },
    { with: "--enable-source-maps", args: ["--enable-source-maps"] },
    { with: "tsx", args: ["--import", "tsx"] },
  ])("names files and lines of the source, with $with", async ({ args }) => {
    const root = writeApp(logged);
    link(root, "starbridge", "tsx");
    const { stdout, stderr } = await runNode(root, [...args, "host.js"]);
    expect(stderr).toBe("");
    const stacks = JSON.parse(stdout) as Record<string, string>;
    expect(stacks.caught).toMatch(
      /^Error: not there\n {4}at .*\/look-up\.ts:12:\d+\)\n(?:.*\n)?.*\/pages\/typescript\.ts:13:\d+\)/,
    );
    expect(stacks.timer).toMatch(/^Error: timer\n {4}at .*\/pages\/typescript\.ts:16:\d+\)/);
    expect(stacks.nested).toMatch(
      /^Error: 1\n {4}at .*\/pages\/typescript\.ts:24:\d+\)\n.*\n.*\/typescript\.ts:23:\d+\)/,
    );
    expect(stacks.first).toMatch(/^Error: 1\n {4}at .*\/pages\/first-line\.ts:1:\d+\)/);
    expect(stacks.javascript).toMatch(
      /^Error: found\n {4}at find .*\/javascript\.js:12:\d+\)\n.*\/javascript\.js:18:\d+\)/,
    );
    expect(stacks.middleware).toMatch(/^Error: here\n {4}at .*\/src\/middleware\.ts:6:\d+\)/);
  });
});

describe("the stack of an error in a file that a compiler has made", () => {
  it("names the source of its map", async () => {
    const mappings = encode([
      [],
      [[0, 0, 6, 2]],
      [
        [0, 0, 8, 2],
        [18, 0, 9, 4],
      ],
    ]);
    const map = JSON.stringify({ version: 3, sources: ["../src/other.ts"], names: [], mappings });
    const comment = ["//# source", "MappingURL=data:application/json;base64,"].join("");
    const root = writeApp({
      "package.json": '{ "type": "module" }',
      "made/fail.js": `// Made.\nexport function fail() {\n  throw new Error("made");\n}\n${comment}${Buffer.from(map).toString("base64")}\n`,
      "src/pages/a.js":
        'import { fail } from "../../made/fail.js";\nexport const GET = () => fail();',
      "host.js": `
        import { createApp } from "starbridge";
        const logger = { info() {}, warn() {}, error: ({ err }) => process.stdout.write(err.stack) };
        const app = createApp({ root: import.meta.dirname, dev: true, logger });
        await app.fetch(new Request("http://localhost/a"));
        await app.close();`,
    });
    link(root, "starbridge");
    const { stdout, stderr } = await runNode(root, ["host.js"]);
    expect(stderr).toBe("");
    expect(stdout).toMatch(
      /^Error: made\n {4}at (?:Module\.)?fail \(\/.*\/src\/other\.ts:(?:9|10):\d+\)\n/,
    );
    expect(stdout).toMatch(/\/src\/pages\/a\.js:2:26\)/);
  });
});
