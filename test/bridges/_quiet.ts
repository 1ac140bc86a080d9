// What holds after every test: the hosts are down, nothing was written to stderr, no rejection was left.
import { afterEach, beforeEach, expect, vi } from "vitest";
import { stopHosts } from "../_hosts.ts";

/** Words of Node on its own features, and of Fastify on options at its top level, which some tests are about. */
const expected = /ExperimentalWarning|FSTDEP022/;

/** Watches the process for the tests of the `describe` it is called in. */
export function staysQuiet(): void {
  const noise: string[] = [];
  const warned = ({ name, message, code = "" }: Error & { code?: string }) =>
    noise.push(`warning: ${name} ${code}: ${message}`);
  const rejected = (reason: unknown) => noise.push(`unhandledRejection: ${String(reason)}`);

  beforeEach(() => {
    noise.length = 0;
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      noise.push(`stderr: ${String(text)}`);
      return true;
    });
    for (const level of ["error", "warn"] as const) {
      vi.spyOn(console, level).mockImplementation((...parts) => {
        noise.push(`console.${level}: ${parts.map(String).join(" ")}`);
      });
    }
    process.on("warning", warned);
    process.on("unhandledRejection", rejected);
  });

  afterEach(async () => {
    await stopHosts();
    // One more turn: late rejections are reported after the promise jobs of this one.
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", warned);
    process.off("unhandledRejection", rejected);
    vi.restoreAllMocks();
    expect(noise.filter((line) => !expected.test(line))).toEqual([]);
  });
}

/** A promise with its handles. */
export interface Deferred<Value = void> {
  promise: Promise<Value>;
  resolve(value: Value): void;
}

export function deferred<Value = void>(): Deferred<Value> {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Waits for a promise, but not for ever: a hang becomes a failure that says what was waited for. */
export async function within<Value>(
  milliseconds: number,
  what: string,
  promise: Promise<Value>,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what}: not within ${milliseconds} ms`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
