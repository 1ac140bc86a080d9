// Files whose `import.meta.glob` covers a file.
import { normalize } from "node:path";
import type { DevEnvironment, HotUpdateOptions } from "vite";
import type { Change } from "./changes.ts";

/** Files with a glob that a file belongs to which came or went, as Vite's own plugin knows them. */
export function globsOf(environment: DevEnvironment, file: string, change: Change): string[] {
  if (change === "changed") return [];
  const plugin = environment.plugins.find(({ name }) => name === "vite:import-glob");
  const hook = plugin?.hotUpdate;
  const hotUpdate = typeof hook === "function" ? hook : hook?.handler;
  const path = file.replaceAll("\\", "/");
  const update = { type: "create", file: path, modules: [] } as object as HotUpdateOptions;
  const found: unknown = hotUpdate?.call({ environment } as never, update);
  return Array.isArray(found) ? found.map((module) => normalize(module.file)) : [];
}
