// Public entry "./express".
export type { ExpressHost } from "./host.ts";
export type { ExpressBridge } from "./middleware.ts";
export { starbridge, starbridge as default } from "./middleware.ts";
