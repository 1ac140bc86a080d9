// The same requests over HTTP/2 without TLS: the target is `:path`, the first Host `:authority`. What came back is
// written down as if it were HTTP/1.1, so that one judge reads both.
import { connect } from "node:http2";
import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from "node:http2";
import type { Asker, WireAnswer } from "./_client.ts";
import { UNNAMED, bodyBytes, headerValues, quote } from "./_request.ts";
import type { WireRequest } from "./_request.ts";

/** Fields of a connection, which HTTP/2 does not have. */
const OF_CONNECTION = /^(?:connection|keep-alive|transfer-encoding|upgrade|proxy-connection)$/;

/** One session with a port, opened again when it is gone. */
export class Http2Client implements Asker {
  readonly #port: number;
  readonly #patience: number;
  #session: ClientHttp2Session | undefined;

  /** @param patience Milliseconds after which a silent server counts as hanging. */
  constructor(port: number, patience: number) {
    this.#port = port;
    this.#patience = patience;
  }

  async ask(request: WireRequest): Promise<WireAnswer> {
    const body = Buffer.from(bodyBytes(request), "latin1");
    let stream: ClientHttp2Stream;
    try {
      stream = this.#opened().request(fieldsOf(request), { endStream: body.length === 0 });
    } catch (error) {
      // What Node's client refuses to send is the same to both sides.
      const { code } = error as { code?: string };
      return { outcome: "closed", bytes: `not sent: ${code}`, status: 0, lines: [] };
    }
    if (body.length > 0) stream.end(body);
    return await answerOf(stream, this.#patience);
  }

  close(): void {
    this.#session?.destroy();
    this.#session = undefined;
  }

  #opened(): ClientHttp2Session {
    const { closed, destroyed } = this.#session ?? { closed: true, destroyed: true };
    if (this.#session === undefined || closed || destroyed) {
      this.#session = connect(`http://127.0.0.1:${this.#port}`);
      this.#session.on("error", () => {});
    }
    return this.#session;
  }
}

function fieldsOf({ method, target, headers }: WireRequest): OutgoingHttpHeaders {
  const [authority = UNNAMED, ...hosts] = headerValues(headers, "host");
  const fields: Record<string, string | string[]> = Object.create(null);
  Object.assign(fields, { ":method": method, ":path": target, ":authority": authority });
  if (hosts[0] !== undefined) fields.host = hosts[0];
  for (const line of headers) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    if (name === "host" || OF_CONNECTION.test(name)) continue;
    const value = line.slice(colon + 1).trim();
    const before = fields[name];
    fields[name] = before === undefined ? value : [...[before].flat(), value];
  }
  return fields;
}

async function answerOf(stream: ClientHttp2Stream, patience: number): Promise<WireAnswer> {
  let head: string[] = [];
  let status = 0;
  let body = "";
  let isWhole = false;
  let isLate = false;
  stream.setEncoding("latin1");
  stream.on("error", () => {});
  stream.on("response", (fields) => {
    status = Number(fields[":status"]);
    head = Object.entries(fields)
      .filter(([name]) => !name.startsWith(":"))
      .flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
  });
  stream.on("data", (text: string) => {
    body += text;
  });
  stream.on("end", () => {
    isWhole = status > 0;
  });
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    stream.once("close", () => resolve());
    timer = setTimeout(() => {
      isLate = true;
      stream.destroy();
      resolve();
    }, patience);
  });
  clearTimeout(timer);
  const isAnswered = isWhole && !isLate && !stream.aborted;
  return {
    outcome: isAnswered ? "answered" : isLate ? "silent" : "closed",
    bytes: [`HTTP/2 ${status}`, ...head, "", body].join("\r\n"),
    status,
    lines: head,
  };
}

/** A line for a shell that sends the request: curl rewrites too much of one. */
export function toHttp2Command(request: WireRequest, port: number): string {
  const fields = JSON.stringify(fieldsOf(request));
  const body = JSON.stringify(bodyBytes(request));
  const script =
    `const s = require("node:http2").connect("http://127.0.0.1:${port}"); const r = s.request(${fields}); ` +
    `r.on("response", console.log).on("data", (d) => console.log(String(d))).on("close", () => s.close()); ` +
    `r.end(${body}, "latin1")`;
  return `node -e ${quote(script)}`;
}
