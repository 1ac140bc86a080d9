// Shows the pattern of a file where tools look for it: req.route for metrics and morgan, OpenTelemetry's span.
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Request as ExpressRequest } from "express";

/**
 * Makes a request look like one of a route of Express.
 *
 * @returns What puts everything back: for a request that is not ours after all.
 */
export function showRoute(req: ExpressRequest, pattern: string, root: string): () => void {
  const had = Object.hasOwn(req, "route");
  const before: unknown = req.route;
  const path = expressPathOf(pattern);
  req.route = { path };
  reportRoute(root, (req.baseUrl ?? "") + path);
  return () => {
    if (had) req.route = before;
    else Reflect.deleteProperty(req, "route");
  };
}

// Patterns are those of the files, and few.
const paths = new Map<string, string>();

function expressPathOf(pattern: string): string {
  let path = paths.get(pattern);
  if (path === undefined) {
    path = toExpressPath(pattern);
    paths.set(pattern, path);
  }
  return path;
}

/** `/users/[id]/[...rest]` as Express 5 writes it: `/users/:id/*rest`. */
export function toExpressPath(pattern: string): string {
  return pattern.replace(/\[\.\.\.([^\]]+)\]/g, "*$1").replace(/\[([^\]]+)\]/g, ":$1");
}

interface TelemetryCore {
  getRPCMetadata?(context: unknown): { route?: string } | undefined;
}
interface TelemetryApi {
  context?: { active(): unknown };
}
interface Telemetry {
  readonly core: TelemetryCore;
  readonly api: TelemetryApi;
}

const telemetries = new Map<string, Telemetry | undefined>();

/** The HTTP instrumentation names its span by this. Only a host that has loaded OpenTelemetry itself gets it. */
function reportRoute(root: string, path: string): void {
  if (!telemetries.has(root)) telemetries.set(root, findTelemetry(root));
  const telemetry = telemetries.get(root);
  if (telemetry === undefined) return;
  const metadata = telemetry.core.getRPCMetadata?.(telemetry.api.context?.active());
  if (metadata !== undefined) metadata.route = path;
}

function findTelemetry(root: string): Telemetry | undefined {
  const require = createRequire(join(root, "package.json"));
  const loaded = (name: string): unknown => {
    try {
      return require.cache[require.resolve(name)]?.exports;
    } catch {
      return undefined;
    }
  };
  const core = loaded("@opentelemetry/core") as TelemetryCore | undefined;
  const api = loaded("@opentelemetry/api") as TelemetryApi | undefined;
  return core && api && { core, api };
}
