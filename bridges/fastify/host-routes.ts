// Routes that the host has declared, before us and after. Fastify tells of those that come later only (`onRoute`), and of all
// of them in one place: what `printRoutes()` prints. It is read when a file has come while the host runs.
import type { FastifyInstance, HTTPMethods } from "fastify";
import type { App } from "../../lib/app.ts";
import { readConstraints } from "./constraints.ts";
import type { Holdings } from "./holdings.ts";
import type { RouterOptions } from "./host.ts";
import type { Pattern } from "./patterns.ts";
import { endBefore, parsePattern } from "./patterns.ts";

export interface HostRoute extends Pattern {
  /** Whether it is for some of the requests that fit its URL. */
  readonly isConstrained: boolean;
  /** Whether they are those that ask for a version. */
  readonly isVersioned: boolean;
}

/**
 * Gives the routes of a method. Asked once the host runs: from then on they stay as they are.
 */
export function createHostRoutes(
  fastify: FastifyInstance,
  router: RouterOptions,
  holdings: Holdings,
  onConflict: App["config"]["onConflict"],
): (method: string) => readonly HostRoute[] {
  const known = new Map<string, readonly HostRoute[]>();
  // Those of ours that have no constraint to know them by.
  const isHeld = (method: string, { shape }: Pattern): boolean =>
    onConflict !== "pages" && holdings.holderOf(method, shape) !== undefined;
  const read = (method: string): HostRoute[] => {
    const text = fastify.printRoutes({ method: method as HTTPMethods });
    return [...readTree(text, method)].flatMap(({ url, constraints }) => {
      const pattern = parsePattern(url, router);
      const kind = constraints && readConstraints(fastify, constraints);
      if (kind === "ours" || (kind === undefined && isHeld(method, pattern))) return [];
      const isVersioned = constraints?.includes('"version":') === true;
      return [{ ...pattern, isConstrained: kind === "other", isVersioned }];
    });
  };
  return (method) => {
    const routes = known.get(method) ?? read(method);
    known.set(method, routes);
    return routes;
  };
}

interface Printed {
  readonly url: string;
  readonly constraints: string | undefined;
}

/** The tree of a router: a line for each node, and one more for each further route of the same node. */
function* readTree(text: string, method: string): Generator<Printed> {
  const parents: string[] = [];
  for (const line of text.split("\n")) {
    const [, indent = "", branch, rest = ""] = /^((?:│ {3}| {4})*)([├└]── )?(.*)$/.exec(line) ?? [];
    const leaf = new RegExp(`^(.*?) \\(${method}\\)(?: (\\{.*\\}))?$`).exec(rest);
    const depth = indent.length / 4;
    if (branch !== undefined) {
      parents.length = depth;
      parents.push((parents.at(-1) ?? "") + urlOfNode(leaf?.[1] ?? rest));
    }
    if (leaf === null) continue;
    yield { url: parents.at(-1) as string, constraints: leaf[2] };
  }
}

function urlOfNode(text: string): string {
  if (text === "(empty root node)") return "";
  if (text === "*") return text;
  // The text of a `::` that others share what stands before it with is printed like a parameter, and taken for one.
  if (!/^:[^:]/.test(text)) return text.replaceAll(":", "::");
  // A parameter with all the names that it was given: `:id|:name`.
  return text.slice(0, endBefore("|", text, 0));
}
