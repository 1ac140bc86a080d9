// The hosts that faults happen to.

export type FaultHost =
  | "express 4"
  | "express 5"
  | "fastify + middie"
  | "connect"
  | "node:http"
  | "https (express 5)"
  | "http2"
  | "http2 (tls)"
  | FastifyHost;

/** Fastify with its plugin, in each protocol that it speaks. */
export type FastifyHost =
  | "fastify"
  | "https (fastify)"
  | "http2 (fastify)"
  | "http2 (fastify, tls)";

/** Whether a host speaks HTTP/2. */
export function isHttp2(host: FaultHost): boolean {
  return host.startsWith("http2");
}

/** Whether a host has its connections encrypted. */
export function isSecure(host: FaultHost): boolean {
  return host.startsWith("https") || host.endsWith("tls)");
}

/** Whether the bridge is a plugin of Fastify. */
export function isFastify(host: FaultHost): host is FastifyHost {
  return host.includes("fastify") && host !== "fastify + middie";
}
