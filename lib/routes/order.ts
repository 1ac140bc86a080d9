// Which route is asked first: Astro's order, segment by segment. Numbers of cases: test/lib/routes/order.test.ts
import type { Route, RoutePattern, Segment } from "./route.ts";
import { hasRest, isDynamic, isStatic, textOf } from "./route.ts";

// A fixed locale: the order of routes must not depend on the machine's. Made when it is needed: it takes milliseconds, and
// what a build has made is in order.
let alphabet: Intl.Collator | undefined;

function compareTexts(a: string, b: string): number {
  alphabet ??= new Intl.Collator("en");
  return alphabet.compare(a, b) || compareCodeUnits(a, b);
}

/** Negative when `a` is asked before `b`. */
export function compareRoutes(a: RoutePattern, b: RoutePattern): number {
  const shared = Math.min(a.segments.length, b.segments.length);
  for (let at = 0; at < shared; at++) {
    const order = compareSegments(a.segments[at] as Segment, b.segments[at] as Segment);
    if (order !== 0) return order;
  }
  const longer = a.segments.length - b.segments.length;
  if (longer !== 0) return compareLengths(a, b, longer);
  return compareTexts(a.pattern, b.pattern);
}

function compareSegments(a: Segment, b: Segment): number {
  const aStatic = isStatic(a);
  const bStatic = isStatic(b);
  if (aStatic && bStatic) {
    const aText = textOf(a);
    const bText = textOf(b);
    return aText === bText ? 0 : compareTexts(aText, bText);
  }
  if (aStatic !== bStatic) return aStatic ? -1 : 1;
  const aDynamic = isDynamic(a);
  const bDynamic = isDynamic(b);
  if (aDynamic !== bDynamic) return aDynamic ? 1 : -1;
  const aRest = hasRest(a);
  const bRest = hasRest(b);
  if (aRest !== bRest) return aRest ? 1 : -1;
  return 0;
}

/** Longer first; but `/foo` before `/foo/[...bar]`, which also answers it. */
function compareLengths(a: RoutePattern, b: RoutePattern, longer: number): number {
  const aRest = endsInRest(a);
  const bRest = endsInRest(b);
  if (aRest !== bRest && Math.abs(longer) === 1 && (longer > 0 ? aRest : bRest)) {
    return longer > 0 ? 1 : -1;
  }
  return longer > 0 ? -1 : 1;
}

function endsInRest(route: RoutePattern): boolean {
  const last = route.segments.at(-1);
  return last !== undefined && isDynamic(last) && hasRest(last);
}

function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Two routes of which the second can never answer, because the first takes the same paths. */
export interface Collision<Target> {
  readonly first: Route<Target>;
  readonly second: Route<Target>;
  /** Both are the same text, or differ in names of parameters only. */
  readonly kind: "same" | "equivalent";
}

/**
 * Finds routes that collide, in a sorted list.
 *
 * @param isPartial Whether a route answers some of its paths only, and leaves the others to the next one.
 */
export function findCollisions<Target>(
  routes: readonly Route<Target>[],
  isPartial: (route: Route<Target>) => boolean,
): Collision<Target>[] {
  const seen = new Map<string, Route<Target>>();
  const collisions: Collision<Target>[] = [];
  for (const route of routes) {
    const shape = shapeOf(route);
    const first = seen.get(shape);
    if (first === undefined || isPartial(first)) seen.set(shape, route);
    else {
      const kind = first.pattern === route.pattern ? "same" : "equivalent";
      collisions.push({ first, second: route, kind });
    }
  }
  return collisions;
}

/** The pattern with the names of its parameters blanked out. */
function shapeOf(route: RoutePattern): string {
  const segments = route.segments.map((segment) =>
    segment.map((part) => (part.kind === "text" ? `t${part.value}` : part.kind)).join("\u0000"),
  );
  return segments.join("\u0001");
}
