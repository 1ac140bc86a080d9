// What the tests of builds share: a project on the disk, a build of it, and an app that serves that build.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { BridgeError, BridgeOptions } from "starbridge";
import { createTestApp } from "starbridge/testing";
import { onTestFinished } from "vitest";

export const repository = fileURLToPath(new URL("../../", import.meta.url));

// The build of dist/: Node imports the chunks, as it does for users, and not the test runner.
export const builder: typeof import("../../lib/build/build.ts") = await import(
  pathToFileURL(join(repository, "dist/lib/build/build.js")).href
);
const { resolveConfig }: typeof import("../../lib/config.ts") = await import(
  pathToFileURL(join(repository, "dist/lib/config.js")).href
);

/** Writes a project into a temporary folder, removed when the test ends. */
export function project(files: Record<string, string>): string {
  const root = writeProject(files);
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

/** Writes a project into a temporary folder. */
export function writeProject(files: Record<string, string>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "starbridge-build-")));
  write(root, { "package.json": '{ "type": "module" }', ...files });
  mkdirSync(join(root, "node_modules"), { recursive: true });
  symlinkSync(repository, join(root, "node_modules/starbridge"), "junction");
  return root;
}

/** Adds files to a project. */
export function write(root: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

export interface Log {
  logger: NonNullable<BridgeOptions["logger"]>;
  lines: { level: string; text: string }[];
  text(): string;
}

/** A logger, and the lines it was given. */
export function captureLog(): Log {
  const lines: Log["lines"] = [];
  const at =
    (level: string) =>
    (first: object | string, message?: string): void => {
      const error = typeof first === "string" ? undefined : (first as { err?: unknown }).err;
      lines.push({ level, text: typeof first === "string" ? first : `${message} ${error}` });
    };
  return {
    logger: { info: at("info"), warn: at("warn"), error: at("error") },
    lines,
    text: () => lines.map((line) => `${line.level}: ${line.text}`).join("\n"),
  };
}

/** Builds a project. */
export async function buildProject(root: string, options: BridgeOptions = {}) {
  const log = captureLog();
  const config = resolveConfig({ ...options, root });
  const progress: string[] = [];
  const result = await builder.build({
    config,
    logger: log.logger,
    onProgress: (done, total, what) => progress.push(`${done}/${total} ${what}`),
  });
  return { ...result, log, progress };
}

/** The error that a build fails with. */
export async function buildFailure(
  files: Record<string, string>,
  options: BridgeOptions = {},
): Promise<BridgeError> {
  return buildProject(project(files), options).then(
    () => {
      throw new Error("It was built, although it should have failed.");
    },
    (error: BridgeError) => error,
  );
}

/** An app over the build of a project, closed when the test ends. */
export function serve(root: string, options: BridgeOptions = {}) {
  const log = captureLog();
  const build = options.build ?? "dist/starbridge";
  const app = createTestApp({ logger: log.logger, ...options, build, root, dev: false });
  onTestFinished(() => app.close());
  const fetch = (path: string, init?: RequestInit): Promise<Response> => app.fetch(path, init);
  return {
    log,
    fetch,
    ready: () => app.ready(),
    text: async (path: string) => (await fetch(path)).text(),
    json: async (path: string) => JSON.parse(await (await fetch(path)).text()),
    status: async (path: string, init?: RequestInit) => (await fetch(path, init)).status,
  };
}

/** Builds a project from files and serves it. */
export async function built(files: Record<string, string>, options: BridgeOptions = {}) {
  const root = project(files);
  const { log, ...result } = await buildProject(root, options);
  return { root, result, buildLog: log, ...serve(root, options) };
}
