// What `import` gives of a CommonJS module: all its names, live, and its exports as the default.
import { types } from "node:util";
import { meansItsDefault } from "../loader/common-js.ts";

interface Compiled {
  readonly __esModule?: unknown;
  readonly default?: unknown;
}

/**
 * What was compiled to CommonJS means the default of its source, as the compilers and the loaders that compile it say.
 *
 * @param source The file that was written, where another one was made of it.
 */
export function namespaceOf(module: NodeModule | undefined, source: string): object {
  const exports = (): unknown => module?.exports;
  const first = exports();
  if (types.isModuleNamespaceObject(first)) return first as object;
  const namespace: object = Object.create(null);
  const isCompiled = meansItsDefault(source) && Boolean((first as Compiled | null)?.__esModule);
  const names = typeof first === "object" || typeof first === "function" ? namesOf(first) : [];
  for (const name of names) {
    if (name === "default") continue;
    Object.defineProperty(namespace, name, {
      enumerable: true,
      get: () => (exports() as Record<string, unknown>)[name],
    });
  }
  Object.defineProperty(namespace, "default", {
    enumerable: true,
    get: () => (isCompiled ? (exports() as Compiled).default : exports()),
  });
  return namespace;
}

function namesOf(exports: object | null): string[] {
  return exports === null ? [] : Object.keys(exports);
}
