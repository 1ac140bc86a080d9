// What `import.meta.env` holds beside what Vite puts there: Astro's names, and on the server private values too.
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const MODE = "production";
const FILES = [".env", ".env.local", `.env.${MODE}`, `.env.${MODE}.local`];
const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/gm;

/**
 * Constants in the form of Vite's `define`. Of the environment only names count that an .env file holds, too: what
 * stands in the build must stand in a file of the project.
 */
export function envConstants(
  loadEnv: typeof import("vite").loadEnv,
  root: string,
  site: URL | undefined,
): Record<string, string> {
  const values = loadEnv(MODE, root, "");
  const constants: Record<string, string> = {
    "import.meta.env.SITE": JSON.stringify(site?.href) ?? "undefined",
    "import.meta.env.ASSETS_PREFIX": "undefined",
  };
  for (const name of namesIn(root)) {
    const value = values[name];
    if (value !== undefined) constants[`import.meta.env.${name}`] = JSON.stringify(value);
  }
  return constants;
}

function namesIn(root: string): Set<string> {
  const names = new Set<string>();
  for (const file of FILES) {
    let text: string;
    try {
      text = readFileSync(join(root, file), "utf8");
    } catch {
      continue;
    }
    for (const [, name = ""] of text.matchAll(ASSIGNMENT)) names.add(name);
  }
  return names;
}
