// starbridge init: a first endpoint, a middleware, and the two lines for the host. What is there stays as it is.
import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import type { Config } from "../../config.ts";
import { bridgeError } from "../../errors.ts";
import { findModule } from "../../loader/middleware.ts";
import { nameForPeople } from "../../loader/pages.ts";
import type { Answer } from "../answer.ts";
import type { Draft } from "../drafts.ts";
import { draftsFor } from "../drafts.ts";
import { EXIT } from "../failure.ts";
import { hostFileOf } from "../host-file.ts";
import type { Mount } from "../hosts.ts";
import { mountsFor } from "../hosts.ts";
import { typeScriptOf } from "../languages.ts";
import type { Package } from "../packages.ts";
import { readPackages } from "../packages.ts";
import type { Paint } from "../paint.ts";
import type { Flags } from "../project.ts";
import { readConfig } from "../project.ts";
import type { Terminal } from "../terminal.ts";

export async function init(flags: Flags, terminal: Terminal): Promise<Answer> {
  const config = await readConfig(flags, terminal);
  const { root } = config;
  const packages = await readPackages(root);
  const pages = resolve(root, config.pages);
  const sources = [join(root, "src"), pages];
  const typeScript = await typeScriptOf(root, sources, packages);
  const { drafts, notes: remarks } = await draftsFor(config, typeScript);
  const isRun = typeScript !== "native" || runsTypeScript(packages);
  const created: string[] = [];
  const kept: string[] = [];
  for (const draft of drafts) {
    const existing = await write(draft, config);
    const file = existing ?? draft.path + draft.extension;
    (existing === undefined ? created : kept).push(nameForPeople(root, file));
  }
  const host = await hostFileOf(root, packages, typeScript);
  const mounts = mountsFor(packages, host);
  const notes = [...remarks];
  if (host.builtTo !== undefined) notes.push(builtNote(host.builtTo, nameForPeople(root, pages)));
  else if (!isRun) notes.push(NO_TYPESCRIPT);
  return {
    exitCode: EXIT.fine,
    json: { created, kept, hosts: mounts, notes },
    text: (paint) => render({ created, kept, mounts, notes }, paint),
  };
}

/** Vite does in development, and a build does for production. */
function runsTypeScript(packages: readonly Package[]): boolean {
  const isNative = Boolean((process.features as { typescript?: unknown }).typescript);
  return isNative || packages.some(({ dependencies }) => dependencies.has("vite"));
}

const NO_TYPESCRIPT = `Node ${process.version} does not run TypeScript: start the host with node --import tsx, take Node 22.18 or newer, or build the pages: npx starbridge build.`;

/** The compiler brings the host to its place, and not the pages to ours. */
function builtNote(builtTo: string, pages: string): string {
  return `The host runs from ${builtTo}, its pages are loaded from ${pages} as they are: where Node does not run them (TypeScript before 22.18, or import and export in a package of "type": "commonjs"), build them, npx starbridge build, and start with NODE_ENV=production; in development install vite.`;
}

/** @returns What was there before, and stays: the same module under another extension counts. */
async function write(
  { path, extension, text }: Draft,
  config: Config,
): Promise<string | undefined> {
  const file = path + extension;
  const existing = extension === ".json" ? undefined : await findModule(path);
  if (existing !== undefined) return existing;
  await makeFolder(dirname(path), config);
  try {
    // Never over a file that came in between, or a link to nowhere.
    await writeFile(file, text, { flag: "wx" });
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return file;
  }
}

async function makeFolder(folder: string, { root, pages }: Config): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST" && code !== "ENOTDIR") throw error;
    const file = nameForPeople(root, await fileAt(folder));
    if (`${resolve(root, pages)}${sep}`.startsWith(`${folder}${sep}`)) {
      throw bridgeError("PAGES_NOT_FOUND", { pages: file, isFile: true });
    }
    const actual = `below ${file}, which is a file`;
    throw bridgeError("INVALID_OPTION", { option: "middleware", expected: "in a folder", actual });
  }
}

/** What is in the way of a folder: where it should be, or above. */
async function fileAt(folder: string): Promise<string> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  return isThere ? folder : fileAt(dirname(folder));
}

interface Done {
  readonly created: readonly string[];
  readonly kept: readonly string[];
  readonly mounts: readonly Mount[];
  readonly notes: readonly string[];
}

function render({ created, kept, mounts, notes }: Done, paint: Paint): string {
  const lines = [
    ...created.map((file) => `${paint.green("Created")} ${file}`),
    ...kept.map((file) => `${paint.dim("Kept")} ${file}`),
  ];
  for (const { name, lines: code, place } of mounts) {
    lines.push("", `${paint.bold(name)}: add two lines, ${place}:`, "");
    lines.push(...code.map((line) => `    ${line}`));
  }
  for (const note of notes) lines.push("", note);
  lines.push("", "`root` is the folder that holds src/. Then: GET /health.");
  return lines.join("\n");
}
