// Sorted routes as a value to look things up in: a map of the fully static ones, and a tree of segments for all.
// Built once, never edited; another set of routes is another table.
import type { Capture } from "./capture.ts";
import { compileRest, compileSegment } from "./capture.ts";
import { compareRoutes } from "./order.ts";
import { canonicalText } from "./path.ts";
import type { Route, RoutePattern, Segment } from "./route.ts";
import { hasRest, isDynamic, isStatic, textOf } from "./route.ts";

/** A route with its place in the order and what is prepared for matching it, when a path first comes by. */
export class Entry<Target> {
  readonly route: Route<Target>;
  /** Place in the order: of several that fit, the lowest answers. */
  readonly rank: number;
  /** Of a static route, once somebody has asked: no route before it takes its path. */
  isFirst: boolean | undefined = undefined;
  #shape: Shape | undefined;

  constructor(route: Route<Target>, rank: number) {
    this.route = route;
    this.rank = rank;
  }

  get shape(): Shape {
    this.#shape ??= shapeOf(this.route.segments);
    return this.#shape;
  }
}

/** What there is to know of the segments of a route. */
export interface Shape {
  /** How many segments stand before the first one with a rest parameter. */
  readonly fixed: number;
  /** What each fixed segment gives: nothing, itself, or what its own matcher finds. */
  readonly takes: readonly (false | true | Capture)[];
  /** Matcher of the rest, when there is one. */
  readonly rest: Capture | undefined;
  /** The last segment is `[...name]`: what ends in a slash is inside of it. */
  readonly endsInRest: boolean;
}

function shapeOf(segments: readonly Segment[]): Shape {
  const firstRest = segments.findIndex(hasRest);
  const fixed = firstRest === -1 ? segments.length : firstRest;
  const last = segments.at(-1);
  return {
    fixed,
    takes: segments.slice(0, fixed).map((segment) => {
      if (isStatic(segment)) return false;
      return isDynamic(segment) || compileSegment(segment);
    }),
    rest: firstRest === -1 ? undefined : compileRest(segments.slice(fixed)),
    endsInRest: last !== undefined && isDynamic(last) && hasRest(last),
  };
}

/** What can follow the segments so far. What there is none of is absent. */
export interface Branches<Target> {
  /** By canonical spelling. */
  children?: Map<string, Node<Target>>;
  /** One node for each route: such segments are few, and two of them seldom share their text. */
  mixed?: { readonly capture: Capture; readonly node: Node<Target> }[];
  dynamic?: Node<Target>;
  /** Routes that end here, best first. */
  leaves?: Entry<Target>[];
  /** Routes whose rest begins here, best first. */
  rests?: Entry<Target>[];
}

/**
 * A place in the tree. What follows is sorted out when a path first comes by: the whole tree of 2,000 routes took a third
 * of the start of a host, and a process is asked for few of them at first.
 */
export class Node<Target> {
  /** The best rank of anything below. */
  readonly best: number;
  readonly #depth: number;
  /** Routes from here on, best first. */
  readonly #entries: Entry<Target>[];
  #branches: Branches<Target> | undefined;

  constructor(entries: Entry<Target>[], depth: number) {
    this.best = entries[0]?.rank ?? Number.POSITIVE_INFINITY;
    this.#entries = entries;
    this.#depth = depth;
  }

  /** Adds a route that comes after those which are here, before anybody has looked at the branches. */
  add(entry: Entry<Target>): void {
    this.#entries.push(entry);
  }

  get branches(): Branches<Target> {
    return this.#branches ?? this.open();
  }

