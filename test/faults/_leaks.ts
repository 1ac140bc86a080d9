// Leaks on purpose, so that it is seen that each of them is found: `counts.test.ts`.
import type { IncomingMessage, ServerResponse } from "node:http";

const leaks = {
  "a listener on the process": () => process.on("exit", () => {}),
  "a listener on the server": (req: IncomingMessage) => serverOf(req).on("leak", () => {}),
  "a listener on the connection": (req: IncomingMessage) => req.socket.on("leak", () => {}),
  "a timer": () => setTimeout(() => {}, 3_600_000),
  "a request that is kept": (req: IncomingMessage) => kept.push(req),
  "a response that is kept": (_req: IncomingMessage, res: ServerResponse) => kept.push(res),
  "a few kilobytes": () => kept.push(Array.from({ length: 500 }, () => Math.random())),
  "a buffer": () => kept.push(Buffer.alloc(20_000)),
};

const kept: unknown[] = [];

export type LeakName = keyof typeof leaks;

export const LEAKS = Object.keys(leaks) as LeakName[];

/** Leaks something with a request. */
export function leakOne(name: LeakName, req: IncomingMessage, res: ServerResponse): void {
  // Node would warn of most of these after ten; here it is the counts that have to tell.
  for (const emitter of [process, serverOf(req), req.socket]) emitter.setMaxListeners(0);
  leaks[name](req, res);
}

function serverOf(req: IncomingMessage): NodeJS.EventEmitter {
  return (req.socket as unknown as { server: NodeJS.EventEmitter }).server;
}
