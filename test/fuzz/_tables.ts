// What stands behind the hosts: page files, and the areas that guards watch.
import type { Random } from "./_random.ts";

/** Page files, by name; the methods they export. */
export interface PageTable {
  files: Record<string, string[]>;
  /** Static folders that the host guards: `/admin`. */
  areas: string[];
}

const ALL = ["ALL"];

/** Guarded folders, params, rests, mixed segments, odd names, and methods that are left to legacy. */
const RICH: PageTable = {
  files: {
    "index.ts": ALL,
    "public.ts": ["GET"],
    "admin/index.ts": ALL,
    "admin/secret.ts": ALL,
    "admin/users/[id].ts": ["GET", "PUT"],
    "admin/files/[...path].ts": ALL,
    "admin/[a]-[b].ts": ["GET"],
    "api/admin/secret.ts": ALL,
    "api/admin/[...rest].ts": ["GET", "POST"],
    "users/[id].ts": ALL,
    "users/[id]/comments.ts": ["GET"],
    "files/[...path].ts": ["GET", "POST"],
    "[name].json.ts": ["GET"],
    "sp ace/ünï.ts": ["GET"],
    "dot.ted/a~b.ts": ALL,
  },
  areas: ["/admin", "/api/admin", "/sp ace"],
};

/** The same folders below params that take everything: what is another spelling must not fall into them. */
const GREEDY: PageTable = {
  files: {
    "admin/secret.ts": ALL,
    "admin/[id].ts": ALL,
    "[slug].ts": ALL,
    "[slug]/[id].ts": ALL,
    "[...all].ts": ALL,
  },
  areas: ["/admin"],
};

const NAMES = ["admin", "secret", "api", "users", "a.b", "sp ace", "ü", "x~y"];
const MORE = [
  "index",
  "[id]",
  "[slug]",
  "a-[x]",
  "[x].json",
  "[x]-[y]",
  "[...rest]",
  "pre-[...rest]",
];

/** One of the fixed tables, or a small one of its own. */
export function drawTable(random: Random): PageTable {
  const kind = random.below(4);
  if (kind === 0) return RICH;
  if (kind === 1) return GREEDY;
  const files: PageTable["files"] = { "admin/secret.ts": ALL };
  const shapes = new Set(["admin/secret"]);
  const areas = new Set(["/admin"]);
  for (let count = 2 + random.below(5); count > 0; count--) {
    const segments: string[] = [];
    for (let depth = random.below(3); depth > 0; depth--) {
      segments.push(random.pick(random.chance(0.7) ? NAMES : ["[p]", "a-[q]", "[...r]"]));
    }
    segments.push(random.pick(random.chance(0.4) ? NAMES : MORE));
    const name = segments.join("/");
    const names = name.match(/\w+(?=\])/g) ?? [];
    // Two files of one shape stop the start, as two params of one name do.
    const shape = name.replace(/(?:^|\/)index$/, "").replace(/\w+(?=\])/g, "");
    if (shapes.has(shape) || new Set(names).size < names.length) continue;
    shapes.add(shape);
    files[`${name}.ts`] = random.pick([ALL, ALL, ["GET"], ["GET", "POST"]]);
    const [first = ""] = segments;
    if (segments.length > 1 && isGuardable(first)) areas.add(`/${first}`);
  }
  return { files, areas: [...areas] };
}

/**
 * Whether a text has one spelling only. `ü` has two, `%C3%BC` and `%c3%bc`, and both are ours; to a host that minds the
 * case they are two paths, and who guards the one has to guard the other.
 */
export function isGuardable(text: string): boolean {
  return /^[\w\-.~ /]+$/.test(text);
}

/** The folder or file of a page as a path: `/admin/users/[id]`. */
export function patternOf(file: string): string {
  const path = `/${file.replace(/\.ts$/, "")}`;
  return path.replace(/\/index$/, "") || "/";
}

/** A text of a file name as it stands in a URL. */
export function encodeText(text: string): string {
  return encodeURI(text);
}

/** Whether a path is a folder or inside of it. */
export function isInside(path: string, area: string): boolean {
  return path === area || path.startsWith(`${area}/`);
}

/** Whether a file answers a method. */
export function answers({ files }: PageTable, file: string, method: string): boolean {
  const methods = files[file] ?? [];
  return methods.includes("ALL") || methods.includes(method === "HEAD" ? "GET" : method);
}