  open(): Branches<Target> {
    // All properties in one order: a shape that is the same everywhere is quickly read.
    const branches: Branches<Target> = {
      children: undefined,
      mixed: undefined,
      dynamic: undefined,
      leaves: undefined,
      rests: undefined,
    };
    for (const entry of this.#entries) insert(branches, entry, this.#depth);
    this.#branches = branches;
    return branches;
  }
}

function insert<Target>(branches: Branches<Target>, entry: Entry<Target>, depth: number): void {
  // To know where it begins, a route need not be taken apart.
  const begin = depth === 0 ? plainBeginning(entry.route.pattern) : "";
  if (begin !== "") {
    addChild(branches, begin, entry, depth);
    return;
  }
  const { fixed, rest } = entry.shape;
  const segment = depth < fixed ? entry.route.segments[depth] : undefined;
  if (segment === undefined) {
    if (rest === undefined) branches.leaves = pushed(branches.leaves, entry);
    else branches.rests = pushed(branches.rests, entry);
  } else if (isStatic(segment)) {
    addChild(branches, canonicalText(textOf(segment)), entry, depth);
  } else if (isDynamic(segment)) {
    if (branches.dynamic === undefined) branches.dynamic = new Node([entry], depth + 1);
    else branches.dynamic.add(entry);
  } else {
    const node = new Node([entry], depth + 1);
    branches.mixed = pushed(branches.mixed, { capture: compileSegment(segment), node });
  }
}

function addChild<Target>(
  branches: Branches<Target>,
  text: string,
  entry: Entry<Target>,
  depth: number,
): void {
  branches.children ??= new Map();
  const child = branches.children.get(text);
  if (child === undefined) branches.children.set(text, new Node([entry], depth + 1));
  else child.add(entry);
}

/** The first segment of a pattern, when it is the same as text, in canonical spelling, and in the pattern; or nothing. */
function plainBeginning(pattern: string): string {
  const slashAt = pattern.indexOf("/", 1);
  const text = pattern.slice(1, slashAt === -1 ? pattern.length : slashAt);
  return PLAIN.test(text) ? text : "";
}

const PARAM = /\[[A-Za-z0-9_$.]+\]/;

/** Texts, and patterns, that are the same in all spellings. */
const PLAIN = /^[A-Za-z0-9\-._~/]*$/;

function pushed<Item>(list: Item[] | undefined, item: Item): Item[] {
  if (list === undefined) return [item];
  list.push(item);
  return list;
}

export interface RouteTable<Target = unknown> {
  /** In the order in which they are asked. */
  readonly routes: readonly Route<Target>[];
  /** Fully static routes by canonical path, the best of each. */
  readonly statics: ReadonlyMap<string, Entry<Target>>;
  readonly root: Node<Target>;
  /** Static texts that stand behind a rest parameter somewhere. */
  readonly textsAfterRest: ReadonlySet<string>;
}

/**
 * Sorts the routes and makes them a table.
 *
 * @param isSorted They are in order already, as a build leaves them.
 */
export function buildTable<Target>(
  routes: readonly Route<Target>[],
  isSorted = false,
): RouteTable<Target> {
  const sorted = isSorted ? routes : [...routes].sort(compareRoutes);
  const entries = sorted.map((route, rank) => new Entry(route, rank));
  const root = new Node(entries, 0);
  // What every request of the host comes by is there before the first.
  root.open();
  return {
    routes: sorted,
    statics: collectStatics(entries),
    root,
    textsAfterRest: collectTextsAfterRest(sorted),
  };
}

/** A fully static route is found at once, unless a better one might take its path; see `isFirst` in match.ts. */
function collectStatics<Target>(entries: readonly Entry<Target>[]): Map<string, Entry<Target>> {
  const statics = new Map<string, Entry<Target>>();
  for (const entry of entries) {
    const path = staticPath(entry.route);
    if (path !== undefined && !statics.has(path)) statics.set(path, entry);
  }
  return statics;
}

function staticPath(route: RoutePattern): string | undefined {
  const { pattern } = route;
  if (PLAIN.test(pattern)) return pattern === "/" ? "" : pattern;
  // What is in brackets may be text; then it has to be taken apart to be known.
  if (PARAM.test(pattern) || route.params.length > 0) return undefined;
  return route.segments.map((segment) => `/${canonicalText(textOf(segment))}`).join("");
}

function collectTextsAfterRest(routes: readonly RoutePattern[]): Set<string> {
  const texts = new Set<string>();
  for (const route of routes) {
    if (!route.pattern.includes("[...")) continue;
    const { segments } = route;
    for (const segment of segments.slice(segments.findIndex(hasRest))) {
      if (isStatic(segment)) texts.add(textOf(segment));
    }
  }
  return texts;
}
