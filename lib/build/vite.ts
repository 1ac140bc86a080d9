// The bundler of a build, and the environment that a build runs in.
import { bridgeError } from "../errors.ts";
import { findVite } from "../loader/vite.ts";

type Vite = typeof import("vite");

/** @throws BridgeError `STARBRIDGE_VITE_NOT_FOUND`, also for another version. */
export async function importVite(root: string): Promise<Vite> {
  const { vite, others } = await findVite<Vite>(root);
  if (vite !== undefined) return vite;
  const found = others.length === 0 ? "none" : `only version ${others.join(" and ")}`;
  throw bridgeError("VITE_NOT_FOUND", { root, found });
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
