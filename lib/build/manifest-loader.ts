// Serves what `starbridge build` has made: no scan, no compiler, and no file read before it is asked for.
import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Config } from "../config.ts";
import { bridgeError } from "../errors.ts";
import { onRequestOf } from "../loader/middleware.ts";
import { loadingError } from "../loader/native.ts";
import type { Loader, PageFile, Pages } from "../loader/pages.ts";
import { loadOnce, nameForPeople } from "../loader/pages.ts";
import type { EndpointModule, MiddlewareHandler } from "../types.ts";
import type { Manifest, ManifestChunk, ManifestData } from "./manifest.ts";
import { DATA_FILE, exportsOfChunk, MANIFEST_FILE, MANIFEST_VERSION } from "./manifest.ts";
import { PrerenderedFile } from "./prerendered.ts";

/** What the answer of a build can be asked for. */
const PRERENDERED_EXPORTS: ReadonlySet<string> = new Set(["GET"]);

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
        ignored: [],
        middleware: await middlewareOf(build, config),
        prerendered: answersOf(build, config.precompressed),
      };
    },
    async close() {},
  };
}

/** A build, opened. */
interface Build {
  readonly manifest: Manifest;
  readonly data: ManifestData;
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
  const reason = "another version of the package made it.";
  throw bridgeError("BUILD_UNUSABLE", { manifest: name, reason });
}

function pagesOf({ manifest, data }: Build, { root, pages }: Config): PageFile[] {
  const prefix = `${nameForPeople(root, resolve(root, pages))}/`;
  return data.routes.map(({ file, exports: names, prerender, chunk }) => {
    const source = prefix + file;
    const exports = prerender ? PRERENDERED_EXPORTS : names && new Set(names);
    const load = loadOnce(() => loadChunk(manifest, chunk, source));
    return { file, exports, prerender, source, load };
  });
}

async function loadChunk(
  manifest: Manifest,
  chunk: ManifestChunk,
  source: string,
): Promise<EndpointModule> {
  try {
    return exportsOfChunk(chunk, await manifest.load(chunk.name));
  } catch (error) {
    throw loadingError(source, error);
  }
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

function answersOf(
  { data: { prerendered }, folder }: Build,
  precompressed: boolean,
): Map<string, PrerenderedFile> {
  // A file `a.br` may be the answer to `/a.br`, and none of `/a`.
  const files = new Set(precompressed ? prerendered.map(({ file }) => file) : []);
  const isBody = (file: string): boolean => files.has(file);
  const variants = precompressed ? { isBody } : undefined;
  return new Map(
    prerendered.map((entry) => [entry.path, new PrerenderedFile(entry, folder, variants)]),
  );
}
