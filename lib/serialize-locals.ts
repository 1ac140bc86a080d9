// locals as text, for those who carry them to another process.
import { stringify } from "devalue";
import { describe } from "./describe.ts";
import { bridgeError } from "./errors.ts";

/** How locals are written. */
export interface SerializeOptions {
  /** Write what devalue carries faithfully (Date, Map, Set, URL, BigInt …) instead of plain JSON (`false`). */
  devalue?: boolean;
}

/**
 * Writes locals as JSON.
 *
 * @param value `null`, strings, numbers, booleans, arrays and plain objects, at any depth.
 * @throws BridgeError `STARBRIDGE_LOCALS_NOT_SERIALIZABLE`, which names the path to what cannot be written.
 */
export function trySerializeLocals(value: unknown, options: SerializeOptions = {}): string {
  const reason = findObstacle(value, options.devalue === true);
  if (reason !== undefined) throw bridgeError("LOCALS_NOT_SERIALIZABLE", reason);
  if (!options.devalue) return JSON.stringify(value);
  try {
    return stringify(value);
  } catch (error) {
    const path = `locals${(error as { path?: string }).path ?? ""}`;
    const text = error instanceof Error ? error.message : String(error);
    throw bridgeError("LOCALS_NOT_SERIALIZABLE", { path, reason: `cannot be written: ${text}` });
  }
}

/** Whether `trySerializeLocals` would write the value as JSON. A cycle is no. */
export function isLocalsSerializable(value: unknown): boolean {
  return findObstacle(value, false) === undefined;
}

interface Obstacle {
  readonly path: string;
  readonly reason: string;
}

interface Visit {
  readonly value: unknown;
  readonly path: string;
  /** Set on the way back up: the value is no longer one of our ancestors. */
  readonly leave?: boolean;
}

/** Walks with a stack of its own: locals may be nested deeper than calls may. */
function findObstacle(value: unknown, rich: boolean): Obstacle | undefined {
  const ancestors = new Set<unknown>();
  const stack: Visit[] = [{ value, path: "locals" }];
  for (let visit = stack.pop(); visit !== undefined; visit = stack.pop()) {
    const { value: current, path, leave } = visit;
    if (leave) {
      ancestors.delete(current);
      continue;
    }
    if (typeof current !== "object" || current === null) {
      if (!rich && !isPlainScalar(current)) return { path, reason: `is ${describe(current)}` };
      continue;
    }
    if (ancestors.has(current)) return { path, reason: "leads back to itself (a cycle)" };
    const children = childrenOf(current, path, rich);
    if (children === undefined) {
      if (rich) continue;
      return { path, reason: `is ${describe(current)}` };
    }
    ancestors.add(current);
    stack.push({ value: current, path, leave: true });
    for (const child of children) stack.push(child);
  }
  return undefined;
}

function isPlainScalar(value: unknown): boolean {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

function childrenOf(value: object, path: string, rich: boolean): Visit[] | undefined {
  if (Array.isArray(value)) {
    return value.map((child: unknown, index) => ({ value: child, path: `${path}[${index}]` }));
  }
  if (rich && (value instanceof Map || value instanceof Set)) {
    return [...value]
      .flat()
      .map((child: unknown) => ({ value: child, path: `${path} (a member)` }));
  }
  if (!isPlainObject(value)) return undefined;
  return Object.entries(value).map(([key, child]) => ({
    value: child as unknown,
    path: /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`,
  }));
}

/** No prototype, or one that has none itself: that of any realm's objects. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
