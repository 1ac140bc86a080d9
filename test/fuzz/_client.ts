// A client that says what it is told and keeps what it hears, byte by byte. One connection serves many requests, as
// long as the server lets it: that is quicker, and a body that was left on the wire shows in the next answer.
import { connect } from "node:net";
import type { Socket } from "node:net";
import { toWire } from "./_request.ts";
import type { WireRequest } from "./_request.ts";

/** What came back. */
export interface WireAnswer {
  /** `silent`: nothing, or not all, within the time; `closed`: the connection ended before the answer did. */
  outcome: "answered" | "closed" | "silent";
  /** Everything that came, one character per byte. */
  bytes: string;
  status: number;
  /** Header lines as they came. */
  lines: string[];
}

/** Who asks, in whatever protocol. */
export interface Asker {
  ask(request: WireRequest): Promise<WireAnswer>;
  close(): void;
}

/** One connection to a port, opened again whenever the server closes it. */
export class Client implements Asker {
  readonly #port: number;
  readonly #patience: number;
  #socket: Socket | undefined;
  #received = "";
  #ended = false;
  #wake: () => void = () => {};

  /** @param patience Milliseconds after which a silent server counts as hanging. */
  constructor(port: number, patience: number) {
    this.#port = port;
    this.#patience = patience;
  }

  /** Sends one request and waits for its answer, but not for ever. */
  async ask(request: WireRequest): Promise<WireAnswer> {
    const isReused = this.#socket !== undefined && !this.#ended;
    const answer = await this.#ask(request);
    // An idle connection may be closed by the server just when we write to it.
    if (isReused && answer.outcome === "closed" && answer.bytes === "")
      return await this.#ask(request);
    return answer;
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  async #ask(request: WireRequest): Promise<WireAnswer> {
    if (this.#socket === undefined || this.#ended) this.#open();
    this.#socket?.write(toWire(request), "latin1");
    const isHead = request.method === "HEAD";
    const deadline = Date.now() + this.#patience;
    for (;;) {
      const length = endOfAnswer(this.#received, isHead);
      // Bytes after the end are an answer nobody asked for; they stay in, or begin the next one, for the judge to see.
      if (length !== undefined && this.#received.length >= length) return this.#take("answered");
      if (this.#ended) {
        return this.#take(length === Number.POSITIVE_INFINITY ? "answered" : "closed");
      }
      if (Date.now() >= deadline) return this.#take("silent");
      await this.#change(deadline);
    }
  }

  #take(outcome: WireAnswer["outcome"]): WireAnswer {
    const bytes = this.#received;
    this.#received = "";
    const [, head = ""] = /^([\s\S]*?)\r\n\r\n/.exec(bytes) ?? [];
    const [first = "", ...lines] = head.split("\r\n");
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0);
    if (outcome !== "answered") this.close();
    return { outcome, bytes, status, lines };
  }

  #open(): void {
    this.close();
    const socket = connect({ port: this.#port, host: "127.0.0.1", noDelay: true });
    this.#socket = socket;
    this.#ended = false;
    this.#received = "";
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      if (socket !== this.#socket) return;
      this.#received += text;
      this.#wake();
    });
    socket.on("error", () => {});
    for (const event of ["end", "close"]) {
      socket.on(event, () => {
        if (socket !== this.#socket) return;
        this.#ended = true;
        this.#wake();
      });
    }
  }

  async #change(deadline: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, deadline - Date.now());
    });
    clearTimeout(timer);
  }
}

/** How long an answer is: unknown while its head is not whole, infinite when only the close ends it. */
function endOfAnswer(bytes: string, isHead: boolean): number | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd === -1) return undefined;
  const head = bytes.slice(0, headEnd + 2).toLowerCase();
  const start = headEnd + 4;
  // What comes after an answer that closes the connection is heard to its end.
  if (head.includes("\r\nconnection: close\r\n")) return Number.POSITIVE_INFINITY;
  if (isHead || /^http\/1\.1 (?:204|304)/.test(head)) return start;
  if (head.includes("\r\ntransfer-encoding: chunked\r\n")) {
    const end = bytes.indexOf("\r\n0\r\n\r\n", start - 2);
    return end === -1 ? undefined : end + 7;
  }
  const [, length] = /\r\ncontent-length: (\d+)\r\n/.exec(head) ?? [];
  return length === undefined ? Number.POSITIVE_INFINITY : start + Number(length);
}
