// Runs the modules of pages, and forgets those that changed. Which of them are still good is decided here, at once
// when a file changes; Vite only transforms.
import { normalize } from "node:path";
import { fileURLToPath } from "node:url";
import type { DevEnvironment, ViteDevServer } from "vite";
import type { EvaluatedModuleNode, FetchFunctionOptions, FetchResult } from "vite/module-runner";
import { bridgeError } from "../errors.ts";
import { isCommonJs } from "../loader/common-js.ts";
import { realPath } from "../loader/real-path.ts";
import type { EndpointModule } from "../types.ts";
import type { PageRequires } from "./common-js.ts";
import type { Change } from "./changes.ts";
import type { ParseCode } from "../loader/anatomy.ts";
import { evaluate, toEvaluated } from "../loader/evaluator.ts";
import { globsOf } from "./globs.ts";
import { Failures } from "./failures.ts";
import type { HostModules } from "./host-modules.ts";
import type { ExplainImport } from "./imports.ts";
import { RunnerImports } from "./imports.ts";
import { resolveFrom } from "./import-meta.ts";
import { standInOf } from "./astro-plugin.ts";
import { Turns } from "./turns.ts";
import type { ViteTools } from "./vite.ts";

type FetchArguments = [url: string, importer?: string, options?: FetchFunctionOptions];
type Invocation = { readonly data: { readonly name: string; readonly data: FetchArguments } };
type Runner = InstanceType<ViteTools["runner"]["ModuleRunner"]>;

/** What a change has made invalid. */
export interface Invalidated {
  /** How many modules run anew when they are asked for. */
  readonly modules: number;
  /** Files among those that changed which pages use and the host has loaded: only a restart reloads them. */
  readonly ofHost: readonly string[];
}

export interface RunnerParts {
  readonly explain: ExplainImport;
  /** Folders whose files may import Astro's modules. */
  readonly roots: ReadonlySet<string>;
  readonly requires: PageRequires;
  /** Hears of files that pages have, and that nobody reads for them. */
  readonly onExternal: (file: string) => void;
}

/** How often a module is read anew because something changed meanwhile. */
const ATTEMPTS = 20;

export class PageRunner {
  readonly #environment: DevEnvironment;
  readonly #runner: Runner;
  readonly #host: HostModules;
  readonly #roots: ReadonlySet<string>;
  readonly #idOf: (url: string) => string;
  readonly #requires: PageRequires;
  readonly #onExternal: (file: string) => void;
  /** Endpoint files and the middleware: never the host's, or they would not reload. */
  readonly #entries = new Set<string>();
  /** URLs of modules that are had through require(), their files, and the sources that these stand for. */
  readonly #commonJs = new Map<string, { readonly file: string; readonly source: string }>();
  readonly failures = new Failures();
  readonly #turns = new Turns();
  readonly #imports: RunnerImports;
  readonly #code = new Map<string, string>();
  #version = 0;

