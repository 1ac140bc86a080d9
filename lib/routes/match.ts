// Path → route. Every request of the host crosses this file: a path that is not ours costs one look at it.
import type { Params } from "../types.ts";
import {
  canonicalPath,
  canonicalText,
  classifyPath,
  decodeFully,
  decodePath,
  isValueAllowed,
} from "./path.ts";
import type { Route } from "./route.ts";
import type { Branches, Entry, Node, RouteTable } from "./table.ts";

const SLASH = 47;

/**
 * What a slash at the end means: Astro's three rules, and `strict`: the host's own strictness, where only
 * a rest parameter takes the slash.
 */
export type SlashRule = "ignore" | "always" | "never" | "strict";

/** A route and the path that it was found by. */
export class RouteMatch<Target = unknown> {
  readonly route: Route<Target>;
  /** The path in canonical spelling, without a slash at its end: empty for the root. */
  readonly path: string;
  /** What a slash at the end meant: a second choice for the same path is looked for by the same rule. */
  readonly rule: SlashRule;
  /** `trailingSlash: "never"`: the path has a slash too many, which a rest parameter would take. */
  readonly hasSurplusSlash: boolean;
  readonly #entry: Entry<Target>;
  #params: Params | undefined;

  constructor(entry: Entry<Target>, path: string, rule: SlashRule, hasSurplusSlash = false) {
    this.route = entry.route;
    this.path = path;
    this.rule = rule;
    this.hasSurplusSlash = hasSurplusSlash;
    this.#entry = entry;
  }

  /** Values of the parameters, decoded once. The same object each time: a middleware may change it. */
  get params(): Params {
    this.#params ??= capture(this.#entry, this.path, decodePath);
    return this.#params;
  }

