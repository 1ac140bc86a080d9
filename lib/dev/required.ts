// The modules that require() has loaded in this process, whoever asked, and which has asked for which.
import { ownRequire } from "../loader/own-files.ts";

// Its cache is that of the process.
const require = ownRequire();

/** The module of a file as who requires it next gets it. */
export function requiredModule(file: string): NodeModule | undefined {
  return require.cache[file];
}

export function requiredModules(): NodeModule[] {
  return Object.values(require.cache).filter((module) => module !== undefined);
}

/** Whether it is what the next one gets. One that has failed is not, nor is what createRequire() asks in the name of. */
export function isRequirable(module: NodeModule): boolean {
  return require.cache[module.filename] === module;
}

/** What a module has asked for; what a test has put into the cache for a module need not have any. */
export function childrenOf({ children }: NodeModule): readonly NodeModule[] {
  return Array.isArray(children) ? children : [];
}

/** Modules, and those of the same kind that they have asked for, directly or not. */
export function withChildren(
  modules: Iterable<NodeModule>,
  isOfKind: (module: NodeModule) => boolean = () => true,
): Set<NodeModule> {
  const found = new Set(modules);
  // A set is walked with what is added on the way.
  for (const module of found) {
    for (const child of childrenOf(module)) if (isOfKind(child)) found.add(child);
  }
  return found;
}

/** Modules, and those among others that have asked for one of them, directly or not. */
export function withParents(
  modules: Iterable<NodeModule>,
  others: Iterable<NodeModule>,
): Set<NodeModule> {
  const parents = new Map<NodeModule, NodeModule[]>();
  for (const other of others) {
    for (const child of childrenOf(other)) {
      const known = parents.get(child);
      if (known === undefined) parents.set(child, [other]);
      else known.push(other);
    }
  }
  const found = new Set(modules);
  for (const module of found) for (const parent of parents.get(module) ?? []) found.add(parent);
  return found;
}

/**
 * Makes the next one who requires these files load them anew. Among themselves they keep what they have asked for; who
 * stays, and has asked for one of them, would keep every version of it.
 */
export function forgetModules(modules: ReadonlySet<NodeModule>): void {
  if (modules.size === 0) return;
  const others = new Set(requiredModules());
  for (const module of modules) {
    if (module.parent) others.add(module.parent);
    if (isRequirable(module)) delete require.cache[module.filename];
  }
  for (const { children } of [...others].filter((other) => !modules.has(other))) {
    if (!Array.isArray(children)) continue;
    for (let at = children.length - 1; at >= 0; at--) {
      if (modules.has(children[at] as NodeModule)) children.splice(at, 1);
    }
  }
}
