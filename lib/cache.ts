// context.cache as Astro shapes it when no cache is configured.
import { bridgeError } from "./errors.ts";
import type { CacheLike, ContextLogger } from "./types.ts";

/** A cache that stores nothing and says so once. */
export function createDisabledCache(logger: ContextLogger): CacheLike {
  let hasWarned = false;
  return {
    enabled: false,
    get options() {
      return {};
    },
    get tags() {
      return [];
    },
    set() {
      if (!hasWarned) logger.warn("context.cache.set() has no effect: no cache is configured.");
      hasWarned = true;
    },
    async invalidate() {
      throw bridgeError("CACHE_NOT_ENABLED");
    },
  };
}
