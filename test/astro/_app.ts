// What the Astro tests share: an app without a host, endpoints in one line, a log that can be read.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type {
  APIContext,
  APIRoute,
  BridgeError,
  BridgeOptions,
  MiddlewareHandler,
} from "starbridge";
import { createTestApp } from "starbridge/testing";
import { onTestFinished } from "vitest";

/** An endpoint file, written inline. */
export type Handlers = Record<string, APIRoute>;
export type Routes = Record<string, Handlers | (() => Promise<Handlers>)>;
export type Options = Omit<BridgeOptions, "routes">;
type Logger = NonNullable<BridgeOptions["logger"]>;

interface Facts {
  locals?: App.Locals;
  clientAddress?: string;
}

/** An app over inline endpoints, closed when the test ends. */
export async function testApp(routes: Routes, options: Options = {}) {
  return openApp({ ...options, routes });
}

/** An app over a folder of files, closed when the test ends. */
export async function openApp(options: BridgeOptions) {
  const app = await createTestApp({ logger: captureLog().logger, ...options });
  onTestFinished(() => app.close());
  const fetch = async (path: string, init?: RequestInit, facts?: Facts): Promise<Response> =>
    app.fetch(path, init, facts);
  return {
    fetch,
    status: async (path: string, init?: RequestInit) => (await fetch(path, init)).status,
    text: async (path: string, init?: RequestInit, facts?: Facts) =>
      (await fetch(path, init, facts)).text(),
    json: async (path: string, init?: RequestInit, facts?: Facts) =>
      JSON.parse(await (await fetch(path, init, facts)).text()),
  };
}

/** The JSON of an answer, for looking into. */
export async function jsonOf(response: Response) {
  return JSON.parse(await response.text());
}

/** The statuses of several paths, by path. */
export async function statuses(
  app: { fetch(path: string): Promise<Response> },
  paths: string[],
): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const path of paths) found[path] = (await app.fetch(path)).status;
  return found;
}

/** The error that an app with these options refuses to start with. */
export async function startFailure(options: BridgeOptions): Promise<BridgeError> {
  let app: Awaited<ReturnType<typeof createTestApp>> | undefined;
  try {
    app = await createTestApp({ logger: captureLog().logger, ...options });
    await app.fetch("/");
  } catch (error) {
    return error as BridgeError;
  } finally {
    // An app that failed to start has nothing to close; the failure is what the test is about.
    await app?.close().catch(() => {});
  }
  throw new Error("The app started, although it should have refused.");
}

/** An endpoint whose GET answers a text. */
export function says(text: string): Handlers {
  return { GET: () => new Response(text) };
}

/** An endpoint that answers every method with a part of its context, as JSON. */
export function shows(pick: (context: APIContext) => unknown): Handlers {
  return { ALL: async (context) => Response.json((await pick(context)) ?? null) };
}

/** An endpoint that answers with its params. */
export const showsParams: Handlers = shows((context) => context.params);

/** A `500` file that tells what it was given. */
export const tellsError: Handlers = {
  ALL: ({ props }) =>
    Response.json(
      {
        name: props.error?.name,
        code: props.error?.code,
        message: props.error?.message ?? String(props.error),
      },
      { status: 500 },
    ),
};

/** Passes a function off as a handler that the types would refuse. */
export function untyped(value: unknown): APIRoute {
  return value as APIRoute;
}

/** Passes a function off as a middleware that the types would refuse. */
export function untypedMiddleware(value: unknown): MiddlewareHandler {
  return value as MiddlewareHandler;
}

export interface LogLine {
  level: string;
  text: string;
}

/** A logger, and the lines it was given. */
export function captureLog(): { logger: Logger; lines: LogLine[]; text(): string } {
  const lines: LogLine[] = [];
  const at =
    (level: string) =>
    (first: object | string, message?: string): void => {
      lines.push({
        level,
        text: typeof first === "string" ? first : `${message} ${fields(first)}`,
      });
    };
  return {
    logger: { info: at("info"), warn: at("warn"), error: at("error") },
    lines,
    text: () => lines.map((line) => `${line.level}: ${line.text}`).join("\n"),
  };
}

function fields(value: object): string {
  const error = (value as { err?: unknown }).err;
  return error === undefined ? JSON.stringify(value) : String(error);
}

/** Writes a project into a temporary folder, removed when the test ends. */
export function project(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "starbridge-astro-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const all = { "package.json": '{ "type": "module" }', ...files };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

/** The source of an endpoint file that answers a text. */
export function saysSource(text: string): string {
  return `export const GET = () => new Response(${JSON.stringify(text)});\n`;
}
