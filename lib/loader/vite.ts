// Where Vite is: the project's, or else whatever is installed beside us. Only development and a build come here; what
// they use of it they name themselves.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** The one whose bundler and module runner this was written for. */
const MAJOR = 8;

/** What was found. */
export interface FoundVite<Vite> {
  /** `undefined` when there is none that can be used. */
  readonly vite: Vite | undefined;
  /** Versions that were found, and cannot be used. */
  readonly others: readonly string[];
  /** Imports a further entry of the package. */
  import<Module>(entry: string): Promise<Module>;
}

/** Looks for Vite from a project. */
export async function findVite<Vite extends { readonly version: string }>(
  root: string,
): Promise<FoundVite<Vite>> {
  const others: string[] = [];
  for (const from of [join(root, "package.json"), import.meta.url]) {
    const path = resolveFrom(from, "vite");
    if (path === undefined) continue;
    const vite: Vite = await import(path);
    if (Number.parseInt(vite.version, 10) === MAJOR) {
      return { vite, others, import: (entry) => import(resolveFrom(from, entry) ?? entry) };
    }
    others.push(vite.version);
  }
  return { vite: undefined, others, import: (entry) => import(entry) };
}

function resolveFrom(from: string, name: string): string | undefined {
  try {
    return pathToFileURL(createRequire(from).resolve(name)).href;
  } catch {
    return undefined;
  }
}

/** Vite sets `NODE_ENV` where it is not set, and the host would read it. */
export async function keepingNodeEnv<Value>(action: () => Promise<Value>): Promise<Value> {
  const names = ["NODE_ENV", "VITE_USER_NODE_ENV"];
  const before = names.map((name) => process.env[name]);
  try {
    return await action();
  } finally {
    for (const [index, name] of names.entries()) {
      if (before[index] === undefined) delete process.env[name];
    }
  }
}
