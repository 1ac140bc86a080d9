// The protocols that a host can listen with. What is asked stays the same text; on HTTP/2 it is said in frames.
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import type { ClientHttp2Session, IncomingHttpHeaders } from "node:http2";
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { openRaw, RawConnection } from "../_raw.ts";
import { certificate } from "../faults/_certificate.ts";
import type { Ask } from "./_host-promise.ts";
import { within } from "./_quiet.ts";

export type Wire = "http" | "https" | "http2" | "http2 (tls)";

/** The options that make Fastify listen with it. */
export function fastifyOptionsOf(wire: Wire): object {
  const https = wire === "https" || wire === "http2 (tls)" ? { https: certificate() } : {};
  return wire.startsWith("http2") ? { http2: true, ...https } : https;
}

/** What is asked over it, of what is asked over HTTP/1.1 without TLS. */
export function asksFor(wire: Wire, asks: readonly Ask[]): Ask[] {
  if (wire === "https") return asks.map(withScheme);
  // In chunks there is no answer, and a pattern is about those.
  const inFrames = asks.map((ask) => (ask.shows instanceof RegExp ? { ...ask, shows: "" } : ask));
  return inFrames.filter(({ text }) => canSay(text));
}

function withScheme(ask: Ask): Ask {
  if (ask.shows instanceof RegExp) return ask;
  return { ...ask, shows: ask.shows.replace('"protocol":"http"', '"protocol":"https"') };
}

/** HTTP/2 has no pipelines, codings, upgrades and odd targets, and Node's early hints no callback there. */
function canSay(text: string): boolean {
  const isOne = text.split(/ HTTP\/\d\.\d\r\n/).length === 2;
  const isPlain = /^(?!BREW )[A-Z-]+ \/(?!hints)[^ ]* HTTP\/1\.1\r\n/.test(text);
  const hasHost = /\r\nhost:/i.test(text);
  return (
    isOne &&
    isPlain &&
    hasHost &&
    !/\r\n(?:transfer-encoding|upgrade|expect|keep-alive):/i.test(text)
  );
}

/** Sends one request text, and gives everything that came until the connection was closed. */
export async function sayAll(wire: Wire, port: number, text: string): Promise<string> {
  if (wire.startsWith("http2")) return await sayInFrames(wire, port, text);
  const connection = await openWire(wire, port);
  connection.write(text);
  await connection.untilClosed();
  return connection.received;
}

/** A connection to drive by hand; HTTP/1.1 only. */
async function openWire(wire: Wire, port: number): Promise<RawConnection> {
  if (wire === "http") return await openRaw(port);
  const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  return new RawConnection(socket);
}

/** A session to drive by hand. */
export function openSession(wire: Wire, port: number): ClientHttp2Session {
  const origin = `${wire === "http2" ? "http" : "https"}://127.0.0.1:${port}`;
  const session = connectHttp2(origin, {
    ...(wire === "http2" && { createConnection: () => connectTcp(port, "127.0.0.1") }),
    rejectUnauthorized: false,
  });
  session.on("error", () => {});
  return session;
}

async function sayInFrames(wire: Wire, port: number, text: string): Promise<string> {
  const session = openSession(wire, port);
  try {
    const { fields, body } = parse(text);
    const stream = session.request(fields, { endStream: body === "" });
    const said: string[] = [];
    const show = (raw: readonly string[] | undefined, parsed: IncomingHttpHeaders): void => {
      const flat = raw ?? Object.entries(parsed).flatMap(([name, value]) => [name, String(value)]);
      for (let at = 0; at < flat.length; at += 2) {
        const [name = "", value = ""] = flat.slice(at, at + 2);
        said.push(name === ":status" ? `HTTP/2 ${value}` : `${name}: ${value}`);
      }
      said.push("");
    };
    for (const event of ["headers", "response", "trailers"] as const) {
      stream.on(event, (parsed: IncomingHttpHeaders, _flags: number, raw?: string[]) =>
        show(raw, parsed),
      );
    }
    let content = "";
    stream.setEncoding("latin1").on("data", (chunk: string) => {
      content += chunk;
    });
    stream.on("end", () => said.push(content, `ended after ${content.length} bytes`));
    stream.on("error", (error: NodeJS.ErrnoException) => said.push(`${error.code}`));
    const closed = new Promise((resolve) => stream.once("close", resolve));
    if (body !== "") stream.end(body, "latin1");
    await within(10_000, `an answer to ${text}`, closed);
    said.push(`code ${stream.rstCode}`);
    return said.join("\r\n");
  } finally {
    session.destroy();
  }
}

/** Names that HTTP/2 forbids, or has in another place. */
const OWN_PLACE = /^(?:host|connection)$/;

function parse(text: string): { fields: Record<string, string | string[]>; body: string } {
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const [method = "", path = ""] = first.split(" ");
  const fields: Record<string, string | string[]> = { ":method": method, ":path": path };
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === "host") fields[":authority"] = value;
    if (OWN_PLACE.test(name)) continue;
    const known = fields[name];
    fields[name] = known === undefined ? value : [known, value].flat();
  }
  return { fields, body: text.slice(end + 4) };
}
