// A host in a process of its own, seen from the tests: connections to it, and what it counts.
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { RawConnection } from "../_raw.ts";
import { within } from "../bridges/_quiet.ts";
import type { Ask, News, Settled, State } from "./_child.ts";
import type { Tally } from "./_counts.ts";
import { dialectOf } from "./_dialect.ts";
import type { Dialect, Wish } from "./_dialect.ts";
import type { FaultHost } from "./_host-names.ts";
import { isHttp2, isSecure } from "./_host-names.ts";

/** How long counts may take to come back to what they were, in milliseconds. */
const PATIENCE = 8000;

/** What a shutdown leaves. */
export interface Closed {
  before: Tally;
  after: Tally;
  logs: string[];
  work: { handlers: number; streams: number; produced: number };
}

/** Starts a host. */
export async function startFar(host: FaultHost): Promise<Far> {
  const child = fork(fileURLToPath(new URL("_child.ts", import.meta.url)), [host], {
    execArgv: ["--import", "tsx", "--expose-gc"],
    env: { ...process.env, NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const far = new Far(host, child);
  await far.isUp;
  return far;
}

export class Far {
  readonly host: FaultHost;
  readonly dialect: Dialect;
  readonly isUp: Promise<void>;
  /** Resolves with the exit code. */
  readonly exit: Promise<number | null>;
  /** What it wrote to stdout and stderr: nothing, if all is well. */
  noise = "";
  port = 0;
  readonly #child: ChildProcess;
  readonly #open = new Set<RawConnection>();
  readonly #started = new Map<string, () => void>();
  readonly #answers = new Map<number, (answer: unknown) => void>();
  #asked = 0;
  #requests = 0;
  #witness: RawConnection | undefined;
  #witnessed = 0;
  #rest: Settled | undefined;

  constructor(host: FaultHost, child: ChildProcess) {
    this.host = host;
    this.dialect = dialectOf(host);
    this.#child = child;
    this.exit = once(child, "exit").then(([code]) => code as number | null);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.noise += text;
      });
    }
    const up = new Promise<void>((resolve) => {
      child.on("message", (news: News) => {
        if (news.news === "up") {
          this.port = news.port;
          resolve();
        } else if (news.news === "started") this.#started.get(news.id)?.();
        else this.#answers.get(news.id)?.(news.answer);
      });
    });
    const died = this.exit.then((code) => {
      throw new Error(`${host} ended with ${code}: ${this.noise}`);
    });
    died.catch(() => {});
    this.isUp = Promise.race([up, died]);
  }

  /** Opens a connection, ready for a request. */
  async open(): Promise<RawConnection> {
    // A client that ends its side and goes on reading; with TLS and HTTP/2 there is no such thing.
    const allowHalfOpen = !isHttp2(this.host) && !isSecure(this.host);
    const tcp = connect({ port: this.port, host: "127.0.0.1", noDelay: true, allowHalfOpen });
    await once(tcp, "connect");
    const connection = new RawConnection(isSecure(this.host) ? await this.#encrypt(tcp) : tcp);
    // The socket of TLS has no reset of its own.
    connection.reset = () => void tcp.resetAndDestroy();
    this.#open.add(connection);
    tcp.once("close", () => this.#open.delete(connection));
    connection.write(this.dialect.preface);
    return connection;
  }

  /** An `id` for a request, and a promise of the moment when its handler begins. */
  expectStart(): { id: string; started: Promise<void> } {
    this.#requests += 1;
    const id = String(this.#requests);
    const started = new Promise<void>((resolve) => this.#started.set(id, resolve));
    const bounded = within(10_000, `the handler of request ${id}`, started);
    bounded.catch(() => {}).finally(() => this.#started.delete(id));
    return { id, started: bounded };
  }

  /** The connection that stays open all the time. */
  async keptOpen(): Promise<RawConnection> {
    this.#witness ??= await this.open();
    this.#witness.received = "";
    return this.#witness;
  }

  /** One more request on the connection that stays open all the time. */
  async witness(wish: Wish = { path: "/ok" }): Promise<string> {
    const connection = await this.keptOpen();
    const index = this.#witnessed;
    this.#witnessed += 1;
    connection.write(this.dialect.request(wish, index));
    return await connection.until((text) => this.dialect.isWhole(text, index), "a whole answer");
  }

  /** Closes what a test left open when it failed. */
  hangUp(): void {
    for (const connection of this.#open) if (connection !== this.#witness) connection.destroy();
  }

  /** Waits until only the witness is connected and the counts are as they were; gives them as they are. */
  async settle(like?: State, patience = PATIENCE): Promise<Settled> {
    const shape = like && { counts: like.counts, work: like.work };
    const connections = isHttp2(this.host) ? 2 : 1;
    const both = isSecure(this.host) ? connections + 1 : connections;
    return (await this.ask({
      what: "settle",
      like: shape,
      connections: both,
      patience,
    })) as Settled;
  }

  /** The counts to start from; what the fault before was seen to leave is not counted again. */
  async atRest(): Promise<Settled> {
    const known = this.#rest;
    this.#rest = undefined;
    if (known) return known;
    await this.witness();
    const state = await this.settle(undefined, 3000);
    expect(state.isQuiet, `something was left: ${JSON.stringify(state)}`).toBe(true);
    return state;
  }

  /** Notes that nothing was left. */
  rests(state: Settled): void {
    this.#rest = state;
  }

  async work(): Promise<{ handlers: number; produced: number; buffered: number }> {
    return (await this.ask({ what: "work" })) as {
      handlers: number;
      produced: number;
      buffered: number;
    };
  }

  async close(): Promise<Closed> {
    return (await this.ask({ what: "close" })) as Closed;
  }

  async ask(ask: Ask): Promise<unknown> {
    this.#asked += 1;
    const id = this.#asked;
    const answered = new Promise((resolve) => this.#answers.set(id, resolve));
    this.#child.send({ ...ask, id });
    const ended = this.exit.then((code) => {
      throw new Error(`${this.host} ended with ${code}: ${this.noise}`);
    });
    return await within(20_000, `an answer to ${ask.what}`, Promise.race([answered, ended]));
  }

  /** Lets go of the child, which then has no reason to stay. */
  disconnect(): void {
    this.#witness?.destroy();
    if (this.#child.connected) this.#child.disconnect();
  }

  stop(): void {
    this.#witness?.destroy();
    this.#child.kill("SIGKILL");
  }

  async #encrypt(socket: Socket): Promise<Socket> {
    const protocols = isHttp2(this.host) ? ["h2"] : ["http/1.1"];
    // The certificate is the tests' own, and nobody's secret.
    const options = { rejectUnauthorized: false, ALPNProtocols: protocols };
    const encrypted = connectTls({ socket, ...options });
    await once(encrypted, "secureConnect");
    return encrypted;
  }
}

/** What may be different after a fault. */
export interface Allowed {
  /** Log lines from `warn` up; none if left out. */
  logs?: RegExp;
  /** Objects per kind that Node itself may hold on to, of the last connections. */
  held?: number;
  patience?: number;
}

/**
 * Looks before and after: the counts are the same, every object is collected, nothing was written, and the host
 * answers on.
 */
export async function leavesNothing(
  far: Far,
  fault: () => Promise<void>,
  { logs, held = 3, patience }: Allowed = {},
): Promise<{ before: Settled; after: Settled }> {
  const before = await far.atRest();
  try {
    await fault();
  } catch (error) {
    far.hangUp();
    throw error;
  }
  expect(await far.witness()).toContain("ok");
  const after = await far.settle(before, patience);
  expect(after.counts).toEqual(before.counts);
  expect(after.work).toEqual(before.work);
  for (const [kind, left] of Object.entries(after.left)) {
    expect(left - (before.left[kind] ?? 0), `${kind} objects still held`).toBeLessThanOrEqual(held);
  }
  expect(after.logs.filter((line) => !logs?.test(line))).toEqual([]);
  expect(after.errors.late).toBe(before.errors.late);
  expect(far.noise).toBe("");
  far.rests(after);
  return { before, after };
}
