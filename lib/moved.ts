// A route whose answer is another URL: one of the `redirects` option, or another spelling of its own.
import { answerRedirect } from "./redirects.ts";
import type { RouteMatch } from "./routes/match.ts";
import { answerSlashRedirect } from "./trailing-slash.ts";
import type { BridgeOptions, Incoming } from "./types.ts";
import type { Target } from "./view.ts";

/**
 * The redirect that answers a request before any middleware, if one does.
 *
 * @param rule The `trailingSlash` option; the host's strictness needs no redirect.
 */
export function answerMoved(
  incoming: Incoming,
  match: RouteMatch<Target>,
  rule: BridgeOptions["trailingSlash"],
): Response | undefined {
  const { target } = match.route;
  if (target.kind === "redirect") {
    return answerRedirect(target, incoming.method, match.rawParams, incoming.mount);
  }
  const { mount, pathname } = incoming;
  if (mount === "" && !match.hasSurplusSlash) return undefined;
  const { method, search } = incoming;
  // The mount path itself is the one root that can be spelled with and without a slash.
  if (mount !== "" && pathname === "" && rule === "always") {
    return answerSlashRedirect(`${mount}/${search}`, method);
  }
  const isMountWithSlash = mount !== "" && pathname === "/";
  const isSurplus = isMountWithSlash && rule === "never";
  if (!match.hasSurplusSlash && !isSurplus) return undefined;
  return answerSlashRedirect(mount + pathname.slice(0, -1) + search, method);
}
