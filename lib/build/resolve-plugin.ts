// What an import of a page becomes in the build: a package stays an import of that package, a module of the host an
// import of the host's own file, Astro's modules become ours, and the rest is part of the build.
import { relative, sep } from "node:path";
import type { Plugin } from "vite";
import { bridgeError } from "../errors.ts";
import { astroTarget } from "../loader/astro-target.ts";
import { LIGHT_MODULE } from "../loader/light-response.ts";
import { nameForPeople } from "../loader/pages.ts";
import { HostExports } from "./host-exports.ts";
import type { HostModules } from "./host-modules.ts";
import { findPackage } from "./native-modules.ts";

/** What the plugin is made of. */
export interface ResolveFacts {
  readonly root: string;
  /** Real paths of the folders whose files may import Astro's modules. */
  readonly roots: ReadonlySet<string>;
  /** The folder that all chunks are in. */
  readonly server: string;
  readonly host: HostModules;
  /** Keeps an error that the bundler would only quote. */
  onError(error: Error): void;
}

const EMPTY = "\0starbridge:types";
/** Neither a path, nor a URL, nor one of the project's own `#imports`. */
const BARE = /^[^./#\0\\][^:\\]*$/;
/** Packages hold files that only a bundler can load, too. */
const FOR_THE_BUNDLER = /\?|\.(?:json|css|s[ac]ss|less|svg|png|jpe?g|gif|webp|txt)$/;

export function resolvePlugin({ root, roots, server, host, onError }: ResolveFacts): Plugin {
  const hostExports = new HostExports({ root, specifierTo: (place) => specifierTo(server, place) });
  return {
    name: "starbridge:resolve",
    enforce: "pre",
    async resolveId(source, importer, { kind }) {
      if (importer === undefined) return null;
      const made = hostExports.resolveId(source, importer);
      if (made !== null) return made;
      if (source === LIGHT_MODULE) return { id: "starbridge/web", external: true };
      const astro = astroTarget(source, importer, roots);
      if (astro === "middleware") return { id: "starbridge/middleware", external: true };
      if (astro === "types") return EMPTY;
      if (astro === "unsupported") {
        const details = { file: nameForPeople(root, importer), module: source };
        const error = bridgeError("ASTRO_MODULE_UNSUPPORTED", details);
        onError(error);
        // The bundler writes its own code into what it is given.
        throw new Error(error.message);
      }
      const isBare = BARE.test(source) && !FOR_THE_BUNDLER.test(source);
      if (isBare && findPackage(source, importer) !== undefined) {
        return { id: source, external: true };
      }
      const resolved = await this.resolve(source, importer, { skipSelf: true });
      if (resolved === null || resolved.external || /[\0?]/.test(resolved.id)) return resolved;
      const place = host.placeOf(resolved.id);
      if (place === undefined) return resolved;
      const isRequire = kind === "require-call";
      const id = isRequire ? undefined : hostExports.idOf(resolved.id, place, source, importer);
      return id ?? { id: specifierTo(server, place), external: true };
    },
    load: (id) => (id === EMPTY ? "export {};" : hostExports.load(id)),
  };
}

/** The way from a folder to a file, wherever both are moved to together. */
function specifierTo(folder: string, file: string): string {
  const path = relative(folder, file).replaceAll(sep, "/");
  return path.startsWith(".") ? path : `./${path}`;
}
