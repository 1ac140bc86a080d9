// What `import.meta.env` holds beside what Vite puts there: Astro's names, and on the server all of the environment, as
// in Astro. A module gets the values of the names that it mentions and no others: a build is no copy of the environment.
import { join } from "node:path";
import type { Plugin } from "vite";

/** What a page runs in. */
export type Mode = "development" | "production";

/** Where the values are from. */
export interface EnvFacts {
  readonly mode: Mode;
  readonly root: string;
  /** As the option says it. */
  readonly site: string | undefined;
  readonly vite: Pick<typeof import("vite"), "loadEnv" | "transformWithOxc">;
}

/** Vite takes these from .env files and from the environment itself. */
export const PUBLIC_PREFIXES = ["PUBLIC_", "VITE_"];
/** Vite's own; a shell's MODE is not the mode of a build. */
const OF_VITE = new Set(["BASE_URL", "DEV", "MODE", "PROD", "SSR"]);
const NAME = /[A-Za-z_$][\w$]*/g;
const MENTION = /\bimport\.meta\.env\b/;
/** All of it, to be taken apart at run time. */
const WHOLE = /\bimport\.meta\.env\b(?!\.)/;
const CODE = /\.[cm]?[jt]sx?(?:\?|$)/;

/** Constants in the form of Vite's `define`. */
export function envConstants({ site }: Pick<EnvFacts, "site">): Record<string, string> {
  return {
    "import.meta.env.SITE": JSON.stringify(site) ?? "undefined",
    "import.meta.env.ASSETS_PREFIX": "undefined",
  };
}

/** Puts values where modules name them: those of .env files, over them those of the environment. */
export function envPlugin({ mode, root, vite }: EnvFacts): Plugin {
  const loaded = vite.loadEnv(mode, root, "");
  const isOurs = (name: string): boolean =>
    Object.hasOwn(loaded, name) &&
    !OF_VITE.has(name) &&
    !PUBLIC_PREFIXES.some((prefix) => name.startsWith(prefix));
  return {
    name: "starbridge:env",
    // After TypeScript and before Vite's own constants.
    enforce: "post",
    async transform(code, id) {
      if (!CODE.test(id) || id.includes("\0") || !MENTION.test(code)) return null;
      const names = [...new Set(code.match(NAME))].filter(isOurs);
      if (names.length === 0) return null;
      const values = names.map((name) => [name, JSON.stringify(loaded[name])] as const);
      const define: Record<string, string> = Object.fromEntries(
        values.map(([name, value]) => [`import.meta.env.${name}`, value]),
      );
      if (WHOLE.test(code)) {
        const fields = values.map((field) => field.join(": ")).join(", ");
        define["import.meta.env"] = `Object.assign(import.meta.env, { ${fields} })`;
      }
      const options = { define, lang: "js", sourcemap: true } as const;
      const { code: text, map } = await vite.transformWithOxc(code, id, options);
      return { code: text, map };
    },
  };
}

/** Whether a file is one of those that are read at start, and only then. */
export function isEnvFile(mode: Mode, root: string, file: string): boolean {
  const names = [".env", ".env.local", `.env.${mode}`, `.env.${mode}.local`];
  return names.some((name) => join(root, name) === file);
}
