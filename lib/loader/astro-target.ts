// What an import of one of Astro's modules stands for. Pure and without imports of ours: on Node 20 it also
// runs in the thread of the module hooks.
import { dirname, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** URLs of the modules that stand in. */
export interface StandIns {
  readonly middleware: string;
  readonly types: string;
}

/** `"unsupported"`: a virtual module of Astro's that nobody provides. `undefined`: not ours to answer. */
export type AstroTarget = keyof StandIns | "unsupported" | undefined;

/** How the hooks say that nobody provides a module; it survives the way from their thread. */
export const UNSUPPORTED_CODE = "STARBRIDGE_ASTRO_MODULE_UNSUPPORTED";

/**
 * @param specifier What the module asks for.
 * @param parent URL or path of the module that asks.
 * @param roots Real paths of the folders (or single files) this is for.
 */
export function astroTarget(
  specifier: string,
  parent: string | undefined,
  roots: ReadonlySet<string>,
): AstroTarget {
  if (!specifier.startsWith("astro") || parent === undefined) return undefined;
  const isVirtual = specifier.startsWith("astro:");
  if (!isVirtual && specifier !== "astro" && specifier !== "astro/middleware") return undefined;
  const path = toPath(parent);
  if (path === undefined || !isUnder(path, roots)) return undefined;
  if (specifier === "astro:middleware") return "middleware";
  if (isVirtual) return "unsupported";
  // A package keeps its own astro, and astro itself.
  if (path.includes(`${sep}node_modules${sep}`)) {
    const isAstro = path.includes(`${sep}node_modules${sep}astro${sep}`);
    return specifier === "astro/middleware" && !isAstro ? "middleware" : undefined;
  }
  return specifier === "astro" ? "types" : "middleware";
}

/** The error for `"unsupported"`; the loader turns it into a sentence with the file's name. */
export function unsupportedError(specifier: string, cause: unknown): Error {
  const error = new Error(`Starbridge has no module "${specifier}".`, { cause });
  return Object.assign(error, { code: UNSUPPORTED_CODE, specifier });
}

function toPath(parent: string): string | undefined {
  if (!parent.startsWith("file:")) return parent.includes("://") ? undefined : parent;
  try {
    return fileURLToPath(parent);
  } catch {
    return undefined;
  }
}

function isUnder(path: string, roots: ReadonlySet<string>): boolean {
  for (let at = path; ; at = dirname(at)) {
    if (roots.has(at)) return true;
    if (at === dirname(at)) return false;
  }
}
