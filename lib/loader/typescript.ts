// Who runs TypeScript in this process: Node itself, a loader that hooks into import(), or one that only hooks
// into require(). Nobody announces it, so it is found out.
import { readFileSync, realpathSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { hasModuleSyntax } from "./common-js.ts";
import { ownRequire } from "./own-files.ts";

/**
 * Whether this process can load TypeScript files; asked with one of the user's, which is not run.
 *
 * @returns false only when it is certain that it cannot.
 */
export async function canRunTypeScript(file: string): Promise<boolean> {
  if (stripsTypes()) return true;
  if (ownRequire().extensions[".ts"] !== undefined) return true;
  try {
    // An import that always fails: before the file is read where nobody knows .ts, and for its type where a
    // loader does. A file of ours would not do, loaders leave node_modules alone.
    await import(pathToFileURL(file).href, { with: { type: "starbridge-probe" } });
    return true;
  } catch (error) {
    return !isUnknownExtension(error, realpathSync(file));
  }
}

/**
 * Whether a file is for `require` because of who runs TypeScript here: ts-node, swc-node and their like hook
 * into `require` alone, and make CommonJS of what is in no package of ES modules. import() would pass them by:
 * it knows no TypeScript, or Node would load a second instance of what the host has loaded through them.
 */
export function isLoadedByRequire(file: string): boolean {
  const extension = extname(file);
  if (!/^\.[jt]sx?$/.test(extension) || extension === ".js") return false;
  const hook = ownRequire().extensions[extension];
  // Node's own, before 22.18 and with its flag.
  if (hook === undefined || hook.name === "loadTS") return false;
  return !isInModulePackage(file);
}

/**
 * Whether `import()` would give this file a `require` that knows neither module hooks nor most ES modules, where the real
 * one knows both: so it is with CommonJS of which Node strips the types, before Node was mended (nodejs/node#59963).
 */
export function isLamedByImport(file: string): boolean {
  const extension = extname(file);
  if (IS_MENDED || !stripsTypes() || (extension !== ".ts" && extension !== ".cts")) return false;
  const hook = ownRequire().extensions[extension];
  // Somebody else's, which sees the file in either way.
  if (hook !== undefined && !/^loadC?TS$/.test(hook.name)) return false;
  return (extension === ".cts" || !isInModulePackage(file)) && isStrippedToCommonJs(file);
}

// ES modules came first (24.12), hooks later; in 22 it is all as it was.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const IS_MENDED = major > 25 || (major === 24 && minor >= 18);

/** Whether Node itself runs TypeScript. */
function stripsTypes(): boolean {
  // Not in the types of Node 20.
  return Boolean((process.features as { typescript?: unknown }).typescript);
}

function isStrippedToCommonJs(file: string): boolean {
  try {
    return !hasModuleSyntax(readFileSync(file, "utf8"));
  } catch {
    // Not there or not understood: the import says it better.
    return false;
  }
}

/** Whether an import failed because nobody knows the ending of this very file, given by its real path. */
export function isUnknownExtension(error: unknown, file: string): boolean {
  if ((error as NodeJS.ErrnoException | null)?.code !== "ERR_UNKNOWN_FILE_EXTENSION") return false;
  // A module that it imports may be the one nobody knows: then the error is one of the file, like any other.
  return (error as Error).message.endsWith(` for ${file}`);
}

/** What the nearest package.json says, as Node reads it. */
export function isInModulePackage(file: string): boolean {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    try {
      return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).type === "module";
    } catch (error) {
      // One that cannot be parsed Node reports itself, better.
      if (error instanceof SyntaxError || folder === dirname(folder)) return false;
    }
  }
}
