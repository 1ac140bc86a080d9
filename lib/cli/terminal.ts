// Where the command line writes: the answer to stdout, everything else to stderr, colours and progress only where a
// person looks. It owns its process, unlike the rest of lib/, which is a guest in one.
import type { WriteStream } from "node:tty";
import { cut } from "./columns.ts";
import type { Failure } from "./failure.ts";
import { EXIT } from "./failure.ts";
import type { Paint } from "./paint.ts";
import { paintFor } from "./paint.ts";

type Output = Pick<WriteStream, "isTTY" | "columns"> & NodeJS.WritableStream;

interface Streams {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: NodeJS.ProcessEnv;
}

/** Milliseconds between two lines of progress: more often nobody can read. */
const PROGRESS_INTERVAL = 50;

export class Terminal {
  /** For what `print` is given. */
  readonly paint: Paint;
  /** For what `note` is given. */
  readonly notePaint: Paint;
  /** What is being done with code of the user's, for a sentence. */
  activity: string | undefined;
  readonly #write: (text: string) => Promise<boolean>;
  readonly #errors: Output;
  readonly #showsProgress: boolean;
  #phase = "";
  #lastProgress = 0;
  #hasProgress = false;

  constructor(isJson: boolean, { stdout, stderr, env }: Streams = process) {
    this.paint = paintFor(stdout, env);
    this.notePaint = paintFor(stderr, env);
    this.#errors = stderr;
    // A line is written over with control characters, which a dumb terminal shows.
    this.#showsProgress = stderr.isTTY === true && !isJson && env.TERM !== "dumb";
    // Who writes is told; see `print`.
    for (const stream of [stdout, stderr]) stream.on("error", () => {});
    this.#write = takeStdout(stdout, (text) => {
      this.#clearProgress();
      return stderr.write(text);
    });
  }

  /**
   * Writes the answer; resolves when it is out. `starbridge routes | head -1`: who has read enough closes the pipe, and
   * that is no failure. A full disk is one.
   *
   * @returns Whether there is still somebody who reads.
   */
  print(text: string): Promise<boolean> {
    this.#clearProgress();
    return this.#write(`${text}\n`);
  }

  /** Writes a line beside the answer. */
  note(text: string): void {
    this.#clearProgress();
    this.#errors.write(`${text}\n`);
  }

  /** Resolves when everything is out: a process that ends drops what a pipe has not taken yet. */
  async flush(): Promise<void> {
    // What could not be written was told where it was written.
    await this.#write("").catch(() => {});
    await new Promise<void>((resolve) => this.#errors.write("", () => resolve()));
  }

  /** Shows what long work is at, in one line that is written over and vanishes in the end. */
  phase(phase: string): void {
    this.#phase = `${phase} `;
    this.#show(`${phase} …`);
  }

  /** Shows in that line how far it is; the last of all, always. */
  progress(done: number, total: number, what: string): void {
    const now = Date.now();
    if (done < total && now - this.#lastProgress < PROGRESS_INTERVAL) return;
    this.#lastProgress = now;
    this.#show(`${this.#phase}${done}/${total} ${what}`);
  }

  #show(line: string): void {
    if (!this.#showsProgress) return;
    this.#hasProgress = true;
    this.#errors.write(`\r\u001B[2K${cut(line, (this.#errors.columns || 80) - 1)}`);
  }

  /**
   * Has something to say when the process ends before the command does: a module that is loaded may call
   * `process.exit()`, or wait for what never comes.
   *
   * @returns How to be silent again.
   */
  reportEarlyExit(report: (failure: Failure) => void): () => void {
    const onExit = (exitCode: number) => {
      const during = this.activity === undefined ? "" : ` while ${this.activity}`;
      const message = `The process ended${during} (exit code ${exitCode}).`;
      const hint =
        "A module called process.exit(), failed in the background, or waits for what never comes.";
      report({ code: "ended", message, hint });
      process.exitCode = EXIT.problems;
    };
    process.once("exit", onExit);
    return () => process.off("exit", onExit);
  }

  #clearProgress(): void {
    if (this.#hasProgress) this.#errors.write("\r\u001B[2K");
    this.#hasProgress = false;
  }
}

/**
 * Endpoint files and configs print when they are loaded (dotenv does): that goes elsewhere, so that
 * `starbridge check --json | jq` holds.
 *
 * @returns How to write to stdout from now on.
 */
function takeStdout(
  stdout: Output,
  instead: (text: string | Uint8Array) => boolean,
): (text: string) => Promise<boolean> {
  const write = stdout.write.bind(stdout);
  stdout.write = (
    text: string | Uint8Array,
    encoding?: BufferEncoding | Callback,
    callback?: Callback,
  ) => {
    const done = typeof encoding === "function" ? encoding : callback;
    if (done) process.nextTick(done);
    return instead(text);
  };
  return (text) =>
    new Promise((resolve, reject) => {
      write(text, (error?: Error | null) => {
        const { code } = (error ?? {}) as NodeJS.ErrnoException;
        if (error && code !== "EPIPE") reject(error);
        else resolve(!error);
      });
    });
}

type Callback = (error?: Error | null) => void;
