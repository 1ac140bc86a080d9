// What one run of the chain looks at: the route of a request, or the error route in its place.
import type { Surroundings, View } from "./exchange.ts";
import type { Sources, Target } from "./find.ts";
import type { Logger } from "./log.ts";
import type { Page } from "./page.ts";
import type { RouteMatch } from "./routes/match.ts";
import { isStatic } from "./routes/route.ts";
import { StaticIncoming } from "./static-incoming.ts";
import type { Incoming, Params, Props } from "./types.ts";

export type { Target } from "./find.ts";

/** What one run of the chain leads to. */
export interface RenderView extends View {
  /** Absent: the built-in page for 404. */
  readonly page: Page | undefined;
  /** Canonical path of the page, for what a build has made of it. */
  readonly path: string;
  /** An error route: what its own 200 becomes. */
  readonly errorStatus?: ErrorStatus;
}

/** The statuses that have a file. */
export type ErrorStatus = 404 | 500;

/** Where error files are looked for. */
export interface ErrorFiles extends Sources {
  readonly surroundings: Surroundings;
  readonly logger: Logger;
}

export function viewOf(
  files: ErrorFiles,
  incoming: Incoming,
  match: RouteMatch<Target>,
): RenderView {
  const { target } = match.route;
  const isPrerendered = target.kind === "page" && (target.isPrerendered ?? false);
  return new RouteView(
    isPrerendered ? hideRequest(files, incoming, match) : incoming,
    match,
    isPrerendered,
  );
}

/** The look at a route that a request was matched with. A class: an object literal with getters is slow to make. */
class RouteView implements RenderView {
  readonly incoming: Incoming;
  readonly isPrerendered: boolean;
  readonly #match: RouteMatch<Target>;

  constructor(incoming: Incoming, match: RouteMatch<Target>, isPrerendered: boolean) {
    this.incoming = incoming;
    this.isPrerendered = isPrerendered;
    this.#match = match;
  }

  get routePattern(): string {
    return this.#match.route.pattern;
  }

  get isDynamic(): boolean {
    return !this.#match.route.segments.every(isStatic);
  }

  get params(): Params {
    return this.#match.params;
  }

  get props(): Props {
    return this.isPrerendered && this.page ? this.page.propsOf(this.path) : {};
  }

  get page(): Page | undefined {
    const { target } = this.#match.route;
    return target.kind === "page" ? target : undefined;
  }

  get path(): string {
    return this.#match.path;
  }
}

/** A prerendered route is rendered without what a client says. */
function hideRequest(
  { surroundings, remarks }: ErrorFiles,
  incoming: Incoming,
  { route: { source } }: RouteMatch<Target>,
): Incoming {
  const warn = (): void => {
    const message = `${source} is prerendered: its request has no headers and no cookies.`;
    remarks.often(source, "headers", message);
  };
  return new StaticIncoming(incoming, surroundings.site, warn);
}

/** For a path that no route answers: the `404` file, never that of a locale. */
export function notFoundView(files: ErrorFiles, incoming: Incoming): RenderView {
  return createErrorView(incoming, 404, "/404", pageAt(files, "/404"), undefined);
}

/** For a failure on a route: the error file of the path's locale when there is one. */
export function errorView(
  files: ErrorFiles,
  incoming: Incoming,
  status: ErrorStatus,
  error: unknown,
): RenderView {
  const local = `/${incoming.pathname.split("/")[1] ?? ""}/${status}`;
  const localPage = beginsWithLocale(files, incoming) ? pageAt(files, local) : undefined;
  if (localPage !== undefined) return createErrorView(incoming, status, local, localPage, error);
  return createErrorView(incoming, status, `/${status}`, pageAt(files, `/${status}`), error);
}

function createErrorView(
  incoming: Incoming,
  errorStatus: ErrorStatus,
  routePattern: string,
  page: Page | undefined,
  error: unknown,
): RenderView {
  return {
    incoming,
    routePattern,
    isDynamic: true,
    isPrerendered: false,
    params: {},
    props: { error },
    page,
    path: routePattern,
    errorStatus,
  };
}

function beginsWithLocale({ surroundings }: ErrorFiles, incoming: Incoming): boolean {
  const first = incoming.pathname.split("/")[1] ?? "";
  const locales = surroundings.i18n?.locales ?? [];
  return locales.some((locale) => first === (typeof locale === "string" ? locale : locale.path));
}

function pageAt({ table }: ErrorFiles, path: string): Page | undefined {
  const target = table.statics.get(path)?.route.target;
  return target?.kind === "page" ? target : undefined;
}
