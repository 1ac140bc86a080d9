// What a proxy says, for hosts that have no proxy trust of their own (connect, plain http): believed only
// where `allowedDomains` says so, each header by itself, as in Astro.
import type { DomainPattern } from "../types.ts";

/** What is known of a request before its forwarded headers are looked at. */
export interface DirectFacts {
  protocol: "http" | "https";
  authority: string | undefined;
}

/** What its forwarded headers say, as far as they are believed. */
export interface ForwardedFacts {
  protocol: "http" | "https";
  authority: string | undefined;
  address: string | undefined;
}

/**
 * Reads the `X-Forwarded-*` headers.
 *
 * @param header Gives a header's value.
 * @param direct What the connection itself says.
 * @param patterns The hosts that are believed; none: no header is.
 */
export function readForwarded(
  header: (name: string) => string | undefined,
  direct: DirectFacts,
  patterns: readonly DomainPattern[],
): ForwardedFacts {
  if (patterns.length === 0) {
    return { protocol: direct.protocol, authority: direct.authority, address: undefined };
  }
  const protocol = believedProtocol(first(header("x-forwarded-proto")), patterns);
  const port = believedPort(first(header("x-forwarded-port")), patterns);
  const forwardedHost = first(header("x-forwarded-host"));
  const host = believedHost(forwardedHost, protocol ?? "https", port, patterns);
  const authority = host ?? direct.authority;
  const trusted =
    host !== undefined ||
    believedHost(direct.authority, direct.protocol, undefined, patterns) !== undefined;
  return {
    protocol: protocol ?? direct.protocol,
    authority:
      authority === undefined || port === undefined || /:\d+$/.test(authority)
        ? authority
        : `${authority}:${port}`,
    address: trusted ? first(header("x-forwarded-for")) : undefined,
  };
}

function first(value: string | undefined): string | undefined {
  return value?.split(",", 1)[0]?.trim() || undefined;
}

function believedProtocol(
  protocol: string | undefined,
  patterns: readonly DomainPattern[],
): "http" | "https" | undefined {
  if (protocol !== "http" && protocol !== "https") return undefined;
  const named = patterns.filter((pattern) => pattern.protocol !== undefined);
  if (named.length === 0 || named.some((pattern) => pattern.protocol === protocol)) return protocol;
  return undefined;
}

function believedPort(
  port: string | undefined,
  patterns: readonly DomainPattern[],
): string | undefined {
  return port !== undefined && patterns.some((pattern) => pattern.port === port) ? port : undefined;
}

function believedHost(
  host: string | undefined,
  protocol: string,
  port: string | undefined,
  patterns: readonly DomainPattern[],
): string | undefined {
  const parts = host === undefined ? null : /^([^:/\\]+)(?::(\d+))?$/.exec(host);
  if (parts === null) return undefined;
  const hostname = (parts[1] as string).toLowerCase();
  const atPort = port ?? parts[2];
  const matches = patterns.some(
    (pattern) =>
      (pattern.protocol === undefined || pattern.protocol === protocol) &&
      (pattern.port === undefined || pattern.port === atPort) &&
      (pattern.hostname === undefined || matchesHostname(hostname, pattern.hostname.toLowerCase())),
  );
  return matches ? host : undefined;
}

function matchesHostname(hostname: string, pattern: string): boolean {
  if (pattern.startsWith("**.")) {
    return hostname.endsWith(pattern.slice(2)) && hostname.length > pattern.length - 2;
  }
  if (pattern.startsWith("*.")) {
    const label = hostname.slice(0, 1 - pattern.length);
    return hostname.endsWith(pattern.slice(1)) && label !== "" && !label.includes(".");
  }
  return hostname === pattern;
}
