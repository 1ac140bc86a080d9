// Public entry "./express".
export type { ExpressBridge, ExpressHost } from "./middleware.ts";
export { starbridge, starbridge as default } from "./middleware.ts";
