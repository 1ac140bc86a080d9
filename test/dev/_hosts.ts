// A project on the disk, and a host with the bridge in development around it.
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo, Server } from "node:net";
import { dirname, join } from "node:path";
import express from "express";
import type { FastifyInstance, FastifyServerOptions } from "fastify";
import fastify from "fastify";
import type { BridgeOptions } from "starbridge";
import { starbridge as expressBridge } from "starbridge/express";
import fastifyBridge from "starbridge/fastify";
import { onTestFinished } from "vitest";
import { link, writeApp } from "../lib/loader/_app.ts";

export const HOSTS = ["express", "fastify"] as const;
export type HostName = (typeof HOSTS)[number];

export interface LogLine {
  level: "info" | "warn" | "error";
  text: string;
}

export interface DevHost {
  root: string;
  origin: string;
  logs: LogLine[];
  /** What reached the host's error handler. */
  errors: Error[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** `"200 text"`. */
  ask(path: string, init?: RequestInit): Promise<string>;
  /** Asks until the answer is the one that is wanted; fails with the last answer after five seconds. */
  until(path: string, wanted: string | RegExp, init?: RequestInit): Promise<void>;
  write(name: string, text: string): void;
  /** Saves as editors do: into a file beside it, which then takes its name. */
  replace(name: string, text: string): void;
  remove(name: string): void;
  close(): Promise<void>;
}

/** Texts of the log lines that tell of a reload. */
export function reloads(host: DevHost): string[] {
  return host.logs.map(({ text }) => text).filter((text) => text.startsWith("reloaded "));
}

/** An endpoint file that answers GET with a text. */
export function page(text: string): string {
  return `export const GET = () => new Response(${JSON.stringify(text)});\n`;
}

/** Starts a host for files; it is closed when the test ends. */
export async function startDev(
  name: HostName,
  files: Record<string, string>,
  options: BridgeOptions = {},
  before: (app: Legacy) => void = () => {},
): Promise<DevHost> {
  const root = writeApp({ "package.json": '{ "type": "module" }', ...files });
  link(root, "starbridge");
  const start = name === "express" ? startExpress : startFastify;
  return runDev(root, (logger, errors) => {
    return start({ root, dev: true, logger, ...options }, errors, before);
  });
}

/** What a Fastify app around the bridge is. */
export interface FastifyDev {
  options?: BridgeOptions & { prefix?: string };
  server?: FastifyServerOptions;
  before?: (app: FastifyInstance) => unknown;
  after?: (app: FastifyInstance) => unknown;
}

/** Starts a Fastify app for files, or for the folder of another host. */
export async function startFastifyDev(
  files: Record<string, string> | string,
  { options = {}, server = {}, before, after }: FastifyDev,
): Promise<DevHost & { app: FastifyInstance }> {
  const root =
    typeof files === "string"
      ? files
      : writeApp({ "package.json": '{ "type": "module" }', ...files });
  if (typeof files !== "string") link(root, "starbridge");
  const app = fastify({ forceCloseConnections: true, ...server });
  const host = await runDev(root, async (logger) => {
    try {
      await before?.(app);
      await app.register(fastifyBridge, { root, dev: true, logger, ...options });
      await after?.(app);
      await app.listen({ port: 0, host: "127.0.0.1" });
    } catch (error) {
      await app.close();
      throw error;
    }
    return { server: app.server, close: () => app.close() };
  });
  return { ...host, app };
}

async function runDev(
  root: string,
  start: (logger: NonNullable<BridgeOptions["logger"]>, errors: Error[]) => Promise<Started>,
): Promise<DevHost> {
  const logs: LogLine[] = [];
  const errors: Error[] = [];
  const started = await start(recordingLogger(logs), errors);
  const origin = `http://127.0.0.1:${(started.server.address() as AddressInfo).port}`;
  const host: DevHost = {
    root,
    origin,
    logs,
    errors,
    fetch: (path, init) => fetch(origin + path, init),
    async ask(path, init) {
      const response = await fetch(origin + path, init);
      return `${response.status} ${await response.text()}`;
    },
    async until(path, wanted, init) {
      const deadline = AbortSignal.timeout(5000);
      for (;;) {
        const answer = await host.ask(path, init);
        if (typeof wanted === "string" ? answer === wanted : wanted.test(answer)) return;
        if (deadline.aborted) throw new Error(`${path} still answers ${answer}`);
      }
    },
    write(file, text) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    },
    replace(file, text) {
      const other = join(root, dirname(file), `.${Math.random()}.tmp`);
      writeFileSync(other, text);
      renameSync(other, join(root, file));
    },
    remove: (file) => rmSync(join(root, file), { recursive: true }),
    close: started.close,
  };
  onTestFinished(() => started.close());
  return host;
}

/** What of a host's own routes both frameworks take in the same way. */
export interface Legacy {
  get(url: string, text: string): void;
}

interface Started {
  server: Server;
  close(): Promise<void>;
}

async function startExpress(
  options: BridgeOptions,
  errors: Error[],
  before: (app: Legacy) => void,
): Promise<Started> {
  const app = express();
  const bridge = expressBridge(options);
  app.use(bridge);
  before({ get: (url, text) => void app.get(url, (_req, res) => void res.send(text)) });
  app.use(((error, _req, res, _next) => {
    errors.push(error);
    res.status(500).send(error.message);
  }) as express.ErrorRequestHandler);
  await bridge.ready();
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    server,
    async close() {
      server.close();
      server.closeAllConnections();
      await bridge.close();
    },
  };
}

async function startFastify(
  options: BridgeOptions,
  errors: Error[],
  before: (app: Legacy) => void,
): Promise<Started> {
  const app = fastify({ forceCloseConnections: true });
  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-route", request.routeOptions.url ?? "none");
  });
  app.setErrorHandler((error: Error, _request, reply) => {
    errors.push(error);
    return reply.code(500).send(error.message);
  });
  before({ get: (url, text) => void app.get(url, async () => text) });
  await app.register(fastifyBridge, options);
  await app.listen({ port: 0, host: "127.0.0.1" });
  return { server: app.server, close: () => app.close() };
}

function recordingLogger(logs: LogLine[]): NonNullable<BridgeOptions["logger"]> {
  const write =
    (level: LogLine["level"]) =>
    (fields: object | string, message = ""): void => {
      const error = (fields as { err?: Error }).err?.message ?? "";
      logs.push({ level, text: typeof fields === "string" ? fields : `${message} ${error}` });
    };
  return { info: write("info"), warn: write("warn"), error: write("error") };
}
