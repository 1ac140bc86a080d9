// What the package.json files around a project say: on what it depends, and for which kind of modules it is.
import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { bridgeError } from "../errors.ts";
import { loadingError } from "../loader/native.ts";

/** What is asked of a package.json. */
export interface Manifest {
  readonly type?: unknown;
  readonly main?: unknown;
  readonly scripts?: Readonly<Record<string, unknown>>;
  readonly workspaces?: unknown;
}

/** A folder with a package.json that a project belongs to. */
export interface Package {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Names, whatever they are needed for. */
  readonly dependencies: ReadonlySet<string>;
}

const KINDS = [
  "dependencies",
  "devDependencies",
  "peerDependencies",
  "optionalDependencies",
] as const;

/**
 * The packages of a folder, innermost first: up to one that depends on something, and in a workspace up to its root.
 *
 * @throws BridgeError when one of them cannot be read.
 */
export async function readPackages(root: string): Promise<Package[]> {
  const packages: Package[] = [];
  const workspace = await workspaceOf(root);
  for (const folder of foldersFrom(root)) {
    const manifest = await readManifest(folder);
    if (manifest !== undefined) {
      packages.push({ folder, manifest, dependencies: namesIn(manifest) });
    }
    const isEnough = packages.some(({ dependencies }) => dependencies.size > 0);
    if (workspace === undefined ? isEnough : folder === workspace) break;
  }
  return packages;
}

/**
 * What the package.json nearest to a file says of `.js` and `.ts`, as Node reads it; `undefined` when it says nothing.
 *
 * @param folder Of the file; need not be there.
 */
export async function kindIn(folder: string): Promise<"module" | "commonjs" | undefined> {
  for (const at of foldersFrom(folder)) {
    const manifest = await readManifest(at);
    if (manifest === undefined) continue;
    const { type } = manifest;
    return type === "module" || type === "commonjs" ? type : undefined;
  }
  return undefined;
}

/** A package.json of which we only ask whether it holds a workspace may be anybody's. */
async function workspaceOf(root: string): Promise<string | undefined> {
  for (const folder of foldersFrom(root)) {
    if ((await stat(join(folder, "pnpm-workspace.yaml")).catch(() => undefined))?.isFile()) {
      return folder;
    }
    const manifest = await readManifest(folder).catch(() => undefined);
    if (manifest?.workspaces !== undefined) return folder;
  }
  return undefined;
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  const file = join(folder, "package.json");
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    // npm takes no offence at a byte order mark.
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw loadingError(file, error);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw bridgeError("MODULE_FAILED", { file, reason: "it holds no object." });
}

function namesIn(manifest: Manifest): Set<string> {
  const maps = manifest as Readonly<Record<string, unknown>>;
  return new Set(KINDS.flatMap((kind) => Object.keys(Object(maps[kind]))));
}

function* foldersFrom(folder: string): Generator<string> {
  for (let at = folder; ; at = dirname(at)) {
    yield at;
    if (at === dirname(at)) return;
  }
}
