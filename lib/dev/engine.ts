// Vite, the runner and the file watcher as one thing that is started and closed.
import { isAbsolute, normalize, sep } from "node:path";
import type { Plugin, ViteDevServer } from "vite";
import { createFindCompiled } from "../build/tsconfig.ts";
import type { Config } from "../config.ts";
import { envConstants, envPlugin } from "../loader/env.ts";
import { aliasPlugins } from "../loader/aliases.ts";
import { commonJsPlacesPlugin } from "../loader/common-js-places.ts";
import { lightResponsePlugin } from "../loader/light-response.ts";
import { isBundled } from "../loader/own-files.ts";
import { SharedModules } from "../loader/shared.ts";
import type { Logger } from "../log.ts";
import { astroPlugin } from "./astro-plugin.ts";
import type { Change, ChangesParts } from "./changes.ts";
import { Changes } from "./changes.ts";
import type { PageRequires } from "./common-js.ts";
import { importFailure } from "./import-failure.ts";
import type { ExplainImport } from "./imports.ts";
import { HostModules } from "./host-modules.ts";
import { Positions } from "./positions.ts";
import { PageRunner } from "./runner.ts";
import type { Parse } from "./syntax.ts";
import type { ViteTools } from "./vite.ts";
import { startVite } from "./vite.ts";

/** What pages run in. */
export const MODE = "development";

/** What an engine is made of. */
export interface EngineParts {
  readonly tools: ViteTools;
  /** `root` as a real path. */
  readonly config: Config;
  readonly logger: Logger;
  /** Folders whose files may import Astro's modules; may grow. */
  readonly roots: ReadonlySet<string>;
  readonly requires: PageRequires;
  /** Lists the endpoint files. */
  readonly list: () => Promise<readonly string[]>;
  /** Whether a file is part of the project, whatever pages use. */
  readonly isPart: (file: string, change: Change) => boolean;
  /** Hears of files that a tsconfig consists of, whatever their names are. */
  readonly onSetting: (file: string) => void;
  readonly onChange: (engine: Engine, changes: ReadonlyMap<string, Change>) => void;
}

export interface Engine {
  readonly server: ViteDevServer;
  readonly runner: PageRunner;
  readonly host: HostModules;
  readonly positions: Positions;
  readonly parse: Parse | undefined;
  readonly changes: Changes;
  /** What still runs in it may fail for that alone. */
  readonly isClosed: boolean;
  /** Another one takes its place: it follows no file any more, and has modules for those who have begun with it. */
  retire(): Promise<void>;
  close(): Promise<void>;
}

export async function startEngine(parts: EngineParts): Promise<Engine> {
  const { tools, config, logger, roots, requires, list, isPart, onSetting, onChange } = parts;
  const { root, shared, siteText: site } = config;
  let changes: Changes | undefined;
  let isClosed = false;
  const { vite } = tools;
  const parse = vite.parseSync as Parse | undefined;
  const constants = envConstants({ site });
  const plugins = [
    astroPlugin(roots),
    readPlugin((file) => changes?.note(file)),
    ...aliasPlugins(root, vite.parseSync),
    commonJsPlacesPlugin(vite.transformWithOxc),
    envPlugin({ mode: MODE, root, site, vite }),
  ];
  if (config.lightResponse && !isBundled())
    plugins.push(lightResponsePlugin(vite.transformWithOxc));
  const server = await startVite(tools, config, constants, plugins, logger);
  const named = new SharedModules({ root, shared, createFilter: vite.createFilter });
  named.warnOfMissing(logger);
  const findCompiled = createFindCompiled(root, (file) => {
    onSetting(file);
    if (!file.startsWith(root + sep)) server.watcher.add(file);
  });
  const host = new HostModules(root, named, findCompiled);
  const listener: ChangesParts["listener"] = (batch) => onChange(engine, batch);
  const onError = (error: unknown): void =>
    logger.error({ err: error }, "A change of a file could not be followed.");
  const onExternal = (file: string): void => {
    changes?.noteNew(file);
    if (!file.startsWith(root + sep)) server.watcher.add(file);
  };
  const explain: ExplainImport = (error, call) =>
    importFailure(error, call, { root, positions, parse, blame: runner.failures.blameOf(error) });
  const runner = new PageRunner(tools, server, host, { explain, roots, requires, onExternal });
  const matters: ChangesParts["matters"] = (file, change) =>
    isPart(file, change) || runner.concerns(file, change);
  changes = new Changes({ watcher: server.watcher, list, matters, listener, onError });
  const positions = new Positions((file) => runner.codeOf(file));
  const engine: Engine = {
    server,
    runner,
    host,
    positions,
    parse,
    changes,
    get isClosed() {
      return isClosed;
    },
    async retire() {
      this.changes.close();
      await server.watcher.close();
    },
    async close() {
      isClosed = true;
      this.changes.close();
      await Promise.all([runner.close(), server.close()]);
    },
  };
  return engine;
}

/** Vite keeps what it has transformed: a file is read when it asks plugins for it, and at no other time. */
function readPlugin(onRead: (file: string) => void): Plugin {
  return {
    name: "starbridge:read",
    enforce: "pre",
    load(id) {
      const file = id.replace(/[?#].*$/, "");
      if (isAbsolute(file)) onRead(normalize(file));
      return null;
    },
  };
}
