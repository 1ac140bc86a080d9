import { realpathSync } from "node:fs";
import { resolve } from "node:path";

/** Where a path leads to, links followed; of what is not there, the path itself, absolute. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
