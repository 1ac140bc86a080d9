// Where a rewrite leads, written down a second time: the target's answer or a 404, and nothing else.
import { naiveMatch } from "../properties/_naive-routes.ts";
import type { WireAnswer } from "./_client.ts";
import type { Order } from "./_moves.ts";
import { orderOf, urlOf } from "./_moves.ts";
import type { Echo } from "./_pages.ts";
import { normalPathOf, partsOf, rawPathOf, searchOf, whyForeign } from "./_reference.ts";
import { headerValues } from "./_request.ts";
import type { WireRequest } from "./_request.ts";
import type { Setup } from "./_setup.ts";
import { isSlashAllowed } from "./_slashes.ts";
import { answers } from "./_tables.ts";

/** Where a request is to be answered: by its own target, or by that of a rewrite. */
export interface Aimed {
  mount: string;
  /** The path below the mount. */
  inside: string;
  /** The query as a URL has it. */
  search: string;
  rule: string;
}

/** The order that a request's page will follow. */
export function followedOrder(setup: Setup, request: WireRequest): Order | undefined {
  return setup.choices.rewrites ? orderOf(request) : undefined;
}

/** What a rewrite aims at; `undefined` where the payload names nothing. */
export function aimOf(setup: Setup, request: WireRequest, order: Order): Aimed | undefined {
  const path = rawPathOf(request.target, setup) ?? "";
  const source = partsOf(path, setup);
  const mount = source && source.mount !== "" ? normalPathOf(source.mount) : "";
  const { trailingSlash = "ignore" } = setup.choices;
  // Nobody is sent to another spelling here: a rest parameter takes the slash.
  const rule = trailingSlash === "never" ? "strict" : trailingSlash;
  const search = searchOf(request.target, path);
  const { pathname } = urlOf(order, new URL("http://reference.test/"));
  if (order.as === "request") return { ...cut(pathname, mount), search, rule };
  if (order.as === "url") return { ...cut(collapse(pathname), mount), search, rule };
  if (/^[a-z][a-z0-9+.-]*:/i.test(order.target)) return undefined;
  const [beforeHash = "", ...hashes] = order.target.split("#");
  const [text = ""] = beforeHash.split("?", 1);
  const encoded = collapse(`/${text}`).replace(/[^\x21-\x7e]+/g, encodeURIComponent);
  const own = searchOf(beforeHash, text);
  const hash = hashes.length > 0 ? new URL(`http://h/#${hashes.join("#")}`).href.slice(9) : "";
  return { ...cut(encoded, mount), search: own + hash, rule };
}

function collapse(path: string): string {
  return path.replace(/\/{2,}/g, "/");
}

function cut(path: string, mount: string): { mount: string; inside: string } {
  const isBelow = mount !== "" && `${path}/`.startsWith(`${mount}/`);
  const inside = isBelow ? path.slice(mount.length) || "/" : path;
  return { mount, inside: inside.replace(/%[0-9a-f]{2}/gi, (triplet) => triplet.toUpperCase()) };
}

/** The file that has to answer, where the slow matcher can tell; it is one of priorities, not of slashes. */
export function fileFor(setup: Setup, { mount, inside, rule }: Aimed): string | undefined {
  const path = inside === "" ? "/" : inside;
  const hasSlash = path.length > 1 && path.endsWith("/");
  const isKnown = hasSlash ? rule === "ignore" : rule !== "always" || path === "/";
  if (!isKnown || whyForeign(path) !== undefined) return undefined;
  const found = naiveMatch(Object.keys(setup.table.files), path);
  return found && isSlashAllowed(found.file, { mount, inside }, rule) ? found.file : undefined;
}

/** What is wrong with the answer of a request that was rewritten to no page. */
export function whyLost(
  setup: Setup,
  request: WireRequest,
  { status, lines }: WireAnswer,
): string | undefined {
  const order = followedOrder(setup, request);
  const isMoved = headerValues(lines, "x-rewritten").length > 0;
  if (order === undefined || !isMoved) return `${status} without a rewrite`;
  const isEndless = order.by !== "next" && order.times > 2;
  if (status === 508 && isEndless) return undefined;
  if (status !== 404) return `a rewrite to ${JSON.stringify(order.target)} ended in ${status}`;
  const aimed = aimOf(setup, request, order);
  const file = aimed && fileFor(setup, aimed);
  if (file === undefined || !answers(setup.table, file, request.method)) return undefined;
  return `a rewrite to ${JSON.stringify(order.target)} was a 404, and ${file} is there`;
}

/** What is wrong with the way that a request took to the page that answered it. */
export function whyNotMoved(order: Order | undefined, { moves = 0 }: Echo): string | undefined {
  const most = order === undefined ? 0 : order.by === "next" ? 1 : 2;
  if (moves > most) return `rewritten ${moves} times`;
  return order !== undefined && moves === 0 ? "was not rewritten" : undefined;
}
