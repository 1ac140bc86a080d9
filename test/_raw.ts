// HTTP/1.1 by hand: request targets, heads and closings that no client library would send.
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";

/** One answer as it stood on the wire. */
export interface RawAnswer {
  status: number;
  reason: string;
  /** Names in lower case; every line of a repeated header. */
  headers: Record<string, string[]>;
  /** The body without its framing, one character per byte. */
  body: string;
  /** Whether the framing came to its end: all bytes of the length, or the last chunk. */
  complete: boolean;
}

const LIMIT = 10_000;

/**
 * Sends one request and reads its answer; the connection is closed after it.
 *
 * @param port Where the server listens.
 * @param head Request line and header lines, without line ends; `Host` and `Connection: close` are added
 *   when they are missing.
 * @param body What follows the empty line.
 */
export async function raw(port: number, head: string | string[], body = ""): Promise<RawAnswer> {
  const connection = await openRaw(port);
  try {
    connection.send(head, body, { close: true });
    return await connection.answer(headOf(head).startsWith("HEAD "));
  } finally {
    connection.destroy();
  }
}

/** Opens a connection that stays until it is destroyed. */
export async function openRaw(port: number): Promise<RawConnection> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  return new RawConnection(socket);
}

/** A client side that says exactly what it is told. */
export class RawConnection {
  readonly socket: Socket;
  /** Everything received and not yet taken by `answer()`. */
  received = "";
  /** Whether the other side has ended or reset the connection. */
  closed = false;
  #wake: (() => void)[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      this.received += text;
      this.#changed();
    });
    socket.on("error", () => {});
    for (const event of ["end", "close"]) {
      socket.on(event, () => {
        this.closed = true;
        this.#changed();
      });
    }
  }

  /** Writes a request; see `raw()`. */
  send(head: string | string[], body = "", options: { close?: boolean } = {}): void {
    let text = headOf(head);
    if (!/\r\nhost:/i.test(text) && !/HTTP\/1\.0/.test(text)) text += "\r\nHost: h.test";
    if (options.close && !/\r\nconnection:/i.test(text)) text += "\r\nConnection: close";
    this.write(`${text}\r\n\r\n${body}`);
  }

  /** Writes bytes as they are. */
  write(text: string): void {
    this.socket.write(text, "latin1");
  }

  /** Waits until what was received passes a test. */
  async until(test: (received: string) => boolean, what = "the expected bytes"): Promise<string> {
    const deadline = Date.now() + LIMIT;
    while (!test(this.received)) {
      if (this.closed) throw new Error(`closed before ${what}: ${JSON.stringify(this.received)}`);
      await this.#change(deadline, what);
    }
    return this.received;
  }

  /** Waits until the other side has closed. */
  async untilClosed(): Promise<void> {
    const deadline = Date.now() + LIMIT;
    while (!this.closed) await this.#change(deadline, "the close");
  }

  /** Takes the next answer: to the end of its framing, or as far as it came before the close. */
  async answer(bodyless = false): Promise<RawAnswer> {
    await this.until((text) => text.includes("\r\n\r\n"), "the end of a head");
    const end = this.received.indexOf("\r\n\r\n");
    const answer = parseHead(this.received.slice(0, end));
    this.received = this.received.slice(end + 4);
    if (bodyless || answer.status < 200 || answer.status === 204 || answer.status === 304) {
      return { ...answer, complete: true };
    }
    const deadline = Date.now() + LIMIT;
    const isChunked = answer.headers["transfer-encoding"] !== undefined;
    let body = "";
    for (;;) {
      const taken = isChunked
        ? takeChunks(this.received, this.closed)
        : takeBody(answer.headers, this.received, this.closed);
      // What is taken already is not read again, however many pieces follow.
      if (taken.length > 0) this.received = this.received.slice(taken.length);
      body += taken.body;
      if (taken.ended) return { ...answer, body, complete: taken.complete };
      await this.#change(deadline, "the end of a body");
    }
  }

  /** Stops reading, so that the other side meets back-pressure. */
  pause(): void {
    this.socket.pause();
  }

  /** Closes at once, as a client that was killed. */
  destroy(): void {
    this.socket.destroy();
  }

  /** Closes with a reset. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  #changed(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const resume of wake) resume();
  }

  async #change(deadline: number, what: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      // Told when it is needed only: to look at the end of a text that grows is to copy all of it.
      const fail = (): void => {
        const end = JSON.stringify(this.received.slice(-500));
        reject(new Error(`timed out waiting for ${what}: ${end}`));
      };
      timer = setTimeout(fail, deadline - Date.now());
    });
    try {
      await Promise.race([new Promise<void>((resolve) => this.#wake.push(resolve)), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function headOf(head: string | string[]): string {
  return typeof head === "string" ? head : head.join("\r\n");
}

function parseHead(head: string): RawAnswer {
  const [statusLine = "", ...lines] = head.split("\r\n");
  const [, status = "0", reason = ""] = /^HTTP\/1\.[01] (\d+) ?(.*)$/.exec(statusLine) ?? [];
  const headers: Record<string, string[]> = Object.create(null);
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    headers[name] = [...(headers[name] ?? []), line.slice(colon + 1).trim()];
  }
  return { status: Number(status), reason, headers, body: "", complete: true };
}

interface Taken {
  body: string;
  /** How much of the text it was. */
  length: number;
  /** Nothing follows. */
  ended: boolean;
  complete: boolean;
}

const NOTHING: Taken = { body: "", length: 0, ended: false, complete: false };

function takeBody(headers: Record<string, string[]>, text: string, closed: boolean): Taken {
  const [declared] = headers["content-length"] ?? [];
  const length = declared === undefined ? text.length : Number(declared);
  if (declared === undefined ? closed : text.length >= length) {
    return { body: text.slice(0, length), length, ended: true, complete: true };
  }
  return closed ? { body: text, length: text.length, ended: true, complete: false } : NOTHING;
}

/** All whole chunks of a text. */
function takeChunks(text: string, closed: boolean): Taken {
  let body = "";
  let at = 0;
  for (;;) {
    const lineEnd = text.indexOf("\r\n", at);
    const size = lineEnd < 0 ? Number.NaN : Number.parseInt(text.slice(at, lineEnd), 16);
    const whole = lineEnd >= 0 && text.length >= lineEnd + 2 + size + 2;
    if (!whole) return { body, length: closed ? text.length : at, ended: closed, complete: false };
    if (size === 0) return { body, length: lineEnd + 4, ended: true, complete: true };
    body += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}
