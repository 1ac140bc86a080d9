// What an import of a page becomes in the build: a package stays an import of that package, a module of the host an
// import of the host's own file, Astro's modules become ours, and the rest is part of the build.
import { relative, sep } from "node:path";
import type { Plugin } from "vite";
import { bridgeError } from "../errors.ts";
import { astroTarget } from "../loader/astro-target.ts";
import { isPattern } from "../loader/glob-calls.ts";
import { LIGHT_MODULE } from "../loader/light-response.ts";
import { nameForPeople } from "../loader/pages.ts";
import { realPath } from "../loader/real-path.ts";
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
export function resolvePlugin({ root, roots, server, host, onError }: ResolveFacts): Plugin {
  const hostExports = new HostExports({ root, specifierTo: (place) => specifierTo(server, place) });
  return {
    name: "starbridge:resolve",
    enforce: "pre",
    async resolveId(source, importer, { kind, custom }) {
      if (importer === undefined || isPattern(custom)) return null;
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
      // Packages, and what tsconfig.json calls by a name of its own: that wins, as in the compiler.
      const options = { skipSelf: true, kind };
      const resolved = await this.resolve(source, importer, options).catch(() => null);
      const folder = BARE.test(source) ? findPackage(source, importer) : undefined;
      if (resolved === null) {
        // What it lacks Node tells, when the chunks are linked.
        const isThere = folder !== undefined && kind !== "require-call";
        return isThere ? { id: source, external: true } : null;
      }
      if (resolved.external || /[\0?]/.test(resolved.id)) return resolved;
      // A package that is linked from a workspace: Node loads it as it stands, or it is part of the build.
      const isLinked = folder !== undefined && isInside(resolved.id, folder);
      if (isLinked && host.canLoad(resolved.id)) return { id: source, external: true };
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

/** Whether a file belongs to a package that node_modules holds, if only by a link. */
function isInside(file: string, folder: string): boolean {
  return folder.includes(`${sep}node_modules${sep}`) && file.startsWith(realPath(folder) + sep);
}
