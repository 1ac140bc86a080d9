// The list that every host passes with its pages as modules, once more with those pages built: the handlers of the
// list are called by page files, which are bundled, and served from the manifest.
import { rmSync } from "node:fs";
import type { BridgeOptions, EndpointModule } from "starbridge";
import { afterAll } from "vitest";
import { prepareOptions } from "../_hosts.ts";
import { conformance } from "../bridges/_conformance.ts";
import { buildProject, writeProject } from "./_project.ts";

const REGISTRY = "starbridge.conformance";
const registry: EndpointModule[] = [];
const roots: string[] = [];
(globalThis as Record<symbol, unknown>)[Symbol.for(REGISTRY)] = registry;

afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});

prepareOptions(async ({ routes, ...options }: BridgeOptions): Promise<BridgeOptions> => {
  if (routes === undefined) return options;
  // Modules that fail while they load are about the map of routes itself.
  const isLazy = Object.values(routes).some((value) => typeof value === "function");
  if (isLazy) return { ...options, routes };
  const files: Record<string, string> = { "src/pages/_": "" };
  for (const [file, module] of Object.entries(routes)) {
    files[`src/pages/${file}`] = pageText(module as EndpointModule);
  }
  const root = writeProject(files);
  roots.push(root);
  const { middleware: _middleware, logger: _logger, ...forBuild } = options;
  await buildProject(root, { ...forBuild, middleware: false });
  return { ...options, root, dev: false };
});

/** A page file with the exports of a module, which hands each call over. */
function pageText(module: EndpointModule): string {
  const at = registry.push(module) - 1;
  const lines = [`const module = globalThis[Symbol.for(${JSON.stringify(REGISTRY)})][${at}];`];
  for (const [name, value] of Object.entries(module)) {
    lines.push(
      typeof value === "function"
        ? `export function ${name}(context: unknown) { return module.${name}.call(this, context); }`
        : `export const ${name} = module.${name};`,
    );
  }
  return lines.join("\n");
}

for (const host of ["express 5", "fastify"] as const) conformance(host);
