// The imports of modules that run, as Node has them: a name that is not exported is refused and not undefined, and who
// imports what nobody provides is told so by name.
import type { EvaluatedModuleNode, EvaluatedModules } from "vite/module-runner";
import { FormerModules } from "./former.ts";
import type { ImportCall } from "./import-failure.ts";
import type { Turns } from "./turns.ts";

/** How transformed code imports. */
export interface ModuleImports {
  request(specifier: string, metadata?: { importedNames?: string[] }): Promise<object>;
  dynamic(specifier: string): Promise<unknown>;
}

/** The error to throw for one that a module could not be had for. */
export type ExplainImport = (error: unknown, call: ImportCall) => unknown;

export class RunnerImports {
  readonly #explain: ExplainImport;
  readonly #graph: () => EvaluatedModules;
  readonly #turns: Turns;
  readonly #former = new FormerModules((name) => this.#graph().getModuleByUrl(name)?.id);

  /**
   * @param turns Who loads when.
   * @param graph The modules that were loaded.
   */
  constructor(explain: ExplainImport, turns: Turns, graph: () => EvaluatedModules) {
    this.#explain = explain;
    this.#turns = turns;
    this.#graph = graph;
  }

  /** The imports of a module that is about to run. */
  begin(module: EvaluatedModuleNode, { request, dynamic }: ModuleImports): ModuleImports {
    return {
      dynamic: this.#former.begin(module.id, async (name) => {
        const trace = new Error();
        try {
          const isThere = this.#graph().getModuleByUrl(name)?.evaluated;
          return await (isThere ? dynamic(name) : this.#turns.take(() => dynamic(name)));
        } catch (error) {
          throw this.#explain(error, { importer: module.file, trace });
        }
      }),
      request: async (name, metadata) => {
        const exports = await request(name, metadata);
        const target = this.#graph().getModuleByUrl(name);
        assertExports(name, exports, metadata?.importedNames, target);
        return exports;
      },
    };
  }

  /** Modules are replaced: those that still run have each other. */
  replace(nodes: Iterable<EvaluatedModuleNode>): void {
    this.#former.replace(nodes);
  }
}

/** @throws SyntaxError as Node's, for a module that has run to its end; one of a cycle may still be about to. */
function assertExports(
  specifier: string,
  exports: object,
  names: readonly string[] = [],
  module: EvaluatedModuleNode | undefined,
): void {
  if (!module?.evaluated || !module.meta) return;
  // Of other modules from outside Vite looks itself.
  const { meta } = module;
  if (!("code" in meta) && !("type" in meta && meta.type === "builtin")) return;
  const missing = names.find((name) => !(name in exports));
  if (missing === undefined) return;
  throw new SyntaxError(
    `The requested module '${specifier}' does not provide an export named '${missing}'`,
  );
}
