// What happens once at start: files → routes → table, and what a person should know about them.
import type { Config } from "./config.ts";
import { allowedMethods } from "./endpoint.ts";
import { createFileLoader } from "./loader/files.ts";
import { createMapLoader } from "./loader/map.ts";
import type { IgnoredFile, Loader, PageFile, Pages } from "./loader/pages.ts";
import type { Logger } from "./log.ts";
import { Page } from "./page.ts";
import { createRedirects } from "./redirects.ts";
import type { Target } from "./view.ts";
import { findCollisions } from "./routes/order.ts";
import { parseRouteFile } from "./routes/parse.ts";
import type { Route } from "./routes/route.ts";
import type { RouteTable } from "./routes/table.ts";
import { buildTable } from "./routes/table.ts";

/** The loader that the options ask for. */
export function createLoader({ root, pages, routes, middleware }: Config): Loader {
  if (routes !== undefined) return createMapLoader({ root, routes, middleware });
  return createFileLoader({ root, pages, middleware });
}

/** Makes the table, and reports files that are ignored, hidden by others, or not what they seem. */
export function createTable(pages: Pages, config: Config, logger: Logger): RouteTable<Target> {
  const files = pages.files.map(toRoute);
  const { routes: redirects, hidden } = createRedirects(config.redirects, files);
  const table = buildTable<Target>([...files, ...redirects]);
  reportIgnored(pages.ignored, logger);
  for (const from of hidden) {
    logger.warn(`The redirect from "${from}" is not used: an endpoint file answers that path.`);
  }
  reportCollisions(table, logger);
  for (const file of pages.files) reportExports(file, logger);
  return table;
}

function toRoute(file: PageFile): Route<Page> {
  return { ...parseRouteFile(file.file), source: file.source, target: new Page(file) };
}

function reportIgnored(ignored: readonly IgnoredFile[], logger: Logger): void {
  for (const { file, reason } of ignored) logger.info(`Ignored: ${file} ${reason}.`);
}

function reportCollisions(table: RouteTable<Target>, logger: Logger): void {
  for (const { first, second, kind } of findCollisions(table.routes)) {
    const route = kind === "same" ? first.pattern : `${first.pattern} (or ${second.pattern})`;
    logger.warn(
      `The route ${route} is defined by both ${first.source} and ${second.source}: ${first.source} answers. This will be an error in a later version.`,
    );
  }
}

function reportExports({ source, exports }: PageFile, logger: Logger): void {
  if (exports !== undefined && !exports.has("ALL") && allowedMethods(exports).length === 0) {
    const list = [...exports].map((name) => JSON.stringify(name)).join(", ") || "nothing";
    logger.warn(`${source} answers no method: it exports ${list}. Export GET, POST … or ALL.`);
  }
  if (exports?.has("getStaticPaths")) {
    logger.warn(`getStaticPaths of ${source} is ignored: the endpoint runs on every request.`);
  }
  if (exports?.has("prerender")) {
    logger.info(`\`prerender\` of ${source} is not looked at: the endpoint runs on every request.`);
  }
}
