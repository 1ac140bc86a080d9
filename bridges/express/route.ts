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
  const telemetry = telemetryOf(root);
  if (telemetry !== undefined) reportRoute(telemetry, (req.baseUrl ?? "") + path);
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

/** By root; `null` where there is none. */
const telemetries = new Map<string, Telemetry | null>();

/** Only a host that has loaded OpenTelemetry itself has it. */
function telemetryOf(root: string): Telemetry | undefined {
  let telemetry = telemetries.get(root);
  if (telemetry === undefined) {
    telemetry = findTelemetry(root) ?? null;
    telemetries.set(root, telemetry);
  }
  return telemetry ?? undefined;
}

/** The HTTP instrumentation names its span by this. */
function reportRoute({ core, api }: Telemetry, path: string): void {
  const metadata = core.getRPCMetadata?.(api.context?.active());
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
