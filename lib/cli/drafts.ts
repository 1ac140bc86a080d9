// The files that starbridge init adds, in the language and for the kind of modules that the host can run.
import { stat } from "node:fs/promises";
import { dirname, extname, isAbsolute, join, relative, resolve } from "node:path";
import type { Config } from "../config.ts";
import { nameForPeople } from "../loader/pages.ts";
import type { TypeScriptRun } from "./languages.ts";
import { EITHER_KIND, holds } from "./languages.ts";
import { kindIn } from "./packages.ts";

/** A file to be. */
export interface Draft {
  /** Without the extension. */
  readonly path: string;
  readonly extension: string;
  readonly text: string;
}

export interface Drafts {
  readonly drafts: readonly Draft[];
  /** What we leave to the user, in sentences. */
  readonly notes: readonly string[];
}

/** @param typeScript `undefined` for JavaScript, which is written for the kind of modules that its folder holds. */
export async function draftsFor(
  config: Config,
  typeScript: TypeScriptRun | undefined,
): Promise<Drafts> {
  const { root, middleware = "src/middleware" } = config;
  const pages = resolve(root, config.pages);
  const chain = typeof middleware === "string" ? resolve(root, middleware) : undefined;
  // Node strips types, and leaves import and export to a package that says it is CommonJS.
  const isRefused = async (folder: string): Promise<boolean> =>
    typeScript === "native" && (await kindIn(folder)) === "commonjs";
  const drafts: Draft[] = [];
  const notes: string[] = [];
  let changed: string | undefined;
  if (await isRefused(pages)) {
    changed = await freeFolder(root, pages, chain);
    if (changed === undefined) notes.push(remedyFor(nameForPeople(root, pages)));
    else {
      const text = '{ "type": "module" }\n';
      drafts.push({ path: join(changed, "package"), extension: ".json", text });
    }
  }
  const extension = typeScript === undefined ? ".js" : ".ts";
  drafts.push(await draft(join(pages, "health"), extension, HEALTH));
  if (chain !== undefined) {
    const given = /^\.[cm]?[jt]s$/.test(extname(chain)) ? extname(chain) : "";
    const path = chain.slice(0, chain.length - given.length);
    const isStuck = dirname(path) !== changed && (await isRefused(dirname(path)));
    drafts.push(await draft(path, given || (isStuck ? ".mts" : extension), MIDDLEWARE));
  }
  return { drafts, notes };
}

async function draft(
  path: string,
  extension: string,
  texts: Readonly<Record<"typed" | "module" | "commonjs", string>>,
): Promise<Draft> {
  if (extension.endsWith("ts")) return { path, extension, text: texts.typed };
  const isModule =
    extension === ".mjs" || (extension === ".js" && (await kindIn(dirname(path))) === "module");
  return { path, extension, text: isModule ? texts.module : texts.commonjs };
}

/** A folder that can be made one of ES modules, and nothing that is there becomes something else by it. */
async function freeFolder(
  root: string,
  pages: string,
  chain: string | undefined,
): Promise<string | undefined> {
  const both = dirname(chain ?? join(pages, "any"));
  for (const folder of isInside(both, pages) ? [both, pages] : [pages]) {
    if (folder === root || !isInside(root, folder)) continue;
    const isTaken =
      (await isThere(join(folder, "package.json"))) || (await holds(folder, EITHER_KIND));
    if (!isTaken) return folder;
  }
  return undefined;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !/^\.\.[\\/]/.test(way) && !isAbsolute(way);
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

function remedyFor(pages: string): string {
  return `package.json says "type": "commonjs", so Node takes ${pages} for CommonJS. Before it runs files with import and export, ${pages} needs a package.json of its own, { "type": "module" }; or let tsx or tsc run them.`;
}

const HEALTH = {
  typed: `import type { APIRoute } from "starbridge";

export const GET: APIRoute = () => Response.json({ ok: true });
`,
  module: `export const GET = () => Response.json({ ok: true });
`,
  commonjs: `exports.GET = () => Response.json({ ok: true });
`,
};

const CHAIN = `defineMiddleware(async (context, next) => {
  const response = await next();
  return response;
});
`;
const ABOUT = "// Runs around every request that an endpoint file answers, and no others.\n";

const MIDDLEWARE = {
  typed: `import { defineMiddleware } from "starbridge";

${ABOUT}export const onRequest = ${CHAIN}`,
  module: `import { defineMiddleware } from "starbridge";

${ABOUT}export const onRequest = ${CHAIN}`,
  commonjs: `const { defineMiddleware } = require("starbridge");

${ABOUT}exports.onRequest = ${CHAIN}`,
};
