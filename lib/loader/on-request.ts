// What a middleware module has to export. A file of its own: what a build has made is loaded without the rest of a loader.
import { describe } from "../describe.ts";
import { bridgeError } from "../errors.ts";
import type { EndpointModule, MiddlewareHandler } from "../types.ts";

/**
 * The middleware of a module.
 *
 * @param source The module's name for people.
 * @throws BridgeError when it exports none.
 */
export function onRequestOf(module: EndpointModule, source: string): MiddlewareHandler {
  const { onRequest } = module;
  if (onRequest === undefined) {
    const exports = Object.keys(module).join(", ") || "nothing";
    throw bridgeError("MIDDLEWARE_NO_ON_REQUEST", { file: source, exports });
  }
  if (typeof onRequest !== "function") {
    throw bridgeError("MIDDLEWARE_NOT_A_FUNCTION", { file: source, actual: describe(onRequest) });
  }
  return onRequest as MiddlewareHandler;
}