  constructor(
    { vite, runner }: ViteTools,
    server: ViteDevServer,
    host: HostModules,
    { explain, roots, requires, onExternal }: RunnerParts,
  ) {
    this.#environment = server.environments.ssr;
    this.#host = host;
    this.#roots = roots;
    this.#requires = requires;
    this.#onExternal = onExternal;
    this.#idOf = runner.normalizeModuleId;
    const evaluator = new runner.ESModulesEvaluator();
    const parse = vite.parseSync as ParseCode | undefined;
    this.#imports = new RunnerImports(explain, this.#turns, () => this.#runner.evaluatedModules);
    this.#runner = new runner.ModuleRunner(
      {
        hmr: false,
        // Its own would patch Error or the process.
        sourcemapInterceptor: false,
        createImportMeta: (path) => ({
          ...runner.createDefaultImportMeta(path),
          main: false,
          resolve: (specifier: string) => resolveFrom(path, specifier),
        }),
        transport: {
          invoke: async (payload) => {
            const { name, data } = (payload as Invocation).data;
            if (name !== "fetchModule") return this.#environment.hot.handleInvoke(payload);
            return { result: await this.#turns.during(this.#fetch(...data)) };
          },
        },
      },
      {
        runInlinedModule: (context, code, module) =>
          this.#watch(module.id, async () => {
            if (this.#runner.isClosed()) throw bridgeError("CLOSED");
            const imports = this.#imports.begin(module, {
              request: context[runner.ssrImportKey],
              dynamic: context[runner.ssrDynamicImportKey],
            });
            const given = {
              ...context,
              [runner.ssrImportKey]: imports.request,
              [runner.ssrDynamicImportKey]: imports.dynamic,
            };
            this.#requires.begin(normalize(module.file));
            const text = toEvaluated(code, module.file, given, parse);
            if (module.id === module.file) this.#code.set(normalize(module.file), text);
            await evaluate(text, given, context[runner.ssrModuleExportsKey]);
          }),
        runExternalModule: (url) =>
          this.#watch(this.#idOf(url), async () => {
            const required = this.#commonJs.get(url);
            return required === undefined
              ? evaluator.runExternalModule(url)
              : this.#requires.load(required.file, required.source);
          }),
      },
    );
  }

  /** The module of an endpoint file or of the middleware, by its real path. */
  async import(file: string): Promise<EndpointModule> {
    this.#entries.add(file);
    this.#host.expire();
    // What failed may succeed now: a package was installed, a database came up.
    if (this.failures.ids.size > 0) {
      // The resolver keeps what it saw on the disk until it hears of a new file, whichever, and watchers miss some.
      await this.#environment.pluginContainer.watchChange(toPosix(file), { event: "create" });
      this.#forget([]);
    }
    const load = (): Promise<EndpointModule> => this.#runner.import(toPosix(file));
    const namespace = await this.#turns.take(load);
    const exports = this.#requires.owns(file) ? namespace.default : undefined;
    // What the file means, and what `this` is in a handler: as without us.
    return isUsable(exports) ? exports : namespace;
  }

  /** Transforms a file that was loaded before, to hear of its mistakes before somebody asks for it. */
  async check(file: string): Promise<void> {
    const path = toPosix(file);
    const nodes = [...(this.#runner.evaluatedModules.getModulesByFile(path) ?? [])];
    // A file that pages have as a text (?raw) need not be code.
    const isCode = nodes.some(({ id }) => id === path);
    if (isCode && !this.#isExternal(file)) await this.#environment.transformRequest(path);
  }

  /** The code that runs for a file. */
  codeOf(file: string): string | undefined {
    return this.#code.get(file);
  }

  /** Files that ran here and that the host has loaded for itself. */
  twice(): string[] {
    return this.#host.files().filter((file) => this.#code.has(file));
  }

  /** Whether a change is one to the pages: they use the file, a glob of theirs covers it, or one that failed waits for it. */
  concerns(file: string, change: Change): boolean {
    const graphs = [this.#runner.evaluatedModules, this.#environment.moduleGraph];
    const isUsed = [file, realPath(file)].some(
      (path) =>
        graphs.some((graph) => (graph.getModulesByFile(toPosix(path))?.size ?? 0) > 0) ||
        this.#requires.uses(path),
    );
    if (isUsed || (change !== "removed" && this.failures.awaits(file))) return true;
    return globsOf(this.#environment, file, change).length > 0;
  }

  /**
   * Forgets the modules of files, those that import them, and those that failed: any of them may be what they lack.
   *
   * @param files Absolute paths, real ones among them.
   * @param changes The same as events, for what hangs on the presence of a file.
   */
  invalidate(files: ReadonlySet<string>, changes: ReadonlyMap<string, Change>): Invalidated {
    const dropped = this.#requires.drop(files);
    const ofHost = [...files].filter(
      (file) =>
        !dropped.includes(file) && this.#isExternal(file) && this.#host.find(file) !== undefined,
    );
    const changed = [...files].filter((file) => !ofHost.includes(file));
    const globs = [...changes].flatMap(([file, change]) =>
      globsOf(this.#environment, file, change),
    );
    const modules = this.#forget([...changed, ...dropped, ...globs]);
    return { modules, ofHost };
  }

  /** How many modules are loaded. */
  get size(): number {
    return this.#code.size;
  }

  /** Returns how many modules it were. */
  #forget(files: readonly string[]): number {
    const { evaluatedModules: graph } = this.#runner;
    const nodes = new Set<EvaluatedModuleNode>();
    for (const file of files) {
      for (const node of graph.getModulesByFile(toPosix(file)) ?? []) nodes.add(node);
    }
    for (const id of this.failures.ids) {
      const node = graph.getModuleById(id);
      if (node !== undefined) nodes.add(node);
    }
    this.failures.clear();
    // A set is walked with what is added on the way.
    for (const node of nodes) {
      for (const id of node.importers) {
        const importer = graph.getModuleById(id);
        if (importer !== undefined) nodes.add(importer);
      }
    }
    this.#imports.replace(nodes);
    for (const node of nodes) {
      for (const id of node.imports) graph.getModuleById(id)?.importers.delete(node.id);
      graph.invalidateModule(node);
    }
    // Of Vite's own graph nothing is needed but fresh transforms, and resolutions that failed must be tried again.
    this.#environment.moduleGraph.invalidateAll();
    if (files.length > 0) this.#version++;
    return nodes.size;
  }

  close(): Promise<void> {
    return this.#runner.close();
  }

  async #fetch(...[url, importer, options]: FetchArguments): Promise<FetchResult> {
    // The runner knows of every change as soon as we do.
    if (options?.cached) return { cache: true };
    const standIn = standInOf(url, importer, this.#roots);
    if (standIn !== undefined) return this.#externalOf(fileURLToPath(standIn)) as FetchResult;
    for (let attempt = 1; ; attempt++) {
      const version = this.#version;
      const file = await this.#fileOf(url);
      const external = file === undefined ? undefined : this.#externalOf(file);
      const result =
        external ??
        (await this.#environment.fetchModule(url, importer, options).catch((error: unknown) => {
          this.failures.blame(error, { file, url, importer });
          throw error;
        }));
      // What was read while it changed is read again; where it never rests, with the next request.
      if (version !== this.#version && attempt < ATTEMPTS) continue;
      if (version !== this.#version && "id" in result) this.failures.ids.add(result.id);
      return "code" in result ? { ...result, invalidate: false } : result;
    }
  }

  /** The file that a URL of Vite's stands for; `undefined` for packages, virtual modules and queries. */
  async #fileOf(url: string): Promise<string | undefined> {
    if (!/^(?:\/|file:)/.test(url) || url.startsWith("/@id/")) return undefined;
    const module = await this.#environment.moduleGraph.ensureEntryFromUrl(url);
    return module.id !== null && module.id === module.file ? normalize(module.file) : undefined;
  }

  #externalOf(file: string): FetchResult | undefined {
    const handed = this.#entries.has(file) ? undefined : this.#host.find(file);
    if (handed !== undefined) this.#code.delete(file);
    if (handed === undefined && !isCommonJs(file)) return undefined;
    this.#onExternal(file);
    if (handed?.kind === "module") return { externalize: handed.url, type: "module" };
    const path = handed?.file ?? file;
    const url = `file://${toPosix(path)}`;
    this.#commonJs.set(url, { file: path, source: file });
    return { externalize: url, type: "commonjs" };
  }

  /** Whether pages have a file from outside of the runner. */
  #isExternal(file: string): boolean {
    const nodes = [...(this.#runner.evaluatedModules.getModulesByFile(toPosix(file)) ?? [])];
    if (nodes.length === 0) return this.#requires.uses(file);
    return nodes.some(({ meta }) => meta !== undefined && "externalize" in meta);
  }

  async #watch<Value>(id: string, run: () => Promise<Value>): Promise<Value> {
    try {
      return await run();
    } catch (error) {
      this.failures.add(id, error);
      throw error;
    }
  }
}

function isUsable(exports: unknown): exports is EndpointModule {
  return (typeof exports === "object" && exports !== null) || typeof exports === "function";
}

function toPosix(file: string): string {
  return file.replaceAll("\\", "/");
}
