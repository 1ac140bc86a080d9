// starbridge init: a first endpoint, a middleware, and the two lines for the host. What is there stays as it is.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Config } from "../../config.ts";
import { findModule } from "../../loader/middleware.ts";
import { loadingError } from "../../loader/native.ts";
import { nameForPeople } from "../../loader/pages.ts";
import type { Answer } from "../answer.ts";
import { EXIT } from "../failure.ts";
import type { Manifest, Mount } from "../hosts.ts";
import { mountsFor } from "../hosts.ts";
import type { Flags } from "../project.ts";
import { readConfig } from "../project.ts";
import type { Paint } from "../paint.ts";

/** A file to be, by its path without the extension. */
interface Draft {
  readonly path: string;
  readonly extension: "ts" | "js";
  readonly text: string;
}

export async function init(flags: Flags): Promise<Answer> {
  const config = await readConfig(flags);
  const manifest = await readManifest(config.root);
  const created: string[] = [];
  const kept: string[] = [];
  for (const draft of draftsFor(config, manifest)) {
    const existing = await write(draft);
    const file = existing ?? `${draft.path}.${draft.extension}`;
    (existing === undefined ? created : kept).push(nameForPeople(config.root, file));
  }
  const mounts = mountsFor(manifest);
  return {
    exitCode: EXIT.fine,
    json: { created, kept, hosts: mounts },
    text: (paint) => render(created, kept, mounts, paint),
  };
}

/** The nearest package.json above: a workspace may have its dependencies further up. */
async function readManifest(root: string): Promise<Manifest> {
  for (let folder = root; ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (text !== undefined) return parse(text, file);
    if (folder === dirname(folder)) return {};
  }
}

function parse(text: string, file: string): Manifest {
  try {
    return JSON.parse(text) as Manifest;
  } catch (error) {
    throw loadingError(file, error);
  }
}

function draftsFor(config: Config, manifest: Manifest): Draft[] {
  const { root, pages, middleware = "src/middleware" } = config;
  const isTyped = "typescript" in { ...manifest.dependencies, ...manifest.devDependencies };
  const style = isTyped ? "typed" : manifest.type === "module" ? "module" : "commonjs";
  const extension = isTyped ? "ts" : "js";
  const drafts: Draft[] = [
    { path: join(resolve(root, pages), "health"), extension, text: HEALTH[style] },
  ];
  if (typeof middleware === "string") {
    const path = resolve(root, middleware).replace(/\.[cm]?[jt]s$/, "");
    drafts.push({ path, extension, text: MIDDLEWARE[style] });
  }
  return drafts;
}

/** @returns What was there before, and stays: the same module under another extension counts. */
async function write({ path, extension, text }: Draft): Promise<string | undefined> {
  const existing = await findModule(path);
  if (existing !== undefined) return existing;
  await mkdir(dirname(path), { recursive: true });
  try {
    // Never over a file that came in between, or a link to nowhere.
    await writeFile(`${path}.${extension}`, text, { flag: "wx" });
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return `${path}.${extension}`;
  }
}

function render(created: string[], kept: string[], mounts: readonly Mount[], paint: Paint): string {
  const lines = [
    ...created.map((file) => `${paint.green("Created")} ${file}`),
    ...kept.map((file) => `${paint.dim("Kept")} ${file}`),
  ];
  for (const { name, lines: code, place } of mounts) {
    lines.push("", `${paint.bold(name)}: add two lines, ${place}:`, "");
    lines.push(...code.map((line) => `    ${line}`));
  }
  lines.push("", "`root` is the folder that holds src/. Then: GET /health.");
  return lines.join("\n");
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
