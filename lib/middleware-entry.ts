// Public entry "./middleware": what astro/middleware exports.
export type { CreateContext } from "./create-context.ts";
export { createContext } from "./create-context.ts";
export { defineMiddleware, sequence } from "./middleware.ts";
export { isLocalsSerializable, trySerializeLocals } from "./serialize-locals.ts";
