// Whether Node can link what was built: that all modules are found, parse, and export the names that are asked for. The
// bundler does not look into what stays outside, and a page that is loaded on its first request would fail only then.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import type { SourceMapPayload } from "node:module";
import { SourceMap } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { Rolldown } from "vite";
import { bridgeError } from "../errors.ts";
import { ownFile } from "../loader/own-files.ts";
import { nameForPeople } from "../loader/pages.ts";
import type { Logger } from "../log.ts";
import { importOf, wherePackageIs } from "./import-places.ts";
import type { LinkFailure } from "./link-thread.ts";

export interface LinkFacts {
  readonly root: string;
  /** The folder that all chunks are in. */
  readonly server: string;
  readonly logger: Logger;
}

/** What only a host that was started through a loader knows: it may run there. */
const NEEDS_LOADER = new Set([
  "ERR_UNKNOWN_FILE_EXTENSION",
  "ERR_UNKNOWN_MODULE_FORMAT",
  "ERR_UNSUPPORTED_ESM_URL_SCHEME",
  "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING",
  "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX",
]);

/** @throws BridgeError `STARBRIDGE_BUILD_FAILED` that names the imports which Node would refuse. */
export async function assertLinks(
  chunks: readonly Rolldown.OutputChunk[],
  facts: LinkFacts,
): Promise<void> {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const urls = chunks
    .filter((chunk) => (chunk.isEntry || chunk.isDynamicEntry) && isCertain(chunk, byName, facts))
    .map(({ fileName }) => pathToFileURL(join(facts.server, fileName)).href);
  if (urls.length === 0) return;
  const reasons = new Set<string>();
  for (const failure of await link(urls)) {
    const reason = reasonOf(failure, byName, facts);
    if (!NEEDS_LOADER.has(failure.code ?? "")) reasons.add(reason);
    else facts.logger.warn(`${reason} A host runs that only with a loader for it.`);
  }
  if (reasons.size > 0) throw bridgeError("BUILD_FAILED", { reason: [...reasons].join("\n") });
}

async function link(urls: readonly string[]): Promise<readonly LinkFailure[]> {
  // A script that came as text has flags that no file may have.
  const isText = process.execArgv.some((flag) => flag.startsWith("--input-type"));
  const worker = new Worker(ownFile("../build/link-thread") as URL, {
    workerData: urls,
    ...(isText && { execArgv: [] }),
  });
  // What ends every thread of this process would end this one, too: then nothing is known.
  const ended = once(worker, "exit").then(() => [[]]);
  try {
    const [failures] = await Promise.race([once(worker, "message"), ended]);
    return failures;
  } finally {
    await worker.terminate();
  }
}

/** Whether Node alone decides: not of TypeScript that the host runs, nor of what is not compiled yet. */
function isCertain(
  entry: Rolldown.OutputChunk,
  byName: ReadonlyMap<string, Rolldown.OutputChunk>,
  { server }: LinkFacts,
): boolean {
  return [...graphOf(entry, byName)]
    .flatMap(({ imports }) => imports)
    .filter((name) => name.startsWith("."))
    .every((name) => !/\.[cm]?tsx?$/.test(name) && existsSync(resolve(server, name)));
}

/** A chunk, and those that it imports. */
function graphOf(
  entry: Rolldown.OutputChunk,
  byName: ReadonlyMap<string, Rolldown.OutputChunk>,
): Set<Rolldown.OutputChunk> {
  const graph = new Set([entry]);
  // A set is walked with what is added on the way.
  for (const { imports } of graph) {
    for (const name of imports) {
      const chunk = byName.get(name);
      if (chunk !== undefined) graph.add(chunk);
    }
  }
  return graph;
}

/** A sentence that names file and line of the source. */
function reasonOf(
  { url, name, message, stack, code }: LinkFailure,
  byName: ReadonlyMap<string, Rolldown.OutputChunk>,
  { root, server }: LinkFacts,
): string {
  const text = (message.split("\n")[0] ?? "").replace(/ imported from .*$/, "");
  const entry = byName.get(nameIn(url)) as Rolldown.OutputChunk;
  const [, at] =
    /^(file:\/\/[^\n]+):\d+\n/.exec(stack) ?? /imported from (.+)$/m.exec(message) ?? [];
  if (at === undefined && name === "SyntaxError") {
    for (const chunk of graphOf(entry, byName)) {
      const place = brokenPlace(chunk, server);
      if (place !== undefined)
        return `${nameForPeople(root, place.file)}:${place.line}: ${text}. ${place.advice}`;
    }
  }
  const chunk = at === undefined ? entry : byName.get(nameIn(at));
  if (chunk === undefined) return `${nameForPeople(root, toPath(at ?? ""))}: ${text}.`;
  const missing = /(?:export named|Named export) '(.+?)'/.exec(message)?.[1];
  const found = importOf(chunk, { name: missing, message });
  const who =
    found === undefined
      ? entryName(entry, root)
      : `${nameForPeople(root, found.file)}:${found.line}`;
  if (missing !== undefined) {
    const specifier = found?.specifier ?? /requested module '(.+?)'/.exec(message)?.[1];
    return `${who} imports "${missing}" from ${JSON.stringify(specifier)}, in which Node finds no such export.`;
  }
  const outside = code === "ERR_MODULE_NOT_FOUND" ? wherePackageIs(message, root) : undefined;
  if (outside === undefined) return `${who}: ${text}.`;
  return `From the folder of the build, ${nameForPeople(root, server)}, Node does not find the package ${JSON.stringify(outside)}: set \`build\` to a folder below one whose node_modules holds it.`;
}

/** Where syntax is broken that the bundler has left as it was. */
function brokenPlace(
  { fileName, map }: Rolldown.OutputChunk,
  server: string,
): { file: string; line: number; advice: string } | undefined {
  const path = join(server, fileName);
  const { NODE_OPTIONS: _options, ...env } = process.env;
  const { status, stderr } = spawnSync(process.execPath, ["--check", path], {
    env,
    encoding: "utf8",
  });
  if (status === 0) return undefined;
  const [, row = "1", code = "", marks = ""] = /:(\d+)\n(.*)\n(.*)/.exec(stderr) ?? [];
  const column = Math.max(marks.indexOf("^"), 0);
  const entry = new SourceMap(map as object as SourceMapPayload).findEntry(Number(row) - 1, column);
  const isKnown = "originalSource" in entry;
  const advice = /^\s*@|\s@\w/.test(code)
    ? "Node knows no decorators: have them compiled, with experimentalDecorators in tsconfig.json, or leave them out."
    : "Node does not know this syntax.";
  return {
    file: isKnown ? resolve(server, entry.originalSource) : path,
    line: isKnown ? entry.originalLine + 1 : Number(row),
    advice,
  };
}

function entryName({ facadeModuleId, fileName }: Rolldown.OutputChunk, root: string): string {
  return facadeModuleId === null ? fileName : nameForPeople(root, facadeModuleId);
}

function toPath(place: string): string {
  return place.startsWith("file:") ? fileURLToPath(place) : place;
}

function nameIn(place: string): string {
  return toPath(place).replace(/^.*[\\/]/, "");
}
