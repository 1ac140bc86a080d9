// getStaticPaths(): asked once for each route, and held to its contract before anything is rendered.
import { describe } from "../describe.ts";
import { bridgeError } from "../errors.ts";
import type { RoutePattern } from "../routes/route.ts";
import { isDynamic } from "../routes/route.ts";
import type { GetStaticPaths } from "../static-types.ts";
import type { EndpointModule, Params, Props } from "../types.ts";
import { createPaginate } from "./paginate.ts";
import { assertParam, staticPathOf } from "./static-path.ts";

/** What `getStaticPaths` is asked with. */
export interface ListingRules {
  /** The file, for errors. */
  readonly source: string;
  /** Whether URLs of pages end in a slash, as `trailingSlash: "always"` asks for. */
  readonly needsSlash?: boolean;
  /** Hears of a path that there are several entries for. */
  onTwice?(path: string): void;
}

/**
 * The paths that a route is rendered for, in canonical spelling and without a slash at the end, with the props of
 * each. Of several entries for one path the props of the last count, as in Astro.
 *
 * @throws BridgeError with Astro's name for what is wrong; what `getStaticPaths` itself throws.
 */
export async function listStaticPaths(
  route: RoutePattern,
  module: EndpointModule,
  { source, needsSlash, onTwice }: ListingRules,
): Promise<Map<string, Props>> {
  // A route without parameters has one path, whatever the file exports.
  if (route.params.length === 0) return new Map([[staticPathOf(route, {}, source), {}]]);
  const { getStaticPaths } = module;
  if (typeof getStaticPaths !== "function") {
    throw bridgeError("GET_STATIC_PATHS_REQUIRED", { file: source, pattern: route.pattern });
  }
  const result: unknown = await (getStaticPaths as GetStaticPaths).call(module, {
    paginate: createPaginate(route, source, needsSlash),
    routePattern: route.pattern,
  });
  if (!Array.isArray(result)) {
    throw bridgeError("INVALID_GET_STATIC_PATHS_RETURN", {
      file: source,
      actual: describe(result),
    });
  }
  const paths = new Map<string, Props>();
  for (const entry of result as unknown[]) {
    const { params, props } = assertEntry(entry, source);
    assertNoFileForFolder(route, params, source);
    const path = staticPathOf(route, params, source);
    if (paths.has(path)) onTwice?.(path || "/");
    paths.set(path, { ...props });
  }
  return paths;
}

function assertEntry(entry: unknown, source: string): { params: Params; props: Props | undefined } {
  // A list in the list is a map() over paginate() that should be a flatMap().
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
    throw bridgeError("INVALID_GET_STATIC_PATHS_ENTRY", { file: source, actual: describe(entry) });
  }
  const { params, props } = entry as { params?: unknown; props?: Props };
  const isEmpty = typeof params !== "object" || params === null || Object.keys(params).length === 0;
  if (isEmpty) throw bridgeError("GET_STATIC_PATHS_EXPECTED_PARAMS", { file: source });
  for (const [name, value] of Object.entries(params)) assertParam(name, value, source);
  return { params: params as Params, props };
}

/** `/docs/[...path]` with and without a path asks for a file and a folder of one name. */
function assertNoFileForFolder(route: RoutePattern, params: Params, source: string): void {
  const last = route.segments.at(-1);
  const [part] = last ?? [];
  if (last === undefined || part === undefined || !isDynamic(last)) return;
  if (params[part.value] !== undefined || part.kind !== "rest") return;
  const details = { file: source, param: part.value, pattern: route.pattern };
  throw bridgeError("PRERENDER_DYNAMIC_ENDPOINT_PATH_COLLIDE", details);
}
