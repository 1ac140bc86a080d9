// What happens once at start: files → routes → table, and what a person should know about them.
import type { Config } from "./config.ts";
import { allowedMethods } from "./endpoint.ts";
import { bridgeError } from "./errors.ts";
import type { IgnoredFile, Loader, PageFile, Pages } from "./loader/pages.ts";
import { fileOfModule, NO_MODULE } from "./loader/pages.ts";
import type { Logger } from "./log.ts";
import type { News, Teller } from "./news.ts";
import { Remarks } from "./news.ts";
import { Page } from "./page.ts";
import { createRedirects } from "./redirects.ts";
import { Renderer } from "./renderer.ts";
import type { Settings } from "./settings.ts";
import { findCollisions } from "./routes/order.ts";
import { FileRoute } from "./file-route.ts";
import { isPartial } from "./find.ts";
import type { KnownSegments } from "./routes/parse.ts";
import type { RoutePattern } from "./routes/route.ts";
import type { EndpointModule } from "./types.ts";
import type { RouteTable } from "./routes/table.ts";
import { buildTable } from "./routes/table.ts";
import type { Target } from "./view.ts";

/** What else decides about a loader. */
export interface LoaderNeeds {
  /** A file that would stop the start stops nothing: `starbridge check` wants to see the others. */
  readonly isLenient?: boolean;
  /** Without its build it is not to start. */
  readonly needsBuild?: boolean;
}

/**
 * The loader that the options ask for. Only that one is imported, with the lexers and compilers that it may need.
 *
 * @throws BridgeError `STARBRIDGE_BUILD_UNUSABLE` when there is no build, and one is needed.
 */
export async function createLoader(
  config: Config,
  dev: boolean,
  logger: Logger,
  { isLenient = false, needsBuild = false }: LoaderNeeds = {},
): Promise<Loader> {
  const { root, pages, routes, middleware } = config;
  if (routes !== undefined) {
    const { createMapLoader } = await import("./loader/map.ts");
    return createMapLoader({ root, routes, middleware });
  }
  if (dev) {
    const { createDevLoader } = await import("./dev/loader.ts");
    const loader = await createDevLoader({ config, logger, isLenient });
    if (loader !== undefined) return loader;
  }
  const { createManifestLoader, findBuild } = await import("./build/manifest-loader.ts");
  const build = findBuild(config);
  if (!dev) {
    const loader = createManifestLoader({ config });
    if (loader !== undefined) return loader;
    if (needsBuild && build !== undefined) {
      throw bridgeError("BUILD_UNUSABLE", { manifest: build.folder, reason: "it is not there." });
    }
  } else if (build?.isThere) {
    // Where there is no vite, nobody develops.
    logger.warn(
      `The build in ${build.folder} is not used, because NODE_ENV is not "production": set it, or dev: false.`,
    );
  }
  const { createFileLoader } = await import("./loader/files.ts");
  return createFileLoader({ root, pages, middleware, isLenient, build });
}

/** What makes a renderer of pages. */
export interface RendererFacts {
  readonly settings: Settings;
  readonly news: News;
  /** A build keeps the answers. */
  readonly isBuilding: boolean;
}

/** The renderer of one reading of the files. */
export function createRenderer(
  pages: Pages,
  { settings, news, isBuilding }: RendererFacts,
): Renderer {
  const { config, logger, dev, surroundings } = settings;
  const { checkOrigin, methodMismatch, trailingSlash } = config;
  const isBeforeBuild = dev || isBuilding;
  return new Renderer({
    table: createTable(pages, config, news.begin(logger), isBeforeBuild),
    remarks: new Remarks(logger, isBeforeBuild),
    prerendered: pages.prerendered,
    isBuilding,
    middleware: pages.middleware,
    checkOrigin,
    mismatch: methodMismatch,
    slashRule: trailingSlash ?? "ignore",
    surroundings,
    logger,
  });
}

/**
 * Makes the table, and reports files that are ignored, hidden by others, or not what they seem.
 *
 * @param isBeforeBuild Nobody expects a build: in development, and while one is made.
 */
