// The chunks of a build that is being made, as the pages of an app: what is prerendered is what will run.
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Config } from "../config.ts";
import { bridgeError } from "../errors.ts";
import { onRequestOf } from "../loader/middleware.ts";
import { loadingError } from "../loader/native.ts";
import type { Loader, PageFile, Pages } from "../loader/pages.ts";
import { loadOnce, nameForPeople } from "../loader/pages.ts";
import type { EndpointModule, MiddlewareHandler } from "../types.ts";
import type { Chunk } from "./bundle.ts";
import { exportsOfChunk } from "./manifest.ts";

/** What was bundled. */
export interface ChunkLoaderOptions {
  readonly root: string;
  readonly config: Config;
  /** Folder of the chunks. */
  readonly server: string;
  readonly pages: readonly {
    readonly file: string;
    readonly prerender: boolean;
    readonly chunk: Chunk;
  }[];
  readonly ignored: Pages["ignored"];
  /** Absolute path of the middleware module, and what it became. */
  readonly middleware: string | undefined;
  readonly chunk: Chunk | undefined;
}

export function createChunkLoader(options: ChunkLoaderOptions): Loader {
  const { root, config, server, ignored } = options;
  const toFile = ({ file, prerender, chunk }: ChunkLoaderOptions["pages"][number]): PageFile => {
    const source = nameForPeople(root, resolve(root, config.pages, file));
    const load = loadOnce(() => importChunk(chunk, server, source));
    return { file, exports: chunk.exports && new Set(chunk.exports), prerender, source, load };
  };
  return {
    async load(): Promise<Pages> {
      return { files: options.pages.map(toFile), ignored, middleware: await middlewareOf(options) };
    },
    async close() {},
  };
}

async function middlewareOf({
  root,
  config,
  server,
  pages,
  middleware,
  chunk,
}: ChunkLoaderOptions): Promise<MiddlewareHandler | undefined> {
  if (typeof config.middleware === "function") return config.middleware;
  if (middleware === undefined || chunk === undefined) return undefined;
  const source = nameForPeople(root, middleware);
  const { exports } = chunk;
  if (exports && !exports.includes("onRequest")) {
    const names = exports.join(", ") || "nothing";
    throw bridgeError("MIDDLEWARE_NO_ON_REQUEST", { file: source, exports: names });
  }
  // What nothing is rendered with is not run: it may open connections.
  if (!pages.some(({ prerender }) => prerender)) return undefined;
  return onRequestOf(await importChunk(chunk, server, source), source);
}

async function importChunk(chunk: Chunk, server: string, source: string): Promise<EndpointModule> {
  try {
    return exportsOfChunk(chunk, await import(pathToFileURL(join(server, chunk.name)).href));
  } catch (error) {
    throw loadingError(source, error);
  }
}
