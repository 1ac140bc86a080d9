// Handlers whose errors name the source: a page's own functions, with a look at what they throw.
import type { EndpointModule } from "../types.ts";
import type { Positions } from "./positions.ts";

const METHOD = /^[A-Z][A-Z-]*$/;

/** A module like another, but for the stacks of the errors that leave its handlers. */
export function tracedModule(module: EndpointModule, positions: Positions): EndpointModule {
  const traced: EndpointModule = Object.create(null);
  for (const name of Object.keys(module)) {
    Object.defineProperty(traced, name, {
      enumerable: true,
      get() {
        const value = module[name];
        const isHandler = METHOD.test(name) && typeof value === "function";
        return isHandler ? tracedFunction(value, positions, module) : value;
      },
    });
  }
  return traced;
}

/** @param self What `this` is. */
export function tracedFunction<Function extends CallableFunction>(
  callee: Function,
  positions: Positions,
  self?: unknown,
): Function {
  return new Proxy(callee, {
    apply(target, receiver, values) {
      try {
        const result: unknown = Reflect.apply(target, self ?? receiver, values);
        return result instanceof Promise ? result.then(give, fail) : give(result);
      } catch (error) {
        return fail(error);
      }
    },
  });

  function give<Value>(result: Value): Value {
    if (result instanceof Response) traceBody(result.body, positions);
    return result;
  }

  function fail(error: unknown): never {
    positions.correct(error);
    throw error;
  }
}

/**
 * A stream fails long after the handler has returned it, and only its reader hears of that. The stream stays the one
 * that the page has made: no other could be handed on without reading it.
 */
function traceBody(body: ReadableStream | null, positions: Positions): void {
  // The stream of an endpoint comes by again with each middleware.
  if (body === null || body.locked || Object.hasOwn(body, "getReader")) return;
  const getReader = body.getReader as (options?: object) => Reader;
  replace(body, "getReader", (options?: object) => {
    const reader = getReader.call(body, options);
    const { read } = reader;
    replace(reader, "read", (...views: unknown[]) =>
      read.apply(reader, views).catch((error: unknown) => {
        positions.correct(error);
        throw error;
      }),
    );
    return reader;
  });
}

interface Reader {
  read(...views: unknown[]): Promise<unknown>;
}

/** On this one object, as an assignment would, but not to be seen by who lists its keys. */
function replace(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { configurable: true, writable: true, value });
}
