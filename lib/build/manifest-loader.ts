// Serves what `starbridge build` has made: no scan, no compiler, and no file read before it is asked for.
import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Config } from "../config.ts";
import type { BuildState } from "../start-errors.ts";
import { bridgeError } from "../errors.ts";
import { onRequestOf } from "../loader/on-request.ts";
import type { Loader, PageFile, Pages, PrerenderedAnswer } from "../loader/pages.ts";
import { loadOnce, nameForPeople } from "../loader/pages.ts";
import type { EndpointModule, MiddlewareHandler } from "../types.ts";
import type { Manifest, ManifestChunk, StoredData } from "./manifest.ts";
import { DATA_FILE, exportsOfChunk, MANIFEST_FILE, MANIFEST_VERSION } from "./manifest.ts";

/** What the answer of a build can be asked for. */
const PRERENDERED_EXPORTS: ReadonlySet<string> = new Set(["GET"]);

/** The build that the options mean; `undefined` when they want none. */
export function findBuild({ root, build }: Config): BuildState | undefined {
  if (build === false) return undefined;
  const isThere = statSync(resolve(root, build, MANIFEST_FILE), { throwIfNoEntry: false });
  return { folder: nameForPeople(root, resolve(root, build)), isThere: isThere !== undefined };
}

/** @returns `undefined` when there is no build. */
export function createManifestLoader({ config }: { readonly config: Config }): Loader | undefined {
  if (config.build === false) return undefined;
  const path = resolve(config.root, config.build, MANIFEST_FILE);
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return undefined;
  return {
    async load(): Promise<Pages> {
      // Node keeps a module for ever: a build that came after is another URL.
      const url = `${pathToFileURL(path).href}?${facts.ino}-${facts.mtimeMs}`;
      const build = await openBuild(url, dirname(path), nameForPeople(config.root, path));
      return {
        files: pagesOf(build, config),
        isSorted: true,
        ignored: [],
        middleware: await middlewareOf(build, config),
        prerendered: await answersOf(build, config),
      };
    },
    async close() {},
  };
}

/** A build, opened. */
interface Build {
  readonly manifest: Manifest;
  readonly data: StoredData;
  readonly folder: string;
}

async function openBuild(url: string, home: string, name: string): Promise<Build> {
  let manifest: Partial<Manifest> | undefined;
  try {
    manifest = (await import(url)).default;
    if (manifest?.version === MANIFEST_VERSION && manifest.id && manifest.load) {
      const folder = join(home, manifest.id);
      const data = JSON.parse(await readFile(join(folder, DATA_FILE), "utf8"));
      return { manifest: manifest as Manifest, data, folder };
    }
  } catch (error) {
    const reason = `${(error as Error).message}.`;
    throw bridgeError("BUILD_UNUSABLE", { manifest: name, reason }, { cause: error });
  }
  const reason =
    manifest?.version === undefined
      ? "it is damaged: it holds no manifest."
      : "another version of the package made it.";
  throw bridgeError("BUILD_UNUSABLE", { manifest: name, reason });
}

function pagesOf({ manifest, data }: Build, { root, pages }: Config): PageFile[] {
  const prefix = `${nameForPeople(root, resolve(root, pages))}/`;
  const { files, chunks, exports, exportsOf, prerendered, commonJs } = data.routes;
  const sets = exports.map((names) => new Set(names));
  const isPrerendered = new Set(prerendered);
  const isCommonJs = new Set(commonJs);
  return files.map((file, index) => {
    const chunk = { name: chunks[index] as string, isCommonJs: isCommonJs.has(index) };
    const prerender = isPrerendered.has(index);
    const names = prerender ? PRERENDERED_EXPORTS : sets[exportsOf[index] ?? -1];
    return new BuiltFile(file, names, prerender, { manifest, prefix, chunk });
  });
}

/** A page of a build. */
class BuiltFile implements PageFile {
  readonly file: string;
  readonly exports: ReadonlySet<string> | undefined;
  readonly prerender: boolean;
  readonly #place: ChunkPlace;
  #load: PageFile["load"] | undefined;

  constructor(
    file: string,
    names: ReadonlySet<string> | undefined,
    prerender: boolean,
    place: ChunkPlace,
  ) {
    this.file = file;
    this.exports = names;
    this.prerender = prerender;
    this.#place = place;
  }

  get source(): string {
    return this.#place.prefix + this.file;
  }

  load(): ReturnType<PageFile["load"]> {
    const { manifest, chunk } = this.#place;
    this.#load ??= loadOnce(() => loadChunk(manifest, chunk, this.source));
    return this.#load();
  }
}

/** Where the module of a page is. */
interface ChunkPlace {
  readonly manifest: Manifest;
  /** What stands before the name of a file, for people. */
  readonly prefix: string;
  readonly chunk: ManifestChunk;
}

async function loadChunk(
  manifest: Manifest,
  chunk: ManifestChunk,
  source: string,
): Promise<EndpointModule> {
  try {
    return exportsOfChunk(chunk, await manifest.load(chunk.name));
  } catch (error) {
    const gone = lostChunk(error, manifest);
    if (gone !== undefined) {
      const details = { manifest: MANIFEST_FILE, reason: `its file ${gone} is gone.` };
      throw bridgeError("BUILD_UNUSABLE", details, { cause: error });
    }
    const { loadingError } = await import("../loader/native.ts");
    throw loadingError(source, error);
  }
}

/** The chunk that an import has not found, in the folder of the build. */
function lostChunk(error: unknown, { id }: Manifest): string | undefined {
  if ((error as NodeJS.ErrnoException | null)?.code !== "ERR_MODULE_NOT_FOUND") return undefined;
  const [, path] = /^Cannot find module '(.+?)'/.exec((error as Error).message) ?? [];
  const [, chunk] = path?.replaceAll("\\", "/").split(`/${id}/server/`) ?? [];
  return chunk && `${id}/server/${chunk}`;
}

/** An option that was given in the host wins over what was built. */
async function middlewareOf(
  { manifest, data: { middleware } }: Build,
  config: Config,
): Promise<MiddlewareHandler | undefined> {
  if (config.middleware === false) return undefined;
  if (typeof config.middleware === "function") return config.middleware;
  if (middleware === undefined) return undefined;
  const source = config.middleware ?? "src/middleware";
  return onRequestOf(await loadChunk(manifest, middleware, source), source);
}

async function answersOf(
  { data: { prerendered }, folder }: Build,
  { precompressed, methodMismatch }: Config,
): Promise<Map<string, PrerenderedAnswer>> {
  if (prerendered.length === 0) return new Map();
  const { PrerenderedFile } = await import("./prerendered.ts");
  // A file `a.br` may be the answer to `/a.br`, and none of `/a`.
  const files = new Set(precompressed ? prerendered.map(({ file }) => file) : []);
  const isBody = (file: string): boolean => files.has(file);
  const variants = precompressed ? { isBody } : undefined;
  const options = { variants, refusal: methodMismatch === "405" ? 405 : 404 };
  return new Map(
    prerendered.map((entry) => [entry.path, new PrerenderedFile(entry, folder, options)]),
  );
}
