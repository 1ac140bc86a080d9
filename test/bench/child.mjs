// A process that is asked by message and answers by message, on a core of its own where that can be had.
import { fork, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export class Child {
  #process;
  #waiting = new Map();
  #last = 0;
  #stderr = "";
  /** What it said when it was ready. */
  ready;
  /** Whether it has a core of its own. */
  isPinned;

  /**
   * @param {string} file beside this one
   * @param {{ args?: string[], execArgv?: string[], core?: number }} options
   */
  constructor(file, { args = [], execArgv = [], core } = {}) {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const pinned = core !== undefined;
    this.isPinned = pinned;
    this.#process = fork(path, args, {
      execPath: pinned ? "taskset" : process.execPath,
      execArgv: pinned ? ["-c", String(core), process.execPath, ...execArgv] : execArgv,
      env: { ...process.env, NODE_ENV: "production" },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#process.stderr.setEncoding("utf8").on("data", (text) => {
      this.#stderr = (this.#stderr + text).slice(-2000);
    });
    this.#process.on("message", ({ id, value, error }) => {
      const { resolve, reject } = this.#waiting.get(id) ?? {};
      this.#waiting.delete(id);
      if (error === undefined) resolve?.(value);
      else reject?.(new Error(error));
    });
    this.#process.on("error", (error) => this.#fail(error));
    this.#process.on("exit", (code) => {
      this.#fail(new Error(`${file} ended with ${code}. ${this.#stderr}`));
    });
    this.ready = this.#wait("listening");
    this.ready.catch(() => {});
  }

  /** @param {unknown} ask */
  ask(ask) {
    const id = ++this.#last;
    const answer = this.#wait(id);
    this.#process.send({ id, ask }, (error) => {
      if (error) this.#fail(error);
    });
    return answer;
  }

  /** Resolves when it is gone. */
  stop() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return undefined;
    return new Promise((resolve) => {
      this.#process.once("exit", resolve);
      if (this.#process.connected) this.#process.disconnect();
      else this.#process.kill();
    });
  }

  #wait(id) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`No answer in two minutes. ${this.#stderr}`));
        this.#process.kill("SIGKILL");
      }, 120_000);
      const settle = (action) => (value) => {
        clearTimeout(timer);
        action(value);
      };
      this.#waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
    });
  }

  #fail(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/**
 * Two cores of those that this process may use: for the server and for the load.
 *
 * @returns {{ server?: number, load?: number, text: string }}
 */
export function chooseCores(wanted) {
  const found = spawnSync("taskset", ["-cp", String(process.pid)], { encoding: "utf8" });
  if (found.status !== 0) return { text: "not pinned to cores: there is no taskset" };
  const list = found.stdout.slice(found.stdout.lastIndexOf(":") + 1);
  const allowed = wanted ?? list.split(",").flatMap(expandRange);
  if (allowed.length < 2) return { text: "not pinned to cores: there is only one" };
  const [server, load] = [allowed[0], allowed.at(-1)];
  return { server, load, text: `server on core ${server}, load on core ${load}` };
}

function expandRange(text) {
  const [first, last = first] = text.trim().split("-").map(Number);
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
