// Sorted routes as a value to look things up in: a map of the fully static ones, and a tree of segments for all.
// Built once, never edited; another set of routes is another table.
import type { Capture } from "./capture.ts";
import { compileRest, compileSegment } from "./capture.ts";
import { compareRoutes } from "./order.ts";
import { canonicalText } from "./path.ts";
import type { Route, Segment } from "./route.ts";
import { hasRest, isDynamic, isStatic, textOf } from "./route.ts";

/** A route with its place in the order and what is prepared for matching it. */
export interface Entry<Target> {
  readonly route: Route<Target>;
  /** Place in the order: of several that fit, the lowest answers. */
  readonly rank: number;
  /** How many segments stand before the first one with a rest parameter. */
  readonly fixed: number;
  /** Matchers of the fixed segments that mix text and parameters, by index. */
  readonly mixed: readonly (Capture | undefined)[];
  /** Matcher of the rest, when there is one. */
  readonly rest: Capture | undefined;
  /** The last segment is `[...name]`: what ends in a slash is inside of it. */
  readonly endsInRest: boolean;
}

/** What can follow the segments so far. */
export interface Node<Target> {
  /** By canonical spelling. */
  children: ReadonlyMap<string, Node<Target>>;
  /** What the children are called, decoded. */
  texts: ReadonlySet<string>;
  readonly mixed: { readonly capture: Capture; readonly node: Node<Target> }[];
  dynamic: Node<Target> | undefined;
  /** Routes that end here, best first. */
  readonly leaves: Entry<Target>[];
  /** Routes whose rest begins here, best first. */
  readonly rests: Entry<Target>[];
  /** The best rank of anything below. */
  best: number;
}

export interface RouteTable<Target = unknown> {
  /** In the order in which they are asked. */
  readonly routes: readonly Route<Target>[];
  /** Fully static routes by canonical path, without those that a better route might answer. */
  readonly statics: ReadonlyMap<string, Entry<Target>>;
  readonly root: Node<Target>;
  /** Static texts that stand behind a rest parameter somewhere. */
  readonly textsAfterRest: ReadonlySet<string>;
}

/** Sorts the routes and makes them a table. */
export function buildTable<Target>(routes: readonly Route<Target>[]): RouteTable<Target> {
  const sorted = [...routes].sort(compareRoutes);
  const root = createNode<Target>();
  const textsAfterRest = new Set<string>();
  const entries = sorted.map((route, rank) => createEntry(route, rank));
  for (const entry of entries) {
    insert(root, entry);
    for (const segment of entry.route.segments.slice(entry.fixed)) {
      if (isStatic(segment)) textsAfterRest.add(textOf(segment));
    }
  }
  return { routes: sorted, statics: collectStatics(entries), root, textsAfterRest };
}

// Most nodes are the ends of routes: of thousands, each with a map of its own, the start would be felt.
const NO_CHILDREN: ReadonlyMap<string, Node<never>> = new Map<string, Node<never>>();
const NO_TEXTS: ReadonlySet<string> = new Set();

function createNode<Target>(): Node<Target> {
  return {
    children: NO_CHILDREN as ReadonlyMap<string, Node<Target>>,
    texts: NO_TEXTS,
    mixed: [],
    dynamic: undefined,
    leaves: [],
    rests: [],
    best: Number.POSITIVE_INFINITY,
  };
}

function createEntry<Target>(route: Route<Target>, rank: number): Entry<Target> {
  const firstRest = route.segments.findIndex(hasRest);
  const fixed = firstRest === -1 ? route.segments.length : firstRest;
  const last = route.segments.at(-1);
  return {
    route,
    rank,
    fixed,
    mixed: mixedSegments(route.segments, fixed),
    rest: firstRest === -1 ? undefined : compileRest(route.segments.slice(firstRest)),
    endsInRest: last !== undefined && isDynamic(last) && hasRest(last),
  };
}

const NONE: readonly undefined[] = [];

function mixedSegments(segments: readonly Segment[], fixed: number): Entry<unknown>["mixed"] {
  if (segments.every((segment) => isStatic(segment) || isDynamic(segment))) return NONE;
  return segments
    .slice(0, fixed)
    .map((segment) =>
      isStatic(segment) || isDynamic(segment) ? undefined : compileSegment(segment),
    );
}

function insert<Target>(root: Node<Target>, entry: Entry<Target>): void {
  let node = root;
  node.best = Math.min(node.best, entry.rank);
  for (const segment of entry.route.segments.slice(0, entry.fixed)) {
    node = childFor(node, segment);
    node.best = Math.min(node.best, entry.rank);
  }
  (entry.rest === undefined ? node.leaves : node.rests).push(entry);
}

function childFor<Target>(node: Node<Target>, segment: Segment): Node<Target> {
  if (isStatic(segment)) {
    const key = canonicalText(textOf(segment));
    let child = node.children.get(key);
    if (child === undefined) {
      child = createNode();
      if (node.children === NO_CHILDREN) {
        node.children = new Map();
        node.texts = new Set();
      }
      (node.children as Map<string, Node<Target>>).set(key, child);
      (node.texts as Set<string>).add(textOf(segment));
    }
    return child;
  }
  if (isDynamic(segment)) {
    node.dynamic ??= createNode();
    return node.dynamic;
  }
  // One node per route: mixed segments are few, and two of them seldom share their text.
  const child = createNode<Target>();
  node.mixed.push({ capture: compileSegment(segment), node: child });
  return child;
}

/**
 * A static route answers its path at once, unless a route before it in the order might take that path too
 * (`/[...all]/x` is asked before `/a`). Those few are left to the tree. A `404` or `500` file answers its own
 * path whatever stands before it.
 */
function collectStatics<Target>(entries: readonly Entry<Target>[]): Map<string, Entry<Target>> {
  const statics = new Map<string, Entry<Target>>();
  const dynamicBefore: Entry<Target>[] = [];
  for (const entry of entries) {
    const { route } = entry;
    if (!route.segments.every(isStatic)) {
      dynamicBefore.push(entry);
      continue;
    }
    const path = route.segments.map((segment) => `/${canonicalText(textOf(segment))}`).join("");
    const isErrorRoute = path === "/404" || path === "/500";
    const contested = dynamicBefore.some((other) => mightTake(other, route.segments));
    if (!statics.has(path) && (isErrorRoute || !contested)) statics.set(path, entry);
  }
  return statics;
}

/** Whether a route before a static one could fit the same path; a yes too many costs only time. */
function mightTake<Target>(entry: Entry<Target>, path: readonly Segment[]): boolean {
  const { segments } = entry.route;
  if (entry.rest === undefined && segments.length !== path.length) return false;
  for (let at = 0; at < entry.fixed; at++) {
    const segment = segments[at] as Segment;
    const other = path[at];
    if (other === undefined) return false;
    if (isStatic(segment) && textOf(segment) !== textOf(other)) return false;
  }
  return true;
}
