// The hosts that faults happen to.

export type FaultHost =
  | "express 4"
  | "express 5"
  | "fastify"
  | "fastify + middie"
  | "connect"
  | "node:http"
  | "https (express 5)"
  | "http2"
  | "http2 (tls)";

/** Whether a host speaks HTTP/2. */
export function isHttp2(host: FaultHost): boolean {
  return host.startsWith("http2");
}

/** Whether a host has its connections encrypted. */
export function isSecure(host: FaultHost): boolean {
  return host.startsWith("https") || host.endsWith("(tls)");
}
