// What Astro's modules are to a page in development: the very modules that the host and a production process get.
import type { Plugin } from "vite";
import { STAND_INS } from "../loader/astro-modules.ts";
import { astroTarget, unsupportedError } from "../loader/astro-target.ts";
import { LIGHT_MODULE, lightUrl } from "../loader/light-response.ts";

/** A module of Astro's, as Vite names it after we have resolved it. */
const PREFIX = "\0starbridge:";
const URL_PREFIX = `/@id/${PREFIX.replace("\0", "__x00__")}`;

/** @param roots Real paths of the folders whose files may import Astro's modules. */
export function astroPlugin(roots: ReadonlySet<string>): Plugin {
  return {
    name: "starbridge:astro",
    enforce: "pre",
    resolveId(specifier, importer) {
      if (specifier === LIGHT_MODULE) return PREFIX + specifier;
      return astroTarget(specifier, importer, roots) === undefined ? null : PREFIX + specifier;
    },
  };
}

/**
 * The URL of the module that a specifier stands for.
 *
 * @param url As the transformed code asks for it: resolved by the plugin, or bare where a package of that name is.
 * @throws The error of modules that nobody provides.
 */
export function standInOf(
  url: string,
  importer: string | undefined,
  roots: ReadonlySet<string>,
): string | undefined {
  const specifier = url.startsWith(URL_PREFIX) ? url.slice(URL_PREFIX.length) : url;
  if (specifier === LIGHT_MODULE) return lightUrl();
  const target = astroTarget(specifier, importer, roots);
  if (target === undefined) return undefined;
  if (target === "unsupported") throw unsupportedError(specifier, undefined);
  return STAND_INS[target];
}
