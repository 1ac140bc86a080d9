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
