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
        return result instanceof Promise ? result.catch(fail) : result;
      } catch (error) {
        return fail(error);
      }
    },
  });

  function fail(error: unknown): never {
    positions.correct(error);
    throw error;
  }
}
