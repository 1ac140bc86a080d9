// Runs an example as its README says: the `node …` line in a child process, then the `curl …` lines.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

export interface RunningExample {
  url: string;
  /** What it printed until it was ready. */
  output: string;
  /** Ends it; resolves with how it ended and what it said on stderr. */
  stop(): Promise<{ code: number | null; stderr: string }>;
}

/** The commands of an example's README: what starts it and what it is asked. */
export async function readCommands(example: string) {
  const text = await readFile(join(root, "examples", example, "README.md"), "utf8");
  const lines = text.split("\n").map((line) => line.trim());
  const start =
    lines
      .find((line) => line.startsWith("node "))
      ?.split(" ")
      .slice(1) ?? [];
  return { lines, start, curls: lines.filter((line) => line.startsWith("curl ")) };
}

/** Starts `node ...args`, on a free port unless told, and waits until its output matches `ready`. */
export async function startExample(
  args: string[],
  ready = /http:\/\/\S+/,
  port = 0,
  { cwd = root, env = {} }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<RunningExample> {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const exited = once(child, "exit");
  const started = new Promise<void>((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
      if (ready.test(output)) resolve();
    });
  });
  const deadline = once(AbortSignal.timeout(15_000), "abort");
  const first = await Promise.race([
    started.then(() => "started"),
    exited.then(() => "exited"),
    deadline.then(() => "late"),
  ]);
  const url = /http:\/\/[^\s/]+/.exec(output)?.[0];
  if (first !== "started" || !url) {
    child.kill("SIGKILL");
    throw new Error(`node ${args.join(" ")}: ${first}.\n${output}\n${stderr}`);
  }
  return {
    url,
    output,
    async stop() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
      const [code] = await exited;
      clearTimeout(timer);
      return { code, stderr };
    },
  };
}

/** Runs `node ...args` to its end. */
export async function runToEnd(args: string[]) {
  // Without NODE_TEST_CONTEXT: a test run that runs a test run says nothing.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, args, {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  const [code] = await once(child, "close");
  return { code, output };
}

/** The cookies of one `-b file -c file`, by name. */
export type Jar = Map<string, string>;

/** Requests what a printed `curl` line asks for, from the example at `url`. */
export async function requestAsCurl(line: string, url: string, jars = new Map<string, Jar>()) {
  const { target, jar, ...init } = await parseCurl(line);
  const { pathname, search } = new URL(target);
  const cookies = jar === undefined ? undefined : (jars.get(jar) ?? new Map<string, string>());
  if (jar !== undefined && cookies) jars.set(jar, cookies);
  if (cookies?.size) {
    init.headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
  }
  const response = await fetch(url + pathname + search, { ...init, redirect: "manual" });
  for (const cookie of response.headers.getSetCookie()) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    cookies?.set(name, value);
  }
  return { method: init.method, path: pathname, response, body: await response.text() };
}

async function parseCurl(line: string) {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "");
  const headers = new Headers();
  let method: string | undefined;
  let body: string | URLSearchParams | FormData | undefined;
  let target = "";
  let jar: string | undefined;
  for (let index = 1; index < words.length; index++) {
    const word = words[index] ?? "";
    if (word === "-i" || word === "-N") continue;
    if (!word.startsWith("-")) {
      target = word;
      continue;
    }
    const value = words[++index] ?? "";
    const [name = "", text = ""] = splitOnce(value, word === "-H" ? ": " : "=");
    if (word === "-X") method = value;
    else if (word === "-H") headers.set(name, text);
    else if (word === "-b" && text) headers.set("cookie", value);
    else if (word === "-b" || word === "-c") jar = value;
    else if (word === "-d") {
      body = value;
      if (!headers.has("content-type")) {
        headers.set("content-type", "application/x-www-form-urlencoded");
      }
    } else if (word === "--data-urlencode") {
      body = body instanceof URLSearchParams ? body : new URLSearchParams();
      body.append(name, text);
    } else if (word === "-F") {
      body = body instanceof FormData ? body : new FormData();
      const path = text.slice(1);
      body.append(name, new Blob([await readFile(join(root, path))]), basename(path));
    } else if (word !== "-o" && word !== "-D") throw new Error(`curl ${word} is not known here`);
  }
  return { target, jar, headers, body, method: method ?? (body === undefined ? "GET" : "POST") };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}
