// What getStaticPaths() and paginate() are written against. Nothing here runs.
import type { Params, Props } from "./types.ts";

/** What a prerendered route gives for each of its paths. */
export interface GetStaticPathsItem {
  params: Params;
  props?: Props;
}

/** What `getStaticPaths` is called with. */
export interface GetStaticPathsOptions {
  /** Cuts a list into pages. */
  paginate: PaginateFunction;
  /** Pattern of the route: `/posts/[slug]`. */
  routePattern: string;
}

/** The type of an endpoint file's `getStaticPaths`. */
export type GetStaticPaths = (
  options: GetStaticPathsOptions,
) => GetStaticPathsItem[] | Promise<GetStaticPathsItem[]>;

/** One page of a list: `props.page` of what `paginate()` gives. */
// biome-ignore lint/suspicious/noExplicitAny: Astro's own default; files that come from an Astro project rely on it.
export interface Page<Item = any> {
  data: Item[];
  /** Index of the first item on the page. */
  start: number;
  /** Index of the last item on the page. */
  end: number;
  size: number;
  total: number;
  /** Counted from 1. */
  currentPage: number;
  lastPage: number;
  url: {
    current: string;
    next: string | undefined;
    prev: string | undefined;
    first: string | undefined;
    last: string | undefined;
  };
}

export interface PaginateOptions<
  PageProps extends Props = Props,
  PageParams extends Params = Params,
> {
  /** Items on a page (10). */
  pageSize?: number;
  /** The route's other parameters. */
  params?: PageParams;
  /** Props of every page, beside `page`. */
  props?: PageProps;
  /** Changes each URL of `page.url`. */
  format?: (url: string) => string;
}

/** `paginate()` of `getStaticPaths`; the route needs a `[page]` or `[...page]`. */
export type PaginateFunction = <Item, PageProps extends Props, PageParams extends Params>(
  data: readonly Item[],
  options?: PaginateOptions<PageProps, PageParams>,
) => {
  params: PageParams & { page: string | undefined };
  props: PageProps & { page: Page<Item> };
}[];
