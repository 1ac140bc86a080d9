// Starts a real server of one kind around the bridge, from a description that names no host.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Server } from "node:net";
import type { BridgeOptions } from "starbridge";
import { startConnect, startExpress, startMiddie, startNode } from "./bridges/_host-connect.ts";
import { startFastify } from "./bridges/_host-fastify.ts";
import { openHttp2 } from "./bridges/_http2.ts";
import { openRaw, raw } from "./_raw.ts";
import type { RawAnswer, RawConnection } from "./_raw.ts";

export type HostName =
  | "express 4"
  | "express 5"
  | "fastify"
  | "fastify + middie"
  | "connect"
  | "node:http"
  | "http2";

/** What a host can do, where the hosts are not alike. */
export interface Traits {
  /** The wire is HTTP/1.1 text, so that a socket can be driven by hand. */
  http1: boolean;
  /** Middleware of the shape (req, res, next) runs in front of the bridge on the same objects. */
  connectLike: boolean;
  /** The bridge can be mounted at a path; "nested" inside another mounted thing too. */
  mounts: "nested" | "one" | "none";
  /** What answers after `context.pass()`: the next handler for the same path, or the not-found handler. */
  passGoesTo: "next" | "not found";
}

const connectLike = { http1: true, connectLike: true, passGoesTo: "next" } as const;
const traits: Record<HostName, Traits> = {
  "express 4": { ...connectLike, mounts: "nested" },
  "express 5": { ...connectLike, mounts: "nested" },
  connect: { ...connectLike, mounts: "nested" },
  "fastify + middie": { ...connectLike, mounts: "one" },
  "node:http": { ...connectLike, mounts: "none" },
  http2: { ...connectLike, http1: false, mounts: "none" },
  fastify: { http1: true, connectLike: false, mounts: "nested", passGoesTo: "not found" },
};

/** What a host can do. */
export function traitsOf(host: HostName): Traits {
  return traits[host];
}

/** A connect middleware. */
export type ConnectMiddleware = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** A step of the host in front of the bridge, with the host's own way to set headers and to answer. */
export interface Exchange {
  req: IncomingMessage;
  /** Fastify has its reply's headers, the others those of `res`. */
  setHeader(name: string, value: string | string[]): void;
  answer(status: number, body: string): void;
}

/** A request as a legacy handler sees it. */
export interface LegacyCall {
  req: IncomingMessage;
  method: string;
  /** As the host gives it to its own handlers. */
  url: string;
  /** The whole body, through whatever the host reads bodies with. */
  body(): Promise<string>;
}

export interface LegacyReply {
  status?: number;
  headers?: Record<string, string>;
  text: string;
}

export type LegacyHandler = (call: LegacyCall) => LegacyReply | Promise<LegacyReply>;

/** A host in words that fit all of them. */
export interface Setup {
  /** The bridge's options. */
  options?: BridgeOptions;
  /** Where the bridge is mounted, outermost first: `["/mnt"]`, `["/api", "/v1"]`. */
  mount?: string[];
  /** Steps of the host in front of everything. */
  before?: ((exchange: Exchange) => void | Promise<void>)[];
  /** A path below which the host asks for an `authorization` header, and answers 401 without. */
  guard?: string;
  /** Middleware in front of the bridge; hosts that are `connectLike` only. */
  use?: ConnectMiddleware[];
  /** Routes of the host behind the bridge, by `"GET /path"`. */
  legacy?: Record<string, LegacyHandler>;
  /** What the host answers at its end (404, `host 404`). */
  notFound?: LegacyHandler;
  /** The host believes its proxy; hosts without such a setting get `security.allowedDomains`. */
  trustProxy?: boolean;
}

export interface LogLine {
  level: "debug" | "info" | "warn" | "error";
  text: string;
}

/** What a starter hands back. */
export interface Started {
  server: Server;
  /** Stops the bridge and the host. */
  stop(): Promise<void>;
}

/** What the starters write to. */
export interface Records {
  /** What reached the host's error handler. */
  errors: unknown[];
  /** Errors that reached it when the head was already out. */
  lateErrors: unknown[];
}

export interface Running extends Records {
  origin: string;
  port: number;
  /** What the bridge logged. */
  logs: LogLine[];
  server: Server;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** One request by hand, connection closed after it. */
  raw(head: string | string[], body?: string): Promise<RawAnswer>;
  /** A connection to drive by hand. */
  open(): Promise<RawConnection>;
  close(): Promise<void>;
}

const running = new Set<Running>();
let prepare: (options: BridgeOptions) => Promise<BridgeOptions> | BridgeOptions = (options) =>
  options;

/** Lets a test file run the same list on something else than the modules that the list is written with. */
export function prepareOptions(change: typeof prepare): void {
  prepare = change;
}

/** Starts a host on a free port; `stopHosts()` in an `afterEach` stops what a test left. */
export async function start(host: HostName, setup: Setup): Promise<Running> {
  const records: Records = { errors: [], lateErrors: [] };
  const logs: LogLine[] = [];
  const trusts = setup.trustProxy && host !== "fastify" && !host.startsWith("express");
  const options: BridgeOptions = await prepare({
    logger: recordingLogger(logs),
    ...setup.options,
    ...(trusts && { security: { ...setup.options?.security, allowedDomains: [{}] } }),
  });
  const started = await starters[host](host, { ...setup, options }, records);
  const port = (started.server.address() as AddressInfo).port;
  const origin = `http://127.0.0.1:${port}`;
  const client = host === "http2" ? openHttp2(origin) : undefined;
  const self: Running = {
    ...records,
    origin,
    port,
    logs,
    server: started.server,
    fetch: (path, init) =>
      client ? client.fetch(path, init) : fetch(origin + path, { redirect: "manual", ...init }),
    raw: (head, body) => raw(port, head, body),
    open: () => openRaw(port),
    async close() {
      running.delete(self);
      client?.close();
      closeConnections(started.server);
      await started.stop();
    },
  };
  running.add(self);
  return self;
}

/** Stops every host that is still up. */
export async function stopHosts(): Promise<void> {
  await Promise.all([...running].map((host) => host.close()));
}

/** Express, connect and plain http let the connections of clients stay open when a server closes. */
function closeConnections(server: Server & { closeAllConnections?: () => void }): void {
  server.closeAllConnections?.();
}

function recordingLogger(logs: LogLine[]): NonNullable<BridgeOptions["logger"]> {
  const level =
    (name: LogLine["level"]) =>
    (fields: object | string, message?: string): void => {
      const error = typeof fields === "object" ? (fields as { err?: unknown }).err : undefined;
      const text = typeof fields === "string" ? fields : `${message ?? ""} ${error ?? ""}`;
      logs.push({ level: name, text });
    };
  return { debug: level("debug"), info: level("info"), warn: level("warn"), error: level("error") };
}

const starters: Record<
  HostName,
  (host: HostName, setup: Setup, records: Records) => Promise<Started>
> = {
  "express 4": startExpress,
  "express 5": startExpress,
  connect: startConnect,
  "node:http": startNode,
  http2: startNode,
  "fastify + middie": startMiddie,
  fastify: startFastify,
};
