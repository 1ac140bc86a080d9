// Public entry "./node".
export { sendResponse } from "./send.ts";
export type { RequestFacts } from "./to-request.ts";
export { toRequest } from "./to-request.ts";
export type { NodeRequest, NodeResponse } from "./messages.ts";
