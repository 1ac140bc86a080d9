// The list that every host passes with its pages as modules, once more with those pages built: the handlers of the
// list are called by page files, which are bundled, and served from the manifest.
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BridgeOptions, EndpointModule } from "starbridge";
import { afterAll, describe, expect, it } from "vitest";
import type { HostName } from "../_hosts.ts";
import { prepareOptions, start } from "../_hosts.ts";
import { conformance } from "../bridges/_conformance.ts";
import { buildProject, writeProject } from "./_project.ts";

const hosts: HostName[] = [
  "express 4",
  "express 5",
  "fastify",
  "fastify + middie",
  "connect",
  "node:http",
  "http2",
];

const REGISTRY = "starbridge.conformance";
/** The modules of the list, by the folder that serves them and their file. */
const registry = new Map<string, Record<string, EndpointModule>>();
(globalThis as Record<symbol, unknown>)[Symbol.for(REGISTRY)] = registry;

/** Builds by what was built: hosts and tests ask for the same pages again and again. */
const builds = new Map<string, Promise<string>>();
const roots: string[] = [];

// Thousands of files: on a busy machine that takes longer than a hook usually may.
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
}, 120_000);

prepareOptions(async ({ routes, ...options }: BridgeOptions): Promise<BridgeOptions> => {
  if (routes === undefined) return options;
  // Modules that fail while they load are about the map of routes itself.
  const isLazy = Object.values(routes).some((value) => typeof value === "function");
  if (isLazy) return { ...options, routes };
  const modules = routes as Record<string, EndpointModule>;
  const root = makeRoot({});
  registry.set(pathToFileURL(root).href, modules);
  // A copy for each server: Node keeps modules by their path, and each has handlers of its own.
  cpSync(join(await buildOf(modules, options), "dist"), join(root, "dist"), { recursive: true });
  return { ...options, root, dev: false };
});

function buildOf(
  modules: Record<string, EndpointModule>,
  { middleware: _middleware, logger: _logger, ...options }: BridgeOptions,
): Promise<string> {
  const files: Record<string, string> = { "src/pages/_": "" };
  for (const [file, module] of Object.entries(modules)) {
    files[`src/pages/${file}`] = pageText(file, module);
  }
  const key = JSON.stringify([files, options]);
  let build = builds.get(key);
  if (build === undefined) {
    const root = makeRoot(files);
    build = buildProject(root, { ...options, middleware: false }).then(() => root);
    builds.set(key, build);
  }
  return build;
}

function makeRoot(files: Record<string, string>): string {
  const root = writeProject(files);
  roots.push(root);
  return root;
}

/** A page file with the exports of a module, which hands each call over to the module of its folder. */
function pageText(file: string, module: EndpointModule): string {
  const lines = [
    'const [root] = import.meta.url.split("/dist/");',
    `const module = globalThis[Symbol.for("${REGISTRY}")].get(root)[${JSON.stringify(file)}];`,
  ];
  for (const [name, value] of Object.entries(module)) {
    lines.push(
      typeof value === "function"
        ? `export function ${name}(context: unknown) { return module.${name}.call(this, context); }`
        : `export const ${name} = module.${name};`,
    );
  }
  return lines.join("\n");
}

for (const host of hosts) conformance(host);

describe("the list on built pages", () => {
  it.each(hosts)("is answered by chunks of a build on %s", async (host) => {
    const GET = (): Response => new Response(new Error("where").stack);
    const server = await start(host, { options: { routes: { "a.ts": { GET } } } });
    const stack = await (await server.fetch("/a")).text();
    await server.close();
    expect(stack).toMatch(/dist\/starbridge\/b[^/]+\/server\/page\.a-[^/]+\.mjs/);
  });
});
