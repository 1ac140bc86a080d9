// What `import.meta.env` holds beside what Vite puts there: Astro's names, and on the server private values too.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a page runs in. */
export type Mode = "development" | "production";

/** Where the values are from. */
export interface EnvFacts {
  readonly mode: Mode;
  readonly root: string;
  readonly site: URL | undefined;
  /** Vite's own. */
  loadEnv(mode: string, folder: string, prefix: string): Record<string, string>;
}

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/gm;

/**
 * Constants in the form of Vite's `define`. Of the environment only names count that an .env file holds, too: what
 * stands in a build must stand in a file of the project.
 */
export function envConstants({ mode, root, site, loadEnv }: EnvFacts): Record<string, string> {
  const values = loadEnv(mode, root, "");
  const constants: Record<string, string> = {
    "import.meta.env.SITE": JSON.stringify(site?.href) ?? "undefined",
    "import.meta.env.ASSETS_PREFIX": "undefined",
  };
  for (const name of namesIn(filesOf(mode, root))) {
    const value = values[name];
    if (value !== undefined) constants[`import.meta.env.${name}`] = JSON.stringify(value);
  }
  return constants;
}

/** Whether a file is one of those that are read at start, and only then. */
export function isEnvFile(mode: Mode, root: string, file: string): boolean {
  return filesOf(mode, root).includes(file);
}

function filesOf(mode: Mode, root: string): string[] {
  const names = [".env", ".env.local", `.env.${mode}`, `.env.${mode}.local`];
  return names.map((name) => join(root, name));
}

function namesIn(files: readonly string[]): Set<string> {
  const names = new Set<string>();
  for (const file of files) {
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch {
      continue;
    }
    for (const [, name = ""] of text.matchAll(ASSIGNMENT)) names.add(name);
  }
  return names;
}
