// Loads endpoint files ahead of their first request.
import type { Logger } from "./log.ts";
import type { Route } from "./routes/route.ts";
import type { Target } from "./view.ts";

/** @throws What the first file that fails fails with. */
export async function loadAll(routes: readonly Route<Target>[]): Promise<void> {
  for (const { target } of routes) if (target.kind === "page") await target.load();
}

/** The same once the host has started, and without a failure: the request will meet it. */
export function loadSoon(routes: readonly Route<Target>[], logger: Logger): void {
  setImmediate(() => {
    loadAll(routes).catch((error: unknown) => {
      logger.warn({ err: error }, "A page could not be loaded ahead of its first request.");
    });
  }).unref();
}
