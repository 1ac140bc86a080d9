// What a build leaves behind for the host: a module that knows where everything is, and a table of data beside the
// chunks. No scan and no compiler after it.
import type { EndpointModule } from "../types.ts";

export const MANIFEST_FILE = "manifest.mjs";
export const MANIFEST_VERSION = 1;
/** In the folder of the build. As JSON it is read in a third of the time that a module of 2,000 routes takes. */
export const DATA_FILE = "manifest.json";

/** The module. */
export interface Manifest {
  readonly version: number;
  /** Folder of this build, beside the manifest. */
  readonly id: string;
  /** Imports a chunk by its file name. */
  load(chunk: string): Promise<EndpointModule>;
}

/** The data. */
export interface ManifestData {
  readonly middleware?: ManifestChunk | undefined;
  readonly routes: readonly ManifestRoute[];
  readonly prerendered: readonly ManifestAnswer[];
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

/** The data as text, a line for each route and each answer. */
export function manifestJson({ middleware, routes, prerendered }: ManifestData): string {
  const list = (items: readonly unknown[]): string =>
    `[\n${items.map((item) => JSON.stringify(item)).join(",\n")}\n]`;
  const toChunk = ({ name, isCommonJs }: ManifestChunk): ManifestChunk =>
    isCommonJs ? { name, isCommonJs } : { name };
  const first = middleware && JSON.stringify(toChunk(middleware));
  return [
    `{${first === undefined ? "" : `\n"middleware": ${first},`}`,
    `"routes": ${list(routes.map((route) => ({ ...route, chunk: toChunk(route.chunk) })))},`,
    `"prerendered": ${list(prerendered)}`,
    "}\n",
  ].join("\n");
}

/** What a chunk exports. */
export function exportsOfChunk(chunk: ManifestChunk, module: EndpointModule): EndpointModule {
  return chunk.isCommonJs ? (module.default as EndpointModule) : module;
}

/** The folder that the text of a manifest belongs to. */
export function idOfManifest(text: string): string | undefined {
  return /^ {2}id: "([\w-]+)",$/m.exec(text)?.[1];
}
