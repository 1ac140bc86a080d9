// What a build leaves behind for the host: a module that knows where everything is, and a table of data beside the
// chunks. No scan and no compiler after it.
import type { EndpointModule } from "../types.ts";

export const MANIFEST_FILE = "manifest.mjs";
export const MANIFEST_VERSION = 2;
/** In the folder of the build. */
export const DATA_FILE = "manifest.json";

/** The module. */
export interface Manifest {
  readonly version: number;
  /** Folder of this build, beside the manifest. */
  readonly id: string;
  /** Imports a chunk by its file name. */
  load(chunk: string): Promise<EndpointModule>;
}

/** What a build has found out. */
export interface ManifestData {
  readonly middleware?: ManifestChunk | undefined;
  /** In the order in which they are asked. */
  readonly routes: readonly ManifestRoute[];
  readonly prerendered: readonly ManifestAnswer[];
}

/**
 * The same as it is stored. Of 2,000 routes, a list for each property is parsed in 0.4 ms, a list of objects in 2 to 6 ms,
 * and a module in three times as much.
 */
export interface StoredData extends Omit<ManifestData, "routes"> {
  readonly routes: StoredRoutes;
}

export interface StoredRoutes {
  readonly files: readonly string[];
  /** Names of chunks, by route. */
  readonly chunks: readonly string[];
  /** The lists of exports that occur. */
  readonly exports: readonly (readonly string[])[];
  /** Which of them it is, by route; -1 where only loading it would tell. */
  readonly exportsOf: readonly number[];
  /** The routes that are prerendered. */
  readonly prerendered: readonly number[];
  /** The routes whose source was CommonJS. */
  readonly commonJs: readonly number[];
}

export interface ManifestChunk {
  /** File name in `server/`. */
  readonly name: string;
  /** The source was CommonJS: its exports are the default export of the chunk. */
  readonly isCommonJs?: boolean;
}

export interface ManifestRoute {
  /** Path relative to the pages folder: "users/[id].ts". */
  readonly file: string;
  /** Absent when only loading it would tell. */
  readonly exports?: readonly string[] | undefined;
  readonly prerender: boolean;
  readonly chunk: ManifestChunk;
}

/** One prerendered answer. */
export interface ManifestAnswer {
  /** Canonical path without a slash at its end; empty for the root. */
  readonly path: string;
  /** The endpoint file that gave it: "feed.xml.ts". */
  readonly route: string;
  /** The body, relative to the folder of the build; absent for an answer without one. */
  readonly file?: string | undefined;
  readonly status: number;
  /** Absent where it is the usual one. */
  readonly statusText?: string | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly etag: string;
  /** Bytes of the body. */
  readonly size: number;
  /** An HTTP date. */
  readonly lastModified: string;
}

/** The module as source text. */
export function manifestText(id: string): string {
  return [
    "// Made by starbridge build. Changes are lost with the next one.",
    "export default {",
    `  version: ${MANIFEST_VERSION},`,
    `  id: ${JSON.stringify(id)},`,
    `  load: (chunk) => import(\`./${id}/server/\${chunk}\`),`,
    "};",
    "",
  ].join("\n");
}

/** The data as text, a line for each file, each chunk and each answer. */
export function manifestJson({ middleware, routes, prerendered }: ManifestData): string {
  const list = (items: readonly unknown[]): string =>
    `[\n${items.map((item) => JSON.stringify(item)).join(",\n")}\n]`;
  const { files, chunks, ...others } = store(routes);
  const toChunk = ({ name, isCommonJs }: ManifestChunk): ManifestChunk =>
    isCommonJs ? { name, isCommonJs } : { name };
  const first = middleware && JSON.stringify(toChunk(middleware));
  return [
    `{${first === undefined ? "" : `\n"middleware": ${first},`}`,
    `"routes": {`,
    `"files": ${list(files)},`,
    `"chunks": ${list(chunks)},`,
    `${JSON.stringify(others).slice(1)},`,
    `"prerendered": ${list(prerendered)}`,
    "}\n",
  ].join("\n");
}

function store(routes: readonly ManifestRoute[]): StoredRoutes {
  const lists = new Map<string, readonly string[]>();
  for (const { exports: names } of routes) if (names) lists.set(names.join(), names);
  const keys = [...lists.keys()];
  const indexesOf = (has: (route: ManifestRoute) => boolean): number[] =>
    routes.flatMap((route, index) => (has(route) ? [index] : []));
  return {
    files: routes.map(({ file }) => file),
    chunks: routes.map(({ chunk }) => chunk.name),
    exports: [...lists.values()],
    exportsOf: routes.map(({ exports: names }) => (names ? keys.indexOf(names.join()) : -1)),
    prerendered: indexesOf(({ prerender }) => prerender),
    commonJs: indexesOf(({ chunk }) => chunk.isCommonJs === true),
  };
}

/** What a chunk exports. */
export function exportsOfChunk(chunk: ManifestChunk, module: EndpointModule): EndpointModule {
  return chunk.isCommonJs ? (module.default as EndpointModule) : module;
}

/** The folder that the text of a manifest belongs to. */
export function idOfManifest(text: string): string | undefined {
  return /^ {2}id: "([\w-]+)",$/m.exec(text)?.[1];
}