  /** Values as they stand in the path, for building another path of them. */
  get rawParams(): Params {
    return capture(this.#entry, this.path, (value) => value);
  }
}

/** Which routes may answer. */
export type IsCandidate<Target> = (route: Route<Target>) => boolean;

/**
 * Finds the route of a path.
 *
 * @param pathname As it came in the request target, without mount path and query.
 * @param isCandidate Which routes may answer (all of them).
 * @returns `undefined` when no route fits, or when the path is not spelled in a way that is ours.
 */
export function matchRoute<Target>(
  table: RouteTable<Target>,
  pathname: string,
  rule: SlashRule,
  isCandidate?: IsCandidate<Target>,
): RouteMatch<Target> | undefined {
  if (pathname.length < 2 && (pathname === "/" || pathname === "")) {
    // The root has the slash that every rule asks for, and none too many.
    return find(table, "", false, "ignore", isCandidate);
  }
  const slash = pathname.charCodeAt(pathname.length - 1) === SLASH;
  const bare = slash ? pathname.slice(0, -1) : pathname;
  const known = findStatic(table, bare, slash, rule, isCandidate);
  if (known !== undefined) return known;
  const kind = classifyPath(pathname);
  if (kind === "foreign") return undefined;
  if (kind === "plain") return search(table, bare, slash, rule, isCandidate);

  const path = canonicalPath(bare);
  const recoded = findStatic(table, path, slash, rule, isCandidate);
  if (recoded !== undefined) return recoded;
  if (!areValuesAllowed(path) || hidesStaticText(table, path)) return undefined;
  return search(table, path, slash, rule, isCandidate);
}

function find<Target>(
  table: RouteTable<Target>,
  path: string,
  slash: boolean,
  rule: SlashRule,
  isCandidate: IsCandidate<Target> | undefined,
): RouteMatch<Target> | undefined {
  return (
    findStatic(table, path, slash, rule, isCandidate) ??
    search(table, path, slash, rule, isCandidate)
  );
}

function findStatic<Target>(
  table: RouteTable<Target>,
  path: string,
  slash: boolean,
  rule: SlashRule,
  isCandidate: IsCandidate<Target> | undefined,
): RouteMatch<Target> | undefined {
  // A path is a new string each time: to look it up is to hash it.
  if (table.statics.size === 0) return undefined;
  const entry = table.statics.get(path);
  if (entry === undefined || !accepts(entry, slash, rule, isCandidate)) return undefined;
  entry.isFirst ??= isFirst(table, entry, path);
  return entry.isFirst ? new RouteMatch(entry, path, rule) : undefined;
}

/**
 * Whether no better route takes the path of a static one (`/[...all]/x` is asked before `/a`). A `404` or `500` file
 * answers its own path whatever stands before it.
 */
function isFirst<Target>(table: RouteTable<Target>, entry: Entry<Target>, path: string): boolean {
  if (path === "/404" || path === "/500") return true;
  return descend(table.root, path, 0, false, "ignore", undefined, undefined) === entry;
}

function search<Target>(
  table: RouteTable<Target>,
  path: string,
  slash: boolean,
  rule: SlashRule,
  isCandidate: IsCandidate<Target> | undefined,
): RouteMatch<Target> | undefined {
  const entry = descend(table.root, path, 0, slash, rule, isCandidate, undefined);
  if (entry === undefined) return undefined;
  return new RouteMatch(entry, path, rule, slash && rule === "never");
}

/** Walks all branches that fit, skipping those that cannot beat what was found. */
function descend<Target>(
  node: Node<Target>,
  path: string,
  at: number,
  slash: boolean,
  rule: SlashRule,
  isCandidate: IsCandidate<Target> | undefined,
  found: Entry<Target> | undefined,
): Entry<Target> | undefined {
  let best = found;
  if (best !== undefined && node.best >= best.rank) return best;
  const { children, mixed, dynamic, leaves, rests } = node.branches;
  if (at < path.length) {
    const slashAt = path.indexOf("/", at + 1);
    const end = slashAt === -1 ? path.length : slashAt;
    if (children !== undefined || mixed !== undefined) {
      const segment = path.slice(at + 1, end);
      const child = children?.get(segment);
      if (child !== undefined) best = descend(child, path, end, slash, rule, isCandidate, best);
      if (mixed !== undefined) {
        for (const { capture: take, node: next } of mixed) {
          if (best !== undefined && next.best >= best.rank) continue;
          if (take(segment, 0) === undefined) continue;
          best = descend(next, path, end, slash, rule, isCandidate, best);
        }
      }
    }
    if (dynamic !== undefined) best = descend(dynamic, path, end, slash, rule, isCandidate, best);
  } else if (leaves !== undefined) {
    for (const entry of leaves) {
      if (best !== undefined && entry.rank >= best.rank) break;
      if (accepts(entry, slash, rule, isCandidate)) best = entry;
    }
  }
  if (rests === undefined) return best;
  for (const entry of rests) {
    if (best !== undefined && entry.rank >= best.rank) break;
    if (!accepts(entry, slash, rule, isCandidate)) continue;
    if (entry.shape.rest?.(path, at) !== undefined) best = entry;
  }
  return best;
}

function accepts<Target>(
  entry: Entry<Target>,
  slash: boolean,
  rule: SlashRule,
  isCandidate: IsCandidate<Target> | undefined,
): boolean {
  const { route } = entry;
  if (isCandidate !== undefined && !isCandidate(route)) return false;
  if (route.segments.length === 0) return !slash;
  if (!slash) return rule !== "always" || route.hasExtension;
  if (route.hasExtension) return false;
  return rule === "ignore" || rule === "always" || entry.shape.endsInRest;
}

function areValuesAllowed(path: string): boolean {
  return path.split("/").every((segment) => isValueAllowed(decodePath(segment)));
}

/**
 * Whether a segment is another spelling of a static text that stands where it stands: `/%61dmin` and
 * `/%2561dmin` beside `admin.ts`. Such a path is nobody's, or a guard for `/admin` could be walked around.
 */
function hidesStaticText<Target>(table: RouteTable<Target>, path: string): boolean {
  let nodes: Node<Target>[] = [table.root];
  for (const segment of path.split("/").slice(1)) {
    const next: Node<Target>[] = [];
    const once = decodePath(segment);
    const fully = decodeFully(segment);
    const isOdd = once !== segment;
    for (const { branches } of nodes) {
      const child = branches.children?.get(segment);
      if (child !== undefined) next.push(child);
      else if (isOdd && (hasText(branches, once) || hasText(branches, fully))) return true;
      for (const { node: mixed } of branches.mixed ?? []) next.push(mixed);
      if (branches.dynamic !== undefined) next.push(branches.dynamic);
    }
    if (isOdd && isHiddenAfterRest(table.textsAfterRest, segment, once, fully)) return true;
    nodes = next;
  }
  return false;
}

function hasText<Target>({ children }: Branches<Target>, text: string): boolean {
  return children?.has(canonicalText(text)) ?? false;
}

function isHiddenAfterRest(
  texts: ReadonlySet<string>,
  segment: string,
  once: string,
  fully: string,
): boolean {
  if (texts.size === 0) return false;
  // The canonical spelling of a text is no disguise.
  if (texts.has(once) && canonicalPath(encodeURI(once)) === segment) return false;
  return texts.has(once) || texts.has(fully);
}

/** Takes the values of all parameters out of a path that fits. */
function capture<Target>(
  { route, shape }: Entry<Target>,
  path: string,
  decode: (value: string) => string,
): Params {
  const params: Params = {};
  const names = route.params;
  let count = 0;
  let at = 0;
  for (const take of shape.takes) {
    // What is left are static texts.
    if (count === names.length) return params;
    const slashAt = path.indexOf("/", at + 1);
    const end = slashAt === -1 ? path.length : slashAt;
    if (take === true) {
      setParam(params, names[count++] as string, decode(path.slice(at + 1, end)));
    } else if (take !== false) {
      for (const value of take(path.slice(at + 1, end), 0) ?? []) {
        setParam(params, names[count++] as string, value && decode(value));
      }
    }
    at = end;
  }
  for (const value of shape.rest?.(path, at) ?? []) {
    setParam(params, names[count++] as string, value && decode(value));
  }
  return params;
}

function setParam(params: Params, name: string, value: string | undefined): void {
  if (name === "__proto__") {
    Object.defineProperty(params, name, { value, enumerable: true, writable: true });
  } else params[name] = value;
}
