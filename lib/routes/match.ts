// Path → route. Every request of the host crosses this file: a path that is not ours costs one look at it.
import type { Params } from "../types.ts";
import { canonicalPath, classifyPath, decodeFully, decodePath, isValueAllowed } from "./path.ts";
import type { Route } from "./route.ts";
import type { Entry, Node, RouteTable } from "./table.ts";

/**
 * What a slash at the end means: Astro's three rules, and `strict`: the host's own strictness, where only
 * a rest parameter takes the slash.
 */
export type SlashRule = "ignore" | "always" | "never" | "strict";

/** A route and the path that it was found by. */
export class RouteMatch<Target = unknown> {
  readonly route: Route<Target>;
  /** `trailingSlash: "never"`: the path has a slash too many, which a rest parameter would take. */
  readonly hasSurplusSlash: boolean;
  readonly #entry: Entry<Target>;
  readonly #path: string;
  #params: Params | undefined;

  constructor(entry: Entry<Target>, path: string, hasSurplusSlash = false) {
    this.route = entry.route;
    this.hasSurplusSlash = hasSurplusSlash;
    this.#entry = entry;
    this.#path = path;
  }

  /** The path in canonical spelling, without a slash at its end: empty for the root. */
  get path(): string {
    return this.#path;
  }

  /** Values of the parameters, decoded once. The same object each time: a middleware may change it. */
  get params(): Params {
    this.#params ??= toParams(this.route.params, this.rawValues(), decodePath);
    return this.#params;
  }

  /** Values as they stand in the path, for building another path of them. */
  get rawParams(): Params {
    return toParams(this.route.params, this.rawValues(), (value) => value);
  }

  rawValues(): (string | undefined)[] {
    return this.route.params.length === 0 ? [] : capture(this.#entry, this.#path);
  }
}

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
  isCandidate?: (route: Route<Target>) => boolean,
): RouteMatch<Target> | undefined {
  const ask: Ask<Target> = { rule, isCandidate };
  const isRoot = pathname === "/" || pathname === "";
  const slash = !isRoot && pathname.endsWith("/");
  const bare = isRoot ? "" : slash ? pathname.slice(0, -1) : pathname;

  const known = table.statics.get(bare);
  if (known !== undefined && accepts(known, slash, ask)) return new RouteMatch(known, bare);
  // The root has the slash that every rule asks for, and none too many.
  if (isRoot) return search(table, "", false, { ...ask, rule: "ignore" });
  const kind = classifyPath(pathname);
  if (kind === "foreign") return undefined;
  if (kind === "plain") return search(table, bare, slash, ask);

  const path = canonicalPath(bare);
  const recoded = table.statics.get(path);
  if (recoded !== undefined && accepts(recoded, slash, ask)) return new RouteMatch(recoded, path);
  if (!areValuesAllowed(path) || hidesStaticText(table, path)) return undefined;
  return search(table, path, slash, ask);
}

/** What is asked of a route beside its pattern. */
interface Ask<Target> {
  readonly rule: SlashRule;
  readonly isCandidate: ((route: Route<Target>) => boolean) | undefined;
}

function search<Target>(
  table: RouteTable<Target>,
  path: string,
  slash: boolean,
  ask: Ask<Target>,
): RouteMatch<Target> | undefined {
  const entry = descend(table.root, path, 0, slash, ask, undefined);
  if (entry === undefined) return undefined;
  return new RouteMatch(entry, path, slash && ask.rule === "never");
}

/** Walks all branches that fit, skipping those that cannot beat what was found. */
function descend<Target>(
  node: Node<Target>,
  path: string,
  at: number,
  slash: boolean,
  ask: Ask<Target>,
  found: Entry<Target> | undefined,
): Entry<Target> | undefined {
  let best = found;
  if (best !== undefined && node.best >= best.rank) return best;
  if (at < path.length) {
    const slashAt = path.indexOf("/", at + 1);
    const end = slashAt === -1 ? path.length : slashAt;
    const segment = path.slice(at + 1, end);
    const child = node.children.get(segment);
    if (child !== undefined) best = descend(child, path, end, slash, ask, best);
    for (const { capture, node: next } of node.mixed) {
      if (best !== undefined && next.best >= best.rank) continue;
      if (capture(segment, 0) !== undefined) best = descend(next, path, end, slash, ask, best);
    }
    if (node.dynamic !== undefined) best = descend(node.dynamic, path, end, slash, ask, best);
  } else {
    for (const entry of node.leaves) {
      if (best !== undefined && entry.rank >= best.rank) break;
      if (accepts(entry, slash, ask)) best = entry;
    }
  }
  for (const entry of node.rests) {
    if (best !== undefined && entry.rank >= best.rank) break;
    if (accepts(entry, slash, ask) && entry.rest?.(path, at) !== undefined) best = entry;
  }
  return best;
}

function accepts<Target>(entry: Entry<Target>, slash: boolean, ask: Ask<Target>): boolean {
  const { route } = entry;
  const { rule, isCandidate } = ask;
  if (isCandidate !== undefined && !isCandidate(route)) return false;
  if (route.segments.length === 0) return !slash;
  if (!slash) return rule !== "always" || route.hasExtension;
  if (route.hasExtension) return false;
  return rule === "ignore" || rule === "always" || entry.endsInRest;
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
    for (const node of nodes) {
      const child = node.children.get(segment);
      if (child !== undefined) next.push(child);
      else if (isOdd && (node.texts.has(once) || node.texts.has(fully))) return true;
      for (const { node: mixed } of node.mixed) next.push(mixed);
      if (node.dynamic !== undefined) next.push(node.dynamic);
    }
    if (isOdd && isHiddenAfterRest(table.textsAfterRest, segment, once, fully)) return true;
    nodes = next;
  }
  return false;
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

function capture<Target>(entry: Entry<Target>, path: string): (string | undefined)[] {
  const values: (string | undefined)[] = [];
  let at = 0;
  for (let index = 0; index < entry.fixed; index++) {
    const slashAt = path.indexOf("/", at + 1);
    const end = slashAt === -1 ? path.length : slashAt;
    const mixed = entry.mixed[index];
    if (mixed !== undefined) values.push(...(mixed(path.slice(at + 1, end), 0) ?? []));
    else if (entry.route.segments[index]?.[0]?.kind === "param")
      values.push(path.slice(at + 1, end));
    at = end;
  }
  if (entry.rest !== undefined) values.push(...(entry.rest(path, at) ?? []));
  return values;
}

function toParams(
  names: readonly string[],
  values: readonly (string | undefined)[],
  decode: (value: string) => string,
): Params {
  const params: Params = {};
  for (let index = 0; index < names.length; index++) {
    const name = names[index] as string;
    const raw = values[index];
    const value = raw === undefined ? undefined : decode(raw);
    if (name === "__proto__") {
      Object.defineProperty(params, name, { value, enumerable: true, writable: true });
    } else params[name] = value;
  }
  return params;
}
