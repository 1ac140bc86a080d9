// Bridges that are broken on purpose, one rule at a time: what stands between the guards and the bridge reads the target
// as a careless matcher would. The fuzzer has to find each of them.
import { runCampaign } from "./_campaign.ts";
import { OPTION_BREAKS } from "./_broken-options.ts";
import type { Found } from "./_campaign.ts";
import type { Rule } from "./_judge.ts";
import type { Noise } from "./_noise.ts";
import { planCampaign } from "./_run.ts";
import { HOSTS } from "./_setup.ts";
import type { Choices, FuzzHost, Misread, Mount, Setup } from "./_setup.ts";

export interface Break {
  /** What is wrong with the bridge. */
  name: string;
  /** The rule that has to notice. */
  rule: Rule;
  misread?: Misread;
  tamper?: Setup["tamper"];
  /** Options without which nothing would show. */
  choices?: Partial<Choices>;
  mount?: Mount["kind"];
  /** Hosts on which it shows (all of them). */
  hosts?: readonly FuzzHost[];
}

/** A change of the path alone. */
function path(name: string, change: (path: string) => string): Break {
  const misread: Misread = (target) => {
    const [before = ""] = target.split("?", 1);
    return change(before) + target.slice(before.length) || "/";
  };
  return { name, rule: "guard", misread };
}

const decode = (text: string): string =>
  text.replace(/%([2-7][0-9a-f])/gi, (triplet, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return /[\w.~-]/.test(char) ? char : triplet;
  });

const resolveDots = (text: string): string => {
  const segments: string[] = [];
  for (const segment of text.split("/").slice(1)) {
    if (segment === "..") segments.pop();
    else if (segment !== ".") segments.push(segment);
  }
  return `/${segments.join("/")}`;
};

/** Resolves what is spelled so, and no plain dots. */
const resolveAs = (text: string, spelling: RegExp): string =>
  spelling.test(text)
    ? resolveDots(text.replace(spelling, (dots) => (/^%2e$/i.test(dots) ? "." : "..")))
    : text;

const express = ["express 4", "express 5", "connect"] as const;

export const BREAKS: readonly Break[] = [
  ...OPTION_BREAKS,
  path("takes %2F for a slash", (text) => text.replace(/%2f/gi, "/")),
  path("takes %5C for a slash", (text) => text.replace(/%5c/gi, "/")),
  path("takes \\ for a slash", (text) => text.replaceAll("\\", "/")),
  path("collapses empty segments", (text) => text.replace(/\/{2,}/g, "/")),
  path("decodes what needs no escape", decode),
  path("decodes twice", (text) =>
    text.replace(/%25[2-7][0-9a-f]/gi, (triplet) => decode(`%${triplet.slice(3)}`)),
  ),
  path("does not mind the case", (text) => text.toLowerCase()),
  path("resolves dot segments", resolveDots),
  path("resolves escaped dot segments", (text) => resolveAs(text, /(?<=\/)%2e(?:%2e)?(?=\/|$)/gi)),
  path("takes `..;` for `..`", (text) => resolveAs(text, /(?<=\/)\.\.;(?=\/|$)/g)),
  path("strips path parameters", (text) => text.replace(/;[^/]*/g, "")),
  path("trims dots at the end of a segment", (text) => text.replace(/(?<=\w)\.+(?=\/|$)/g, "")),
  path("trims blanks at the end of a segment", (text) =>
    text.replace(/(?:%20|%09|\+)+(?=\/|$)/g, ""),
  ),
  path("ends a segment at %00", (text) => text.replace(/%00[^/]*/g, "")),
  path("drops broken escapes", (text) => text.replace(/%(?![0-9a-f]{2})[^/]{0,2}/gi, "")),
  path("reads overlong UTF-8", (text) =>
    text.replace(/%c([01])%([89ab][0-9a-f])/gi, (_, high: string, low: string) =>
      String.fromCharCode((Number(high) << 6) | (Number.parseInt(low, 16) & 63)),
    ),
  ),
  path("folds full-width letters", (text) =>
    text.replace(/%ef%b([cd])%([89ab][0-9a-f])/gi, (triplet) =>
      decodeURIComponent(triplet).normalize("NFKC"),
    ),
  ),
  { ...path("cuts the path at a #", (text) => text.split("#", 1)[0] ?? ""), rule: "canonical" },
  path("takes an absolute form for its path", (text) =>
    text.replace(/^https?:\/\/[^/]*(?=\/)/i, ""),
  ),
  {
    ...path("drops a slash at the end", (text) => text.replace(/(?<=.)\/$/, "")),
    hosts: ["express 4", "express 5"],
  },
  {
    name: "joins Host and path to a URL and reads that",
    rule: "guard",
    misread: (target, headers) => {
      const [, name, path] = /^([\w.]+)(\/[^?#]+)/.exec(String(headers.host)) ?? [];
      headers.host = name ?? headers.host;
      return path ?? target;
    },
  },
  {
    name: "believes X-Original-URL",
    rule: "guard",
    misread: (target, headers) => String(headers["x-original-url"] ?? target),
  },
  { ...path("shows another path than the one that came", (text) => `${text}x`), rule: "one path" },
  {
    ...path("leaves another URL to legacy", (text) => text.replace("legacy", "legac%79")),
    rule: "legacy",
  },
  { ...path("answers what is not canonical", resolveDots), rule: "canonical" },
  {
    name: "takes the origin from X-Forwarded-Host",
    rule: "origin",
    misread: (target, headers) => {
      headers.host = headers["x-forwarded-host"] ?? headers.host;
      return target;
    },
  },
  {
    name: "fails on %zz",
    rule: "500",
    hosts: express,
    misread: (target) => {
      if (target.includes("%zz")) throw new Error("broken");
      return target;
    },
  },
  {
    name: "says something on stderr",
    rule: "noise",
    misread: (target) => {
      if (target.includes(";")) process.stderr.write("a semicolon\n");
      return target;
    },
  },
  {
    name: "never goes on after \\",
    rule: "hang",
    hosts: express,
    misread: (target) => (target.includes("\\") ? undefined : target),
  },
];

export interface BreakFound {
  /** Requests until then. */
  cases: number;
  milliseconds: number;
  found: Found | undefined;
}

/** Fuzzes a broken bridge until that is noticed, or so many requests are used up. */
export async function findBreak(
  { rule, misread, tamper, choices, mount, hosts = HOSTS }: Break,
  { seed, most, noise }: { seed: number; most: number; noise: Noise },
): Promise<BreakFound> {
  const start = Date.now();
  let cases = 0;
  for (let campaign = 0; cases < most; campaign++) {
    const host = hosts[campaign % hosts.length] as FuzzHost;
    const plan = planCampaign(host, seed, campaign);
    if (mount !== undefined && plan.setup.mount.kind !== mount) continue;
    const setup: Setup = {
      ...plan.setup,
      choices: { ...plan.setup.choices, ...choices },
      ...(misread && { misread }),
      ...(tamper && { tamper }),
    };
    const outcome = await runCampaign({
      ...plan,
      setup,
      noise,
      cases: 200,
      rules: [rule],
      patience: 500,
    });
    cases += outcome.cases;
    const [found] = outcome.found;
    if (found) return { cases, milliseconds: Date.now() - start, found };
  }
  return { cases, milliseconds: Date.now() - start, found: undefined };
}
