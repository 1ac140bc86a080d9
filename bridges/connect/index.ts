// Public entry "./connect".
export { fromConnect } from "./from-connect.ts";
export type { ConnectBridge, ConnectNext, NodeHost } from "./middleware.ts";
export { starbridge, starbridge as default } from "./middleware.ts";
