// The authority of a request is data (RFC 3986 section 3.2, without what the Web's URLs refuse): it can name a
// host and a port, and never add to a path or a query.
import { isIPv6 } from "node:net";
import { bridgeError } from "../errors.ts";
import type { NodeRequest } from "./messages.ts";
import { headerOf } from "./messages.ts";

const AUTHORITY = /^(?:\[([0-9A-Fa-f:.]+)\]|[A-Za-z0-9\-._~!$&'()*+;=]+)(?::(\d{0,5}))?$/;

// One host asks over and over; what differs per request (an attack) must not grow. The latest is compared as it is:
// to look it up, its text has to be joined and hashed first.
const known = new Map<string, string>();
const MOST_KNOWN = 16;
let latest = { protocol: "", authority: "", origin: "" };

/**
 * Scheme and authority as a URL writes them: `https://example.com`.
 *
 * @param protocol `http` or `https`.
 * @param authority What the client sent, or the proxy that the host trusts.
 * @throws BridgeError `STARBRIDGE_BAD_HOST` when it is not a name or address with, at most, a port.
 */
export function toOrigin(protocol: "http" | "https", authority: string): string {
  if (latest.authority === authority && latest.protocol === protocol) return latest.origin;
  const key = `${protocol}://${authority}`;
  let origin = known.get(key);
  if (origin === undefined) {
    origin = parseOrigin(key, authority);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(key, origin);
  }
  latest = { protocol, authority, origin };
  return origin;
}

/** What stands for an authority that is missing: only HTTP/1.0 may come without one. */
export function fallbackAuthority(req: NodeRequest): string {
  return req.httpVersion === "1.0" && headerOf(req, "host") === undefined ? "localhost" : "";
}

function parseOrigin(url: string, authority: string): string {
  const parts = AUTHORITY.exec(authority);
  const [, address, port] = parts ?? [];
  // A name may still be none for a URL: 1.2.3.4.5.
  if (
    parts === null ||
    (address !== undefined && !isIPv6(address)) ||
    Number(port ?? 0) > 65_535 ||
    !URL.canParse(url)
  ) {
    throw bridgeError("BAD_HOST", { host: authority });
  }
  return new URL(url).origin;
}
