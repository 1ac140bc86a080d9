// One host as a value: which framework, with which options, the bridge mounted where, over which files.
import type { BridgeOptions } from "starbridge";
import type { Random } from "./_random.ts";
import { drawTable } from "./_tables.ts";
import type { PageTable } from "./_tables.ts";

export const HOSTS = [
  ...(["express 4", "express 5", "fastify", "middie", "connect", "node:http", "http2"] as const),
];
export type FuzzHost = (typeof HOSTS)[number];

/** How the bridge hangs in its host. */
export interface Mount {
  /** The whole mount path: empty, `/mnt`, `/t/:tenant`. */
  path: string;
  /** Its parts, outermost first, where something is nested in something. */
  parts: string[];
  /** Express: what the parts are made of. Plain Node: `alone` is the bridge as the listener, with no host behind it. */
  kind: "app" | "router" | "sub-app" | "alone";
}

/** Gives the target that a broken bridge would see; `undefined`: it never goes on, which only Express and connect show. */
export type Misread = (target: string, headers: Record<string, unknown>) => string | undefined;

/** Options of the bridge. */
export interface Choices {
  /** `undefined`: the host's own strictness. */
  trailingSlash: "always" | "never" | "ignore" | undefined;
  checkOrigin: boolean | "astro";
  /** Middleware and pages rewrite where the header `x-rewrite` tells them to. */
  rewrites: boolean;
}

export interface Setup {
  host: FuzzHost;
  mount: Mount;
  table: PageTable;
  /** Settings of Express, or Fastify's router options. */
  flags: Record<string, boolean>;
  /** The host believes its proxy. */
  trustsProxy: boolean;
  /** A body parser stands in front of the bridge. */
  parsesBodies: boolean;
  choices: Choices;
  /**
   * Breaks the bridge on purpose: what it gets for a target, once the guards have read the true one.
   * For the tests of the fuzzer itself.
   */
  misread?: Misread;
  /** The same for the bridge's options: what it gets instead of those that the judge believes in. */
  tamper?: (options: BridgeOptions) => BridgeOptions;
}

const mount = (kind: Mount["kind"], ...parts: string[]): Mount => {
  return { path: parts.join(""), parts, kind };
};

const EXPRESS_MOUNTS = [
  mount("app"),
  mount("app", "/mnt"),
  mount("router", "/a", "/b"),
  mount("router", "/t/:tenant"),
  mount("sub-app", "/sub"),
];
const NODE_MOUNTS = [mount("app"), mount("alone")];
const MOUNTS: Record<FuzzHost, Mount[]> = {
  "express 4": EXPRESS_MOUNTS,
  "express 5": EXPRESS_MOUNTS,
  fastify: [
    mount("app"),
    mount("app", "/mnt"),
    mount("app", "/a", "/b"),
    mount("app", "/t/:tenant"),
  ],
  middie: [mount("app"), mount("app", "/mnt")],
  connect: [mount("app"), mount("app", "/mnt"), mount("router", "/a", "/b")],
  "node:http": NODE_MOUNTS,
  http2: NODE_MOUNTS,
};

const ROUTER_OPTIONS = [
  ...["caseSensitive", "ignoreTrailingSlash", "ignoreDuplicateSlashes", "useSemicolonDelimiter"],
];
const FLAGS: Record<FuzzHost, string[]> = {
  "express 4": ["strict routing", "case sensitive routing"],
  "express 5": ["strict routing", "case sensitive routing"],
  fastify: ROUTER_OPTIONS,
  middie: ROUTER_OPTIONS,
  connect: [],
  "node:http": [],
  http2: [],
};
const TRUSTING: readonly FuzzHost[] = ["express 4", "express 5", "fastify"];

/** How many kinds of a host there are: every mount with every combination of its options. */
export function countSetups(host: FuzzHost): number {
  return MOUNTS[host].length * 2 ** FLAGS[host].length;
}

/** One kind of a host; as many in a row as there are cover them all. */
export function drawSetup(random: Random, host: FuzzHost, campaign: number): Setup {
  const kind = campaign % countSetups(host);
  const mounts = MOUNTS[host];
  const bits = Math.floor(kind / mounts.length);
  return {
    host,
    mount: mounts[kind % mounts.length] as Mount,
    table: drawTable(random),
    flags: Object.fromEntries(FLAGS[host].map((flag, at) => [flag, ((bits >> at) & 1) === 1])),
    trustsProxy: TRUSTING.includes(host) && random.chance(0.3),
    parsesBodies: random.chance(0.4),
    choices: {
      trailingSlash: random.pick([undefined, undefined, "always", "never", "ignore"]),
      checkOrigin: random.pick([false, false, true, true, "astro"]),
      rewrites: random.chance(0.4),
    },
  };
}

/** In one line, for people. */
export function describeSetup({
  host,
  mount: { path, kind },
  flags,
  table,
  ...rest
}: Setup): string {
  const on = Object.keys(flags).filter((flag) => flags[flag]);
  if (rest.trustsProxy) on.push("trusts proxy");
  if (rest.parsesBodies) on.push("parses bodies");
  const { trailingSlash, checkOrigin, rewrites } = rest.choices;
  on.push(`trailingSlash ${trailingSlash}`, `checkOrigin ${checkOrigin}`);
  if (rewrites) on.push("rewrites");
  const files = Object.entries(table.files).map(([file, methods]) => `${file} (${methods})`);
  const place = `mounted at ${path || "the root"} (${kind})`;
  return `${host}, ${place}, options: ${on.join(", ")}; files: ${files.join(", ")}`;
}
