// What all requests of an app have in common.
import { createDisabledCache } from "./cache.ts";
import type { Config } from "./config.ts";
import type { Surroundings } from "./exchange.ts";
import type { Logger } from "./log.ts";
import type { ContextLogger } from "./types.ts";
import { version } from "./version.ts";

export function createSurroundings({ site, i18n }: Config, log: Logger): Surroundings {
  const logger = contextLogger(log);
  return {
    site,
    generator: `Astro v7.2 (Starbridge v${version})`,
    i18n,
    logger,
    cache: createDisabledCache(logger),
  };
}

function contextLogger(logger: Logger): ContextLogger {
  return {
    info: (message) => logger.info(message),
    warn: (message) => logger.warn(message),
    error: (message) => logger.error(message),
  };
}
