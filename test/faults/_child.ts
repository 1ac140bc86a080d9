// One host in a process of its own, so that what is counted is the server's. The other side: `_far.ts`.
import type { AddressInfo } from "node:net";
import { OpenConnections, Seen, count, handles, measure } from "./_counts.ts";
import type { Counts, Memory, Tally } from "./_counts.ts";
import type { FaultHost } from "./_host-names.ts";
import { createHostSteps } from "./_legacy.ts";
import { leakOne } from "./_leaks.ts";
import type { LeakName } from "./_leaks.ts";
import { createPages } from "./_pages.ts";
import type { Work } from "./_pages.ts";
import { serve } from "./_serve.ts";

/** What the parent may ask. */
export type Ask =
  | { what: "settle"; like?: State | undefined; connections: number; patience: number }
  | { what: "work" }
  | { what: "measure" }
  | { what: "limits"; requestTimeout?: number; timeout?: number; allowHalfOpen?: boolean }
  | { what: "leak"; name: LeakName }
  | { what: "close" };

/** Everything that can be counted. */
export interface State {
  counts: Counts;
  work: Omit<Work, "produced">;
}

export interface Settled extends State {
  /** Whether the counts came to rest, and to what was asked for. */
  isQuiet: boolean;
  /** Objects that are still held, by kind. */
  left: Tally;
  memory: Memory;
  errors: { early: number; late: number };
  /** What the bridge logged since the last look, from `warn` up. */
  logs: string[];
}

/** What the child says. */
export type News =
  | { news: "up"; port: number }
  | { news: "started"; id: string }
  | { news: "answer"; id: number; answer: unknown };

const say = (news: News): void => void process.send?.(news);
process.on("message", (message: Ask & { id: number }) => {
  void answer(message).then((given) => say({ news: "answer", id: message.id, answer: given }));
});
// With the channel to the parent, without a server.
const before = handles();
const seen = new Seen();
const logs: string[] = [];
const log =
  (level: string) =>
  (fields: object | string, message = ""): void =>
    void logs.push(`${level}: ${textOf(fields)} ${message}`.trim());
const logger = { debug() {}, info() {}, warn: log("warn"), error: log("error") };

const pages = createPages(seen, (id) => say({ news: "started", id }));
const host = createHostSteps(seen);
let leak: LeakName | undefined;
const { server, close } = await serve(process.argv[2] as FaultHost, {
  ...host,
  front(req, res, next) {
    if (leak !== undefined) leakOne(leak, req, res);
    host.front(req, res, next);
  },
  options: { routes: pages.routes, logger, dev: false, security: { bodySizeLimit: 300_000 } },
});
const open = new OpenConnections(server, seen);

say({ news: "up", port: (server.address() as AddressInfo).port });

async function answer(ask: Ask): Promise<unknown> {
  if (ask.what === "settle") return await settle(ask);
  if (ask.what === "work") return { ...pages.work, buffered: buffered() };
  if (ask.what === "measure") return await measure();
  if (ask.what === "limits") return void Object.assign(server, limitsOf(ask));
  if (ask.what === "leak") {
    leak = ask.name;
    return undefined;
  }
  await close();
  // A handle is closed a little later than its owner says so.
  const deadline = Date.now() + 2000;
  const isOver = (): boolean => JSON.stringify(handles()) === JSON.stringify(before);
  while (!isOver() && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return { before, after: handles(), logs: logs.splice(0), work: pages.work };
}

/** Waits until everything is as it was, or else for the patience to end, and says what is there then. */
async function settle({ like, connections, patience }: Ask & { what: "settle" }): Promise<Settled> {
  const deadline = Date.now() + patience;
  let state = look();
  let last = "";
  const isQuiet = (): boolean => {
    const now = JSON.stringify(state);
    const same = now === (like === undefined ? last : JSON.stringify(like));
    last = now;
    return same && state.counts.connections === connections;
  };
  let quiet = isQuiet();
  while (!quiet && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    state = look();
    quiet = isQuiet();
  }
  const memory = await measure();
  await new Promise((resolve) => setImmediate(resolve));
  return {
    ...state,
    isQuiet: quiet,
    left: seen.left(),
    memory,
    errors: host.errors,
    logs: logs.splice(0),
  };
}

function look(): State {
  const { handlers, streams } = pages.work;
  return { counts: count(server, open), work: { handlers, streams } };
}

/** The most bytes that wait in this process for one connection. */
function buffered(): number {
  const waiting = open.all.map((one) => (one as { writableLength?: number }).writableLength ?? 0);
  return Math.max(0, ...waiting);
}

function limitsOf({ requestTimeout, timeout, allowHalfOpen }: Ask & { what: "limits" }): object {
  return {
    // Node looks at the first only when the second is not longer.
    ...(requestTimeout === undefined ? {} : { requestTimeout, headersTimeout: requestTimeout }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(allowHalfOpen === undefined ? {} : { httpAllowHalfOpen: allowHalfOpen }),
  };
}

function textOf(fields: object | string): string {
  if (typeof fields === "string") return fields;
  const { err } = fields as { err?: Error & { code?: string } };
  return err === undefined ? "" : `${err.code ?? ""} ${err.message}`;
}
