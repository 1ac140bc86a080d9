// What the options and the host say together.
import type { Config } from "./config.ts";
import { resolveConfig } from "./config.ts";
import { loadConfigFile, mergeOptions } from "./config-file.ts";
import type { Surroundings } from "./exchange.ts";
import type { Logger } from "./log.ts";
import { consoleLogger, developmentLogger } from "./log.ts";
import { createSurroundings } from "./surroundings.ts";
import type { BridgeOptions } from "./types.ts";

/** What a host has for when the options are silent. */
export interface HostDefaults {
  /** The host's logger, for when the options bring none. */
  readonly logger?: Logger;
  /** The host's own limit for request bodies, in bytes. */
  readonly bodySizeLimit?: number | undefined;
  /** What the `dev` option is by default (`false`). */
  readonly dev?: boolean;
}

export interface Settings {
  readonly config: Config;
  readonly logger: Logger;
  /** Most bytes of a request body. */
  readonly bodySizeLimit: number;
  readonly dev: boolean;
  readonly surroundings: Surroundings;
}

const DEFAULT_BODY_LIMIT = 10 * 1024 * 1024;

/** @throws BridgeError for an option that is none, or has a wrong value. */
export function createSettings(options: BridgeOptions, host: HostDefaults): Settings {
  const config = resolveConfig(options);
  const dev = config.dev ?? host.dev ?? false;
  const logger = config.logger ?? host.logger ?? (dev ? developmentLogger : consoleLogger);
  const bodySizeLimit = config.bodySizeLimit ?? host.bodySizeLimit ?? DEFAULT_BODY_LIMIT;
  return {
    config,
    logger,
    bodySizeLimit: bodySizeLimit || Number.POSITIVE_INFINITY,
    dev,
    surroundings: createSurroundings(config, logger),
  };
}

/**
 * The same with starbridge.config.* of the root under the options; `undefined` when there is none. Not looked for where
 * a host brings its modules itself: it may be one file, far from any root.
 */
export async function readSettings(
  options: BridgeOptions,
  host: HostDefaults,
  root: string,
): Promise<Settings | undefined> {
  if (options.routes !== undefined) return undefined;
  const file = await loadConfigFile(root);
  return file && createSettings(mergeOptions(file, options), host);
}

/** What of refused options can still be used: somebody has to be told. */
export function createFallback(options: BridgeOptions, host: HostDefaults): Settings {
  const logger = options?.logger;
  const isUsable = typeof logger?.error === "function" && typeof logger.warn === "function";
  return createSettings(isUsable ? { logger } : {}, host);
}
