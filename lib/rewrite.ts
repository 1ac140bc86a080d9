// Where a rewrite goes: payload → the same request at another place. No target is ever fetched, and none
// reaches a route by another spelling than its own.
import { bridgeError } from "./errors.ts";
import { fromRequest, MovedIncoming, searchOf, withoutMount } from "./incoming.ts";
import { normalPath } from "./routes/path.ts";
import type { Incoming, RewritePayload } from "./types.ts";

/** How often the chain may run for one request: twice rewritten is the most. */
export const MAX_RUNS = 3;

/**
 * The request as the target of a rewrite shall see it.
 *
 * @param payload A string is a path from the root, whatever it begins with; of a URL the origin is shown, but the
 * path is answered here; a Request is used as it is.
 * @param source The request so far.
 * @param request The Request, when it was built already.
 * @param keep Whether the old Request stays readable (`next(payload)`), or hands its body over.
 * @returns `undefined` when the payload names no path of ours.
 * @throws BridgeError `STARBRIDGE_REWRITE_WITH_BODY_USED`
 */
export function resolvePayload(
  payload: RewritePayload,
  source: Incoming,
  request: Request | undefined,
  keep: boolean,
): Incoming | undefined {
  if (isRequest(payload)) {
    const { clientAddress, mount, host } = source;
    return fromRequest(payload, { clientAddress, mount, host });
  }
  if (request?.bodyUsed) throw bridgeError("REWRITE_WITH_BODY_USED");
  const place = payload instanceof URL ? placeOfUrl(payload) : placeOfText(String(payload));
  if (place === undefined) return undefined;
  const pathname = withoutMount(place.pathname, source.mount);
  const href = (place.origin ?? source.origin) + source.mount + normalPath(pathname) + place.search;
  const moved =
    request === undefined ? undefined : new Request(href, keep ? request.clone() : request);
  return new MovedIncoming(source, moved, { ...place, pathname });
}

/** Told by its shape: a library may have brought a class of its own. */
function isRequest(payload: RewritePayload): payload is Request {
  if (typeof payload !== "object" || payload === null) return false;
  return "method" in payload && "url" in payload;
}

interface Place {
  /** `undefined`: that of the request. */
  readonly origin: string | undefined;
  readonly pathname: string;
  /** Query and fragment. */
  readonly search: string;
}

function placeOfUrl(url: URL): Place {
  return { origin: url.origin, pathname: collapse(url.pathname), search: searchOf(url) + url.hash };
}

function placeOfText(text: string): Place | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(text)) return undefined;
  const hashAt = text.indexOf("#");
  const beforeHash = hashAt === -1 ? text : text.slice(0, hashAt);
  const hash = hashAt === -1 ? "" : text.slice(hashAt);
  const queryAt = beforeHash.indexOf("?");
  const path = queryAt === -1 ? beforeHash : beforeHash.slice(0, queryAt);
  const search = queryAt === -1 ? "" : beforeHash.slice(queryAt);
  const pathname = encode(collapse(`/${path}`));
  if (pathname === undefined) return undefined;
  return { origin: undefined, pathname, search: search + hash };
}

function collapse(pathname: string): string {
  return pathname.replace(/\/{2,}/g, "/");
}

/** What a URL would escape: everything that is not printable ASCII. */
function encode(pathname: string): string | undefined {
  try {
    return pathname.replace(/[^\x21-\x7e]+/g, (text) => encodeURIComponent(text));
  } catch {
    return undefined; // half a surrogate pair
  }
}
