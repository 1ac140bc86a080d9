// Modules that were replaced while a request still runs in them: what such a module imports dynamically is of its own
// time, where that was loaded then.
import type { EvaluatedModuleNode } from "vite/module-runner";

type DynamicImport = (specifier: string) => Promise<unknown>;

/** One evaluation of a module. */
interface Run {
  /** What it has imported dynamically so far. */
  readonly imported: Map<string, unknown>;
  /** Modules that were replaced together with it, by id; `undefined` while it is the latest. */
  together: ReadonlyMap<string, unknown> | undefined;
}

export class FormerModules {
  readonly #runs = new Map<string, Run>();
  readonly #idOf: (specifier: string) => string | undefined;

  /** @param idOf The id of a module that was loaded, by how transformed code names it. */
  constructor(idOf: (specifier: string) => string | undefined) {
    this.#idOf = idOf;
  }

  /** The dynamic import of a module that is about to run. */
  begin(id: string, importModule: DynamicImport): DynamicImport {
    const run: Run = { imported: new Map(), together: undefined };
    this.#runs.set(id, run);
    return async (name) => {
      const specifier = String(name);
      const former =
        run.together?.get(this.#idOf(specifier) ?? "") ??
        (run.together && run.imported.get(specifier));
      if (former !== undefined) return former;
      const module = await importModule(specifier);
      if (run.together === undefined) run.imported.set(specifier, module);
      return module;
    };
  }

  /** Modules are replaced. They keep each other, and nothing that comes later: a timer of theirs may run for ever. */
  replace(nodes: Iterable<EvaluatedModuleNode>): void {
    const together = new Map<string, unknown>();
    for (const { id, evaluated, exports } of nodes) {
      if (evaluated && exports !== undefined) together.set(id, exports);
    }
    for (const id of together.keys()) {
      const run = this.#runs.get(id);
      if (run !== undefined) run.together = together;
      this.#runs.delete(id);
    }
  }
}
