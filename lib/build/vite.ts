// Vite is the project's, or else whatever is installed beside us. Only a build comes here.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bridgeError } from "../errors.ts";

type Vite = typeof import("vite");

const MAJOR = 8;

/** @throws BridgeError `STARBRIDGE_VITE_NOT_FOUND`, also for another version. */
export async function importVite(root: string): Promise<Vite> {
  const versions: string[] = [];
  for (const from of [join(root, "package.json"), import.meta.url]) {
    const path = resolveFrom(from);
    if (path === undefined) continue;
    const vite: Vite = await import(pathToFileURL(path).href);
    if (Number.parseInt(vite.version, 10) === MAJOR) return vite;
    versions.push(vite.version);
  }
  const found = versions.length === 0 ? "none" : `only version ${versions.join(" and ")}`;
  throw bridgeError("VITE_NOT_FOUND", { root, found });
}

function resolveFrom(from: string): string | undefined {
  try {
    return createRequire(from).resolve("vite");
  } catch {
    return undefined;
  }
}

let running = 0;
let before: string | undefined;

/** A build is for production, whatever this process is; it gets its own word back. */
export async function inProduction<Value>(action: () => Promise<Value>): Promise<Value> {
  if (running === 0) before = process.env.NODE_ENV;
  running++;
  process.env.NODE_ENV = "production";
  try {
    return await action();
  } finally {
    running--;
    if (running === 0) {
      if (before === undefined) delete process.env.NODE_ENV;
      else process.env.NODE_ENV = before;
    }
  }
}
