// paginate() of getStaticPaths: a list cut into pages, each with a path of its own.
import { describe } from "../describe.ts";
import { bridgeError } from "../errors.ts";
import type { RoutePattern } from "../routes/route.ts";
import type { GetStaticPathsItem, Page, PaginateFunction } from "../static-types.ts";
import type { Params } from "../types.ts";
import { staticPathOf } from "./static-path.ts";

/**
 * Makes the `paginate` of a route.
 *
 * @param needsSlash Whether the URLs of pages end in a slash, as `trailingSlash: "always"` asks for.
 */
export function createPaginate(
  route: RoutePattern,
  source: string,
  needsSlash = false,
): PaginateFunction {
  return function paginate(data, { pageSize, params = {}, props = {}, format } = {}) {
    const isOptional = isRest(route, "page");
    if (isOptional === undefined)
      throw bridgeError("PAGE_NUMBER_PARAM_NOT_FOUND", { file: source });
    if (!Array.isArray(data)) {
      const reason = `paginate() takes a list, and it was given ${describe(data)}.`;
      throw bridgeError("GET_STATIC_PATHS_FAILED", { file: source, reason });
    }
    // Any number that is no size means the default, as in Astro.
    const size = Math.max(1, pageSize || 10);
    const lastPage = Math.max(1, Math.ceil(data.length / size));
    const paramsOf = (page: number): Params => ({
      ...params,
      page: isOptional && page === 1 ? undefined : String(page),
    });
    const urlOf = (page: number): string => {
      const path = staticPathOf(route, paramsOf(page), source);
      const url = path === "" || (needsSlash && !route.hasExtension) ? `${path}/` : path;
      return format === undefined ? url : format(url);
    };
    return Array.from({ length: lastPage }, (_, index): GetStaticPathsItem => {
      const current = index + 1;
      // All on one page: Infinity times zero is no number.
      const start = index === 0 ? 0 : index * size;
      const end = Math.min(start + size, data.length);
      const page: Page = {
        data: data.slice(start, end),
        start,
        end: end - 1,
        size,
        total: data.length,
        currentPage: current,
        lastPage,
        url: {
          current: urlOf(current),
          next: current === lastPage ? undefined : urlOf(current + 1),
          prev: current === 1 ? undefined : urlOf(current - 1),
          first: current === 1 ? undefined : urlOf(1),
          last: current === lastPage ? undefined : urlOf(lastPage),
        },
      };
      return { params: paramsOf(current), props: { ...props, page } };
    });
  } as PaginateFunction;
}

/** Whether the parameter may be empty; `undefined` when the route has none of that name. */
function isRest(route: RoutePattern, name: string): boolean | undefined {
  const part = route.segments.flat().find(({ kind, value }) => kind !== "text" && value === name);
  return part && part.kind === "rest";
}
