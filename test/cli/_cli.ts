// What the tests of the command line share: the program as it is shipped, run in a project of its own.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { link } from "../lib/loader/_app.ts";

export { commonJs, esm, link, writeApp } from "../lib/loader/_app.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const BIN = "dist/lib/cli/bin.js";

/** The program of this repository. */
export const bin = join(repository, BIN);

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface RunOptions {
  env?: Record<string, string>;
  /** For Node itself. */
  flags?: string[];
}

/** Runs `starbridge` in a folder to its end; killed after 30 seconds. Neither stdout nor stderr is a terminal. */
export function run(cwd: string, args: string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = start(cwd, args, options);
    const finished: Finished = { code: null, stdout: "", stderr: "" };
    child.stdout.on("data", (text) => {
      finished.stdout += text;
    });
    child.stderr.on("data", (text) => {
      finished.stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...finished, code }));
  });
}

/** The same with `--json`, its answer parsed. */
export async function runJson<Answer>(
  cwd: string,
  args: string[],
  options?: RunOptions,
): Promise<{ code: number | null; answer: Answer; stderr: string }> {
  const { code, stdout, stderr } = await run(cwd, [...args, "--json"], options);
  try {
    return { code, answer: JSON.parse(stdout) as Answer, stderr };
  } catch {
    throw new Error(`No JSON on stdout: ${stdout}\n${stderr}`);
  }
}

interface Followed {
  /** The next line of its stdout. */
  line(): Promise<string>;
  /** Reads no more of its stdout. */
  leave(): void;
  /** Its exit code. */
  end(): Promise<number | null>;
}

/** Runs `starbridge` until the test ends, and gives the lines of its stdout as they come. */
export function follow(cwd: string, args: string[]): Followed {
  const child = start(cwd, args, {});
  onTestFinished(() => void child.kill());
  const lines: string[] = [];
  let rest = "";
  let errors = "";
  let wake: () => void = () => {};
  child.stdout.on("data", (text) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    wake();
  });
  child.stderr.on("data", (text) => {
    errors += text;
  });
  child.on("close", () => wake());
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return {
    leave: () => void child.stdout.destroy(),
    end: () => ended,
    async line() {
      while (lines.length === 0) {
        if (child.exitCode !== null) throw new Error(`It ended (${child.exitCode}): ${errors}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return lines.shift() as string;
    },
  };
}

/** Runs `starbridge` in a folder that is removed before it starts. */
export function runFromGone(folder: string, args: string[]): Finished {
  const script = 'rmdir "$PWD" && exec "$@"';
  const { status, stdout, stderr } = spawnSync(
    "sh",
    ["-c", script, "sh", process.execPath, bin, ...args],
    { cwd: folder, env: environment(), encoding: "utf8" },
  );
  return { code: status, stdout, stderr };
}

function start(cwd: string, args: string[], { env = {}, flags = [] }: RunOptions) {
  const installed = join(cwd, "node_modules/starbridge", BIN);
  const program = existsSync(installed) ? installed : bin;
  const child = spawn(process.execPath, [...flags, program, ...args], {
    cwd,
    env: { ...environment(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 30_000,
  });
  child.stdout.setEncoding("utf8");
  child.stderr.setEncoding("utf8");
  return child;
}

/** What the test runner set is not the user's, and what the machine says of colours not the test's. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS, NODE_ENV, FORCE_COLOR, NO_COLOR, VITEST, ...env } = process.env;
  return env;
}

/** Installs the package in a project as a user does in production: no vite in reach. */
export function install(root: string): void {
  const installed = join(root, "node_modules/starbridge");
  mkdirSync(installed, { recursive: true });
  cpSync(join(repository, "package.json"), join(installed, "package.json"));
  cpSync(join(repository, "dist"), join(installed, "dist"), { recursive: true });
  const { dependencies } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  link(root, ...Object.keys(dependencies));
}

/** Flags for a Node that does not run TypeScript. */
export const withoutTypeScript =
  (process.features as { typescript?: unknown }).typescript === undefined
    ? []
    : ["--no-experimental-strip-types"];

/** The `tsc` of this repository. */
export const tsc = join(repository, "node_modules/typescript/bin/tsc");
