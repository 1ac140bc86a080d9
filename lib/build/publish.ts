// One rename puts a build in place: whoever is killed before it leaves the last good build, and two builds at once
// end with the whole of one or the whole of the other.
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { idOfManifest, MANIFEST_FILE } from "./manifest.ts";

const ID = /^b[0-9a-z]+-[0-9a-f]{8}$/;
/** Stands in the folder of a build that was in place once; its date is when another one took its place. */
const MARK = ".published";
/** How long a build stays that is not in place any more, or never was: processes may run on it, or it was killed. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/** Makes the folder of a new build. */
export async function createBuildFolder(home: string): Promise<{ id: string; folder: string }> {
  const id = `b${Date.now().toString(36)}-${randomBytes(4).toString("hex")}`;
  const folder = join(home, id);
  await mkdir(folder, { recursive: true });
  return { id, folder };
}

/**
 * Puts a build in place, and removes those that another one has replaced a day ago or earlier. A host loads pages when
 * they are asked for, and may run on any build until it is started again.
 *
 * @param home Folder of the manifest and of all builds.
 * @param text The manifest.
 */
export async function publish(home: string, id: string, text: string): Promise<void> {
  const before = await currentId(home);
  const fresh = join(home, id, MANIFEST_FILE);
  await writeFile(fresh, text);
  await rename(fresh, join(home, MANIFEST_FILE));
  await writeFile(join(home, id, MARK), "");
  // Its day begins now, however long ago it was made.
  if (before !== undefined) await writeFile(join(home, before, MARK), "").catch(ignore);
  await removeOld(home, [id, before]);
}

async function currentId(home: string): Promise<string | undefined> {
  try {
    return idOfManifest(await readFile(join(home, MANIFEST_FILE), "utf8"));
  } catch {
    return undefined;
  }
}

async function removeOld(home: string, keep: readonly (string | undefined)[]): Promise<void> {
  const old: string[] = [];
  for (const name of await readdir(home)) {
    if (ID.test(name) && !keep.includes(name) && (await isOver(join(home, name)))) old.push(name);
  }
  // Asked after the dates were seen: what is in place by now stays.
  const current = await currentId(home);
  for (const name of old) {
    if (name !== current) await rm(join(home, name), { recursive: true, force: true });
  }
}

async function isOver(folder: string): Promise<boolean> {
  const facts =
    (await stat(join(folder, MARK)).catch(ignore)) ?? (await stat(folder).catch(ignore));
  return facts !== undefined && Date.now() - facts.mtimeMs > KEPT_MS;
}

function ignore(): undefined {}
