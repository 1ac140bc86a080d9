// Runs a config file through Vite, which takes both kinds of modules, all of TypeScript, and imports as a compiler
// resolves them. The files that it imports are Node's wherever Node can load them: the host has them too, and a pool
// of connections is to be one.
import { dirname, normalize } from "node:path";
import { pathToFileURL } from "node:url";
import type { DevEnvironment } from "vite";
import type { FetchResult, ModuleEvaluator } from "vite/module-runner";
import type { EndpointModule } from "../types.ts";
import type { ParseCode } from "./anatomy.ts";
import { STAND_INS } from "./astro-modules.ts";
import { astroTarget, unsupportedError } from "./astro-target.ts";
import { nodeResolution } from "./conditions.ts";
import { isOwnSource, sourcePlugin } from "./config-source.ts";
import { evaluate, toEvaluated } from "./evaluator.ts";
import { hasFreeName, mentioning } from "./free-names.ts";
import { realPath } from "./real-path.ts";
import { isLoadedByRequire } from "./typescript.ts";

type ViteModule = typeof import("vite");

/** @param isUnread Whether an error is about a file that Node could not make a module of. */
export async function runConfig(
  vite: ViteModule,
  file: string,
  isUnread: (error: unknown, file: string) => boolean,
): Promise<EndpointModule> {
  const root = dirname(file);
  const commonJs = new Set<string>();
  const config = await vite.resolveConfig(
    {
      root,
      configFile: false,
      envDir: false,
      // Nothing is kept there; to look for a better one is what it saves.
      cacheDir: root,
      logLevel: "silent",
      plugins: [sourcePlugin(vite.transformWithOxc, commonJs)],
      environments: {
        config: {
          consumer: "server",
          dev: { moduleRunnerTransform: true },
          resolve: { ...nodeResolution(), external: true },
        },
      },
    },
    "serve",
  );
  const environment = vite.createRunnableDevEnvironment("config", config, {
    runnerOptions: {
      hmr: { logger: false },
      // Its own would change how the process tells of errors.
      sourcemapInterceptor: false,
      evaluator: evaluatorWith(vite.parseSync as ParseCode | undefined),
    },
    hot: false,
  });
  const fetchModule = environment.fetchModule.bind(environment);
  environment.fetchModule = async (url, importer, options) => {
    const external =
      astroModule(url, importer, root) ??
      (await nodeModule(vite, environment, url, importer, isUnread));
    if (external !== undefined) return external;
    return fetchModule(url, importer, options).catch((error: unknown) => {
      throw (error as { code?: unknown }).code === "ERR_LOAD_URL" ? missing(url, importer) : error;
    });
  };
  await environment.init();
  try {
    const module = await environment.runner.import<EndpointModule>(file);
    return commonJs.has(realPath(file)) ? (module.default as EndpointModule) : module;
  } finally {
    await environment.close();
  }
}

/** At the lines of the source: what a config has made fails long after, and logs its errors by itself. */
function evaluatorWith(parse: ParseCode | undefined): ModuleEvaluator {
  return {
    runInlinedModule: (context, code, { file, exports }) =>
      evaluate(toEvaluated(code, file, { ...context }, parse), { ...context }, exports),
    runExternalModule: (url) => import(url),
  };
}

/** What stands for one of Astro's modules. */
function astroModule(
  specifier: string,
  importer: string | undefined,
  root: string,
): FetchResult | undefined {
  const target = astroTarget(specifier, importer, new Set([root, realPath(root)]));
  if (target === undefined) return undefined;
  if (target === "unsupported") throw unsupportedError(specifier, undefined);
  return { externalize: STAND_INS[target], type: "module" };
}

/**
 * A file that Node has loaded, or fails to: imports are asked for one after the other, as they run, so that it runs
 * neither too early nor twice.
 */
async function nodeModule(
  { parseSync }: ViteModule,
  { moduleGraph }: DevEnvironment,
  url: string,
  importer: string | undefined,
  isUnread: (error: unknown, file: string) => boolean,
): Promise<FetchResult | undefined> {
  // Without an importer it is the config itself, which Node refuses.
  if (importer === undefined || !/^(?:\/|file:)/.test(url) || url.startsWith("/@id/"))
    return undefined;
  const { id, file } = await moduleGraph.ensureEntryFromUrl(url);
  if (file === null || id !== file || !isOwnSource(file) || isLoadedByRequire(file))
    return undefined;
  const path = realPath(normalize(file));
  if (mentioning(path).some((source) => hasFreeName(source, parseSync))) return undefined;
  const { href } = pathToFileURL(path);
  const isUsable = await import(href).then(
    () => true,
    (error) => !isUnread(error, path),
  );
  return isUsable ? { externalize: href, type: "module" } : undefined;
}

/** In Node's words. */
function missing(url: string, importer: string | undefined): Error {
  const error = new Error(`Cannot find module '${url}' imported from ${importer}`);
  return Object.assign(error, { code: "ERR_MODULE_NOT_FOUND" });
}
