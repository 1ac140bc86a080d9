// A thousand clients that leave at a random moment: after any byte of a request, of its answer, or in between.
import { expect, it } from "vitest";
import type { RawConnection } from "../_raw.ts";
import type { Wish } from "./_dialect.ts";
import { leavesNothing } from "./_far.ts";
import type { Far } from "./_far.ts";
import { leave } from "./_leaving.ts";

const CLIENTS = 1000;
const AT_ONCE = 25;

/** Bytes that may be more after a thousand clients. A request and its response alone are several thousand each. */
const GROWTH = 2 * 1024 * 1024;

/** Another seed than that of every run: `FAULTS_SEED=7 npx vitest run test/faults`. */
const SEED = Number(process.env.FAULTS_SEED ?? 5);

interface Kind extends Wish {
  /** What there is to wait for before leaving. */
  until: "bytes" | "start";
}

const kinds: Kind[] = [
  { path: "/ok", until: "bytes" },
  { path: "/legacy", until: "bytes" },
  { path: "/none", until: "bytes" },
  { path: "/pass", until: "bytes" },
  { path: "/throws", until: "bytes" },
  { path: "/stream", until: "bytes" },
  { path: "/stream?kind=turns", until: "bytes" },
  { path: "/stream?kind=short", until: "bytes" },
  { path: "/stream?kind=silent", until: "start" },
  { path: "/signal", until: "start" },
  { path: "/late?how=text", until: "start" },
  { path: "/late?how=stream", until: "start" },
  { method: "POST", path: "/echo", body: "x".repeat(10_000), until: "bytes" },
  { method: "POST", path: "/upload", body: "x".repeat(10_000), until: "bytes" },
  { method: "POST", path: "/ignore", body: "x".repeat(10_000), until: "bytes" },
  { method: "POST", path: "/refuse", body: "x".repeat(10_000), until: "bytes" },
  { method: "POST", path: "/legacy-upload", body: "x".repeat(10_000), until: "bytes" },
];

export function moments(far: () => Far): void {
  it(`has heap, listeners and handles where they were after ${CLIENTS} disconnects at random moments, seed ${SEED}`, async () => {
    const random = randomOf(SEED);
    // What a server makes once for so many, and keeps, is there before anything is measured.
    await disconnect(far(), random, CLIENTS / 4);
    const { before, after } = await leavesNothing(far(), () => disconnect(far(), random, CLIENTS), {
      logs: /failed after its client had left/,
    });
    expect(after.memory.heap - before.memory.heap, "more heap").toBeLessThan(GROWTH);
    expect(after.memory.buffers - before.memory.buffers, "more buffers").toBeLessThan(GROWTH);
  }, 60_000);
}

async function disconnect(far: Far, random: () => number, count: number): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    for (; left > 0; ) {
      left -= 1;
      await visit(far, await far.open(), random);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function visit(far: Far, connection: RawConnection, random: () => number): Promise<void> {
  const kind = kinds[Math.floor(random() * kinds.length)] as Kind;
  const { id, started } = far.expectStart();
  const path = `${kind.path}${kind.path.includes("?") ? "&" : "?"}id=${id}`;
  const request = far.dialect.request({ ...kind, path }, 0);
  const how = Math.floor(random() * 3);
  const amount = random();
  if (random() < 0.4) {
    connection.write(request.slice(0, Math.floor(amount * request.length)));
  } else {
    connection.write(request);
    if (kind.until === "start") await started;
    else await received(far, connection, amount);
  }
  leave(far, connection, how);
}

/** Waits for some bytes of an answer, or for its end. */
async function received(far: Far, connection: RawConnection, amount: number): Promise<void> {
  // Few or many: half of all moments are within the first 500 bytes.
  const bytes = Math.ceil(300_000 ** amount);
  const isThere = (text: string): boolean =>
    text.length >= bytes || far.dialect.isWhole(text, 0) || connection.closed;
  await connection.until(isThere, `${bytes} bytes`).catch((error: Error) => {
    if (!connection.closed) throw error;
  });
}

/** Numbers from 0 to 1 that a seed tells (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
