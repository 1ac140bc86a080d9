// Files come and go while Fastify runs: what it answers then is what it answers after a restart.
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holds, TIME } from "../properties/_property.ts";
import type { DevHost } from "./_hosts.ts";
import { startFastifyDev } from "./_hosts.ts";

const file = fc.constantFrom(
  ...["index", "a", "b", "[x]", "[...all]", "a/b", "a/[y]", "a/[...rest]", "[x]/b", "[x]/[y]"],
  ...["a.json", "[x].json", "a/index", "[x]-[y]"],
);
const methods = fc.constantFrom("GET", "POST", "GET POST", "ALL");
const files = fc.dictionary(file, methods, { maxKeys: 4, noNullPrototype: true });
const route = fc.record({
  url: fc.constantFrom(
    ...["/", "/*", "/:p", "/a", "/a/*", "/a/:p", "/a/b", "/:p/b", "/:p/*", "/:p/:q", "/:n(\\d+)"],
    ...["/a/:n(\\d+)", "/:p.json", "/:p-:q", "/ab*"],
  ),
  method: fc.constantFrom("GET", "POST", "all"),
  version: fc.boolean(),
  isLater: fc.boolean(),
});
const table = fc.record({
  before: files,
  after: files,
  routes: fc.array(route, { maxLength: 5 }),
  onConflict: fc.constantFrom("error", "pages", "legacy"),
  prefix: fc.constantFrom("", "/shop"),
});
const PATHS = [
  "/",
  "/%61",
  "/a%2Fb",
  "/a/",
  "/a",
  "/b",
  "/1",
  "/a/b",
  "/a/1",
  "/c/b",
  "/a/b/c",
  "/a.json",
  "/b-c",
];

const METHODS: Record<string, string[]> = {
  GET: ["GET", "HEAD"],
  POST: ["POST"],
  all: ["GET", "HEAD", "POST", "PUT"],
};

type Table = typeof table extends fc.Arbitrary<infer Value> ? Value : never;

function sourceOf(name: string, exports: string): string {
  return exports
    .split(" ")
    .map((method) => {
      const text = JSON.stringify(`${name} ${exports}`);
      return `export const ${method} = () => new Response(${text});\n`;
    })
    .join("");
}

const nameOf = (name: string): string => `src/pages/${name}.ts`;

function filesOf(entries: Record<string, string>): Record<string, string> {
  const all = Object.entries({ "always/there": "GET", ...entries });
  return Object.fromEntries(all.map(([name, exports]) => [nameOf(name), sourceOf(name, exports)]));
}

function start(given: Record<string, string> | string, { routes, ...options }: Table) {
  const declared = new Set<string>();
  const declare = (isLater: boolean) => (app: FastifyInstance) => {
    for (const one of routes.filter((other) => other.isLater === isLater)) {
      // A later route with the URL of a file is refused with constraints, too.
      const isVersioned = one.version && !isLater;
      const text = `host ${one.method} ${one.url} ${isVersioned}`;
      for (const method of METHODS[one.method] ?? []) {
        const key = `${method} ${one.url} ${isVersioned}`;
        if (declared.has(key)) continue;
        declared.add(key);
        app.route({
          method,
          url: options.prefix + one.url,
          constraints: isVersioned ? { version: "1.0.0" } : {},
          exposeHeadRoute: false,
          handler: async () => text,
        });
      }
    }
  };
  const { prefix, onConflict } = options;
  return startFastifyDev(given, {
    options: { prefix, onConflict: onConflict as "error" },
    before: declare(false),
    after: declare(true),
  });
}

async function answers(host: DevHost, { prefix, routes }: Table): Promise<string[]> {
  // With `legacy`, a host that has one of `/shop` and `/shop/` keeps both from the page, and answers one.
  const isRoot = prefix !== "" && routes.every(({ url }) => url !== "/");
  const asked = [...PATHS, ...(isRoot ? [""] : [])].flatMap((path) =>
    ["GET", "HEAD", "POST"].flatMap((method) => [
      { path, method, headers: {} as Record<string, string> },
      { path, method, headers: { "accept-version": "1.x" } },
    ]),
  );
  return Promise.all(
    asked.map(async ({ path, method, headers }) => {
      const answer = await host.ask(prefix + path, { method, headers });
      const text = answer.startsWith("404") ? "404" : answer;
      return `${method} ${path} ${Object.keys(headers)}: ${text}`;
    }),
  );
}

// A failure takes seconds to be sure of: it is told as it is, and not made small.
fc.configureGlobal({ endOnFailure: true });

describe("a Fastify app whose files come and go", () => {
  it(
    "answers as after a restart",
    async () => {
      await holds(10, table, async (given) => {
        const host = await start(filesOf(given.before), given).catch(ofConflict);
        fc.pre(host !== undefined);
        for (const name of Object.keys(given.before)) {
          if (!(name in given.after)) rmSync(join(host.root, nameOf(name)));
        }
        for (const [name, text] of Object.entries(filesOf(given.after))) host.write(name, text);
        const restarted = await start(host.root, given).catch(ofConflict);
        if (restarted === undefined) {
          const lines = () => host.logs.map(({ text }) => text).join("\n");
          await expect.poll(lines, { timeout: 5000 }).toContain("STARBRIDGE_ROUTE_CONFLICT");
        } else {
          const wanted = await answers(restarted, given);
          await expect.poll(() => answers(host, given), { timeout: 5000 }).toEqual(wanted);
        }
        await restarted?.close();
        await host.close();
      });
    },
    TIME * 2,
  );
});

function ofConflict(error: { code?: string }): undefined {
  if (error.code !== "STARBRIDGE_ROUTE_CONFLICT") throw error;
}
