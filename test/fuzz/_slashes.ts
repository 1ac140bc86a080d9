// `trailingSlash`, written down a second time: which spellings a file answers, and which are sent to another.
import { normalPathOf, partsOf, rawPathOf, searchOf, whyForeign } from "./_reference.ts";
import type { WireRequest } from "./_request.ts";
import type { Setup } from "./_setup.ts";
import { patternOf } from "./_tables.ts";

/** What decides: the option, or the host's own strictness, under which only a rest parameter takes a slash. */
export function slashRuleOf({ host, flags, choices }: Setup): string {
  if (choices.trailingSlash !== undefined) return choices.trailingSlash;
  if (host.startsWith("express")) return flags["strict routing"] ? "strict" : "ignore";
  if (host === "fastify") return flags.ignoreTrailingSlash ? "ignore" : "strict";
  return "ignore";
}

/** Whether a rule lets a file answer a path, as far as the slash at its end is concerned. */
export function isSlashAllowed(file: string, { mount, inside }: Place, rule: string): boolean {
  const segments = patternOf(file).split("/").slice(1);
  const last = segments.at(-1) ?? "";
  if (last === "") {
    if (mount === "") return true;
    return rule === "always" ? inside === "/" : rule !== "never" || inside === "";
  }
  const hasSlash = inside.endsWith("/");
  const looksLikeFile = /.\.\w+$/.test(last);
  // What takes everything takes the mount path itself.
  if (inside === "" || inside === "/") return rule !== "never" || mount === "" || !hasSlash;
  if (looksLikeFile) return !hasSlash;
  if (rule === "always") return hasSlash;
  if (rule === "never") return !hasSlash;
  return rule === "ignore" || !hasSlash || segments.some((text) => text.includes("[..."));
}

interface Place {
  mount: string;
  inside: string;
}

/** Prefixes that are nobody's page. */
const INTERNAL = /^\/(?:[_@./\\]|%5c)/i;

/** Where a request is sent for its slash; `undefined`: nowhere. */
export function redirectOf(setup: Setup, { target }: WireRequest): string | undefined {
  const path = rawPathOf(target, setup);
  if (path === undefined) return undefined;
  const search = searchOf(target, path, "raw");
  if (setup.mount.kind === "alone") {
    const to = respelled(path, setup.choices.trailingSlash ?? "ignore");
    return to && to + search;
  }
  const parts = partsOf(path, setup);
  if (parts === undefined || whyForeign(path) !== undefined) return undefined;
  const mount = normalPathOf(parts.mount);
  const inside = path.slice(parts.mount.length);
  if (setup.choices.trailingSlash === "always" && mount !== "/" && inside === "") {
    return `${mount}/${search}`;
  }
  // With a host behind the bridge, only what has a route is sent on: a rest parameter, and the mount path itself.
  const isLong = setup.choices.trailingSlash === "never" && inside.endsWith("/");
  if (!isLong || inside + mount === "//") return undefined;
  return (mount === "/" ? "" : mount) + inside.slice(0, -1) + search;
}

/** Whether a redirect has to be, wherever it may be: with no host there is nobody else to say it. */
export function mustRedirect(setup: Setup): boolean {
  return setup.mount.kind === "alone";
}

function respelled(path: string, rule: string): string | undefined {
  if (path === "/" || path === "" || INTERNAL.test(path)) return undefined;
  const [, bare = "", slashes = ""] = /^(.*?)(\/*)$/s.exec(path) ?? [];
  const isFile = /\.[^/.]+$/.test(bare);
  let wanted = slashes === "" ? "" : "/";
  if (rule === "always" && !isFile) wanted = "/";
  if (rule === "never") wanted = "";
  return wanted === slashes ? undefined : bare + wanted;
}