export function createTable(
  pages: Pages,
  config: Config,
  logger: Teller,
  isBeforeBuild = false,
): RouteTable<Target> {
  const isDefault = config.output === "static";
  // A build has told all that when it was made.
  const isTold = pages.prerendered !== undefined;
  const tell = (page: Page): void => reportExports(page, logger, isBeforeBuild);
  const known: KnownSegments = new Map();
  const needsSlash = config.trailingSlash === "always";
  const createPage = (file: PageFile, route: RoutePattern): Page =>
    pageOf(file, route, { isDefault, needsSlash, logger }, isTold ? undefined : tell);
  const rules = { known, isTold, createPage };
  const files = pages.files.map((file) => new FileRoute(file, rules));
  const { routes: redirects, hidden } = createRedirects(config.redirects, files);
  const table = buildTable<Target>(
    redirects.length > 0 ? [...files, ...redirects] : files,
    pages.isSorted === true && redirects.length === 0,
  );
  reportIgnored(pages.ignored, logger);
  for (const from of hidden) {
    logger.warn(`The redirect from "${from}" is not used: an endpoint file answers that path.`);
  }
  if (!isTold) {
    reportCollisions(table, logger);
    for (const { target } of files) tell(target);
  }
  return table;
}

/** What holds for all pages of one table. */
interface PageRules {
  /** Whether files are prerendered that do not say. */
  readonly isDefault: boolean;
  readonly needsSlash: boolean;
  readonly logger: Teller;
}

/** @param tell Called once more for a file of which nobody knows the exports before it is loaded. */
function pageOf(
  file: PageFile,
  route: RoutePattern,
  { isDefault, needsSlash, logger }: PageRules,
  tell: ((page: Page) => void) | undefined,
): Page {
  const rules = {
    isDefault,
    async listPaths(module: EndpointModule) {
      const { listStaticPaths } = await import("./build/static-paths.ts");
      const { source } = file;
      const onTwice = (path: string): void => {
        const text = `getStaticPaths of ${source} gives ${path} more than once: the last entry counts.`;
        logger.warn(text);
      };
      return listStaticPaths(route, module, { source, needsSlash, onTwice });
    },
  };
  if (tell === undefined || file.exports !== undefined) return new Page(file, rules);
  const onLoad = (module: EndpointModule): void => {
    if (module !== NO_MODULE) tell(new Page(fileOfModule(file.file, file.source, module), rules));
  };
  return new Page(telling(file, onLoad), rules);
}

function telling(file: PageFile, onLoad: (module: EndpointModule) => void): PageFile {
  const keep = (module: EndpointModule): EndpointModule => {
    onLoad(module);
    return module;
  };
  const load = (): EndpointModule | Promise<EndpointModule> => {
    const loaded = file.load();
    return loaded instanceof Promise ? loaded.then(keep) : keep(loaded);
  };
  return { ...file, load };
}

function reportIgnored(ignored: readonly IgnoredFile[], logger: Teller): void {
  for (const { file, reason } of ignored) logger.info(`Ignored: ${file} ${reason}.`);
}

function reportCollisions(table: RouteTable<Target>, logger: Teller): void {
  for (const { first, second, kind } of findCollisions(table.routes, isPartial)) {
    const route = kind === "same" ? first.pattern : `${first.pattern} (or ${second.pattern})`;
    logger.warn(
      `The route ${route} is defined by both ${first.source} and ${second.source}: ${first.source} answers. This will be an error in a later version.`,
    );
  }
}

function reportExports(
  { source, exports, isPrerendered }: Page,
  logger: Teller,
  isBeforeBuild: boolean,
): void {
  const names = exports === undefined ? undefined : [...exports];
  if (names !== undefined && !names.includes("ALL") && allowedMethods(names).length === 0) {
    const list = names.map((name) => JSON.stringify(name)).join(", ") || "nothing";
    logger.warn(`${source} answers no method: it exports ${list}. Export GET, POST … or ALL.`);
  }
  if (!isPrerendered) {
    if (!names?.includes("getStaticPaths")) return;
    logger.warn(`getStaticPaths of ${source} is ignored: the endpoint runs on every request.`);
  } else if (!isBeforeBuild) {
    logger.info(`${source} is to be prerendered, and there is no build: it runs on request.`);
  }
}
