// The only place that lists a folder of endpoint files and says which names in it are none.
import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";

/** A file of the pages folder that is no endpoint, and why, for the log at start. */
export interface IgnoredFile {
  /** Path relative to the pages folder, forward slashes. */
  readonly file: string;
  /** A sentence without its subject: "is a test". */
  readonly reason: string;
}

export interface Scan {
  /** Endpoint files relative to the folder, forward slashes, in a stable order. */
  readonly files: readonly string[];
  readonly ignored: readonly IgnoredFile[];
  /** Real paths of the files and folders that were reached through a symbolic link. */
  readonly links: readonly string[];
}

/** What a name stands for: an endpoint, nothing anybody expects to answer, or a file to tell about. */
type NameVerdict = "endpoint" | "silent" | { readonly reason: string };

const ENDPOINT = /\.[jt]s$/;
const DECLARATION = /\.d(?:\.[^./]+)?\.[cm]?ts$/;
const TEST = /\.(?:test|spec)\.[cm]?[jt]sx?$/;
const OTHER_SCRIPT = /\.[cm]?[jt]s$/i;
const PAGE = /\.(?:astro|md|markdown|mdown|mkdn|mkd|mdwn|mdx|html)$/;
const COMPONENT = /\.(?:jsx|tsx|vue|svelte)$/;

/**
 * Lists the endpoint files of a folder. Symbolic links are followed, a link to a folder that is being listed
 * already is not.
 *
 * @throws What `readdir` throws when the folder cannot be listed.
 */
export async function scanPages(folder: string): Promise<Scan> {
  const scan = { files: [], ignored: [], links: [] };
  await scanFolder(folder, "", [await realpath(folder)], scan);
  return scan;
}

/** Judges a path relative to the pages folder by its names alone. */
export function judgePath(file: string): NameVerdict {
  const names = file.split("/");
  const name = names.pop() ?? "";
  if (names.some(isHidden) || isHidden(name)) return "silent";
  return judgeName(name);
}

interface MutableScan {
  files: string[];
  ignored: IgnoredFile[];
  links: string[];
}

/** `trail`: real paths from the pages folder down to this one, so that a cycle of links ends. */
async function scanFolder(
  folder: string,
  prefix: string,
  trail: readonly string[],
  scan: MutableScan,
): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  // By code unit: the same order on every machine, whatever its locale and file system.
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const entry of entries) {
    if (isHidden(entry.name)) continue;
    const file = prefix + entry.name;
    const path = join(folder, entry.name);
    const kind = await kindOf(entry, path);
    if (kind === "broken") {
      scan.ignored.push({ file, reason: "is a link to nothing" });
    } else if (kind === "folder") {
      const real = await realpath(path);
      if (trail.includes(real)) {
        scan.ignored.push({ file, reason: "is a link to a folder that holds it" });
        continue;
      }
      if (entry.isSymbolicLink()) scan.links.push(real);
      await scanFolder(path, `${file}/`, [...trail, real], scan);
    } else if (kind === "file") {
      const verdict = judgeName(entry.name);
      if (verdict === "silent") continue;
      if (verdict === "endpoint") {
        scan.files.push(file);
        if (entry.isSymbolicLink()) scan.links.push(await realpath(path));
      } else {
        scan.ignored.push({ file, reason: verdict.reason });
      }
    }
  }
}

async function kindOf(
  entry: Dirent,
  path: string,
): Promise<"file" | "folder" | "broken" | "other"> {
  let facts: Pick<Dirent, "isFile" | "isDirectory"> = entry;
  if (entry.isSymbolicLink()) {
    try {
      facts = await stat(path);
    } catch {
      return "broken";
    }
  }
  if (facts.isDirectory()) return "folder";
  return facts.isFile() ? "file" : "other";
}

/** `.well-known` is the one name with a dot in front that a URL begins with. */
function isHidden(name: string): boolean {
  return name.startsWith("_") || (name.startsWith(".") && name !== ".well-known");
}

function judgeName(name: string): NameVerdict {
  // Says which kind of modules a folder holds.
  if (name === "package.json") return "silent";
  if (DECLARATION.test(name)) return { reason: "is a declaration file" };
  if (TEST.test(name)) return { reason: "is a test" };
  if (ENDPOINT.test(name)) return "endpoint";
  if (OTHER_SCRIPT.test(name)) return { reason: "ends in neither .js nor .ts" };
  if (PAGE.test(name)) return { reason: "is a page, not an endpoint" };
  if (COMPONENT.test(name))
    return { reason: "is a component; begin its name with _ or move it away" };
  return { reason: "is neither .js nor .ts" };
}
