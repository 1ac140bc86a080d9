// Loads endpoint files ahead of their first request.
import type { Sources } from "./find.ts";
import type { Logger } from "./log.ts";

/**
 * Loads the files that may run: of a build, those that were not prerendered.
 *
 * @throws What the first file that fails fails with.
 */
export async function loadAll({ table, prerendered }: Sources): Promise<void> {
  for (const { target } of table.routes) {
    if (target.kind !== "page") continue;
    const isMade = prerendered !== undefined && target.isPrerendered;
    if (!isMade) await target.load();
  }
}

/** The same once the host has started, and without a failure: the request will meet it. */
export function loadSoon(sources: Sources, logger: Logger): void {
  setImmediate(() => {
    loadAll(sources).catch((error: unknown) => {
      logger.warn({ err: error }, "A page could not be loaded ahead of its first request.");
    });
  }).unref();
}
