// Which route answers a request: the first that fits, and where that one is prerendered, whether it has the path.
import type { PrerenderedAnswer } from "./loader/pages.ts";
import type { Remarks } from "./news.ts";
import type { Page } from "./page.ts";
import type { RedirectTarget } from "./redirects.ts";
import type { IsCandidate, RouteMatch, SlashRule } from "./routes/match.ts";
import { matchRoute } from "./routes/match.ts";
import { usualPath } from "./routes/path.ts";
import type { Route } from "./routes/route.ts";
import type { RouteTable } from "./routes/table.ts";
import { isInternal } from "./trailing-slash.ts";

/** `new Request()` refuses them (Fetch section 2.2.1): whatever they mean, it is the host's business. */
export const FOREIGN_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

/** What a route leads to. */
export type Target = Page | RedirectTarget;

/** Where answers come from. */
export interface Sources {
  readonly table: RouteTable<Target>;
  /** What a build has made; absent without one: prerendered files then run on request. */
  readonly prerendered: ReadonlyMap<string, PrerenderedAnswer> | undefined;
  /** For targets of rewrites; a host's strictness is for what clients send. */
  readonly slashRule: SlashRule;
  readonly remarks: Remarks;
  /** What becomes of a request to a file that has no answer to its method. */
  readonly mismatch: "fallthrough" | "405" | "404";
  /** A build keeps the answers: no error route stands in for one that failed. */
  readonly isBuilding: boolean;
}

/** What a request is looked up by. */
export interface Sought {
  readonly method: string;
  /** As it came in the request target, without mount path and query. */
  readonly pathname: string;
}

/**
 * Looks a request up. A prerendered route answers its own paths only, and with a build only GET and HEAD.
 *
 * @param isCandidate Which routes may answer (all of them).
 */
export function findRoute(
  sources: Sources,
  sought: Sought,
  rule: SlashRule,
  isCandidate?: IsCandidate<Target>,
): RouteMatch<Target> | undefined {
  const match = matchRoute(sources.table, sought.pathname, rule, isCandidate);
  // It would have to be sent to the spelling without the slash.
  if (match?.hasSurplusSlash && isInternal(sought.pathname)) return undefined;
  if (match === undefined || prerenderedPage(match.route) === undefined) return match;
  const { prerendered } = sources;
  const path = usualPath(match.path);
  const answers = (route: Route<Target>): boolean => {
    const page = prerenderedPage(route);
    if (isCandidate?.(route) === false) return false;
    if (page === undefined) return true;
    if (prerendered === undefined) {
      // With a word for wrong methods, only who has the path may say it.
      const isSettled = isRead(sought.method) || sources.mismatch !== "fallthrough";
      return isSettled || page.answers(sought.method) !== false;
    }
    return isRead(sought.method) && prerendered.get(path)?.route === page.file;
  };
  if (answers(match.route)) return asKept(sources.table, match, sought.pathname);
  const next = findBehind(sources.table, match, sought.pathname, answers);
  if (next !== undefined) return asKept(sources.table, next, sought.pathname);
  if (sources.mismatch === "fallthrough") return undefined;
  // The file that has the path says that it has not the method.
  const made = isRead(sought.method) ? undefined : prerendered?.get(path)?.route;
  if (made === undefined) return undefined;
  const refusing = matchRoute(sources.table, sought.pathname, rule, (route) => {
    return isCandidate?.(route) !== false && prerenderedPage(route)?.file === made;
  });
  return refusing && asKept(sources.table, refusing, sought.pathname);
}

/**
 * A match of a prerendered route by the path that its answer is kept under, whichever encoding of the values the request
 * has. A build renders that path, and so do we without one.
 */
function asKept(
  table: RouteTable<Target>,
  match: RouteMatch<Target>,
  pathname: string,
): RouteMatch<Target> {
  const usual = usualPath(pathname);
  if (usual === pathname || prerenderedPage(match.route) === undefined) return match;
  return matchRoute(table, usual, match.rule, (route) => route === match.route) ?? match;
}

/**
 * The last word about a match, which `getStaticPaths` may have: its route, the next one, or none.
 *
 * @throws What `getStaticPaths` throws.
 */
export function settleRoute(
  sources: Sources,
  match: RouteMatch<Target>,
  sought: Sought,
): RouteMatch<Target> | undefined | Promise<RouteMatch<Target> | undefined> {
  const { target } = match.route;
  if (target.kind !== "page" || sources.prerendered !== undefined) return match;
  return target.isPrerendered === false ? match : settlePage(sources, match, target, sought);
}

/** @param passed The routes that were asked before and do not give the path. */
async function settlePage(
  sources: Sources,
  match: RouteMatch<Target>,
  page: Page,
  sought: Sought,
  passed: ReadonlySet<unknown> = new Set(),
): Promise<RouteMatch<Target> | undefined> {
  try {
    await page.load();
  } catch {
    // Met again where the route is rendered, and goes the way of all errors from there.
    return match;
  }
  if (!page.isPrerendered) return match;
  const { target } = match.route;
  const { table, remarks } = sources;
  const { source } = page;
  const { method, pathname } = sought;
  if (!isRead(method)) {
    if (page.answers(method)) {
      const fact = `${source} is prerendered; with a build it answers GET and HEAD only.`;
      remarks.once(source, "method", `${method} ${pathname}: ${fact}`);
    } else {
      const behind = findBehind(table, match, pathname, isOnDemand);
      if (behind !== undefined || sources.mismatch === "fallthrough") return behind;
    }
  }
  const kept = asKept(table, match, pathname);
  if ((await page.staticPaths()).has(kept.path) && (await isFirst(sources, match, sought))) {
    return kept;
  }
  const fact = `getStaticPaths of ${source} does not give ${pathname}.`;
  if (!sources.isBuilding) remarks.once(source, "path", `NoMatchingStaticPathFound: ${fact}`);
  const asked = new Set([...passed, target]);
  const next = findBehind(table, match, pathname, (other) => !asked.has(other.target));
  if (next?.route.target.kind !== "page" || next.route.target.isPrerendered === false) return next;
  return settlePage(sources, next, next.route.target, sought, asked);
}

/** Whether the path, in its usual spelling, is that of no route before this one: a build renders it for one only. */
async function isFirst(
  sources: Sources,
  { route, rule }: RouteMatch<Target>,
  { method, pathname }: Sought,
): Promise<boolean> {
  const usual = usualPath(pathname);
  if (usual === pathname) return true;
  const sought = { method, pathname: usual };
  const found = findRoute(sources, sought, rule);
  const settled = found && (await settleRoute(sources, found, sought));
  return settled?.route === route;
}

/** Behind a prerendered route with parameters come other routes; behind a fixed path comes the host. */
function findBehind(
  table: RouteTable<Target>,
  { route, rule }: RouteMatch<Target>,
  pathname: string,
  isCandidate: IsCandidate<Target>,
): RouteMatch<Target> | undefined {
  if (!isPartial(route)) return undefined;
  return matchRoute(table, pathname, rule, isCandidate);
}

function isOnDemand(route: Route<Target>): boolean {
  return prerenderedPage(route) === undefined;
}

/** A route that is prerendered with parameters: it has the paths that it was rendered for, and no others. */
export function isPartial(route: Route<Target>): boolean {
  return route.params.length > 0 && prerenderedPage(route) !== undefined;
}

function prerenderedPage({ target }: Route<Target>): Page | undefined {
  return target.kind === "page" && target.isPrerendered ? target : undefined;
}

function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD";
}
