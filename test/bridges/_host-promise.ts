// One app three times: alone, with an empty bridge in front, with a bridge of other files in front. Every byte that it
// sends, and everything that its own code notes, has to be the same.
import type { Server } from "node:http";
import type { BridgeOptions } from "starbridge";
import { expect } from "vitest";
import type { Notes } from "./_host-promise-driven.ts";
import type { Wire } from "./_host-promise-wires.ts";
import { sayAll } from "./_host-promise-wires.ts";

/** A request, and what the host alone answers to it: without that, two equal failures would pass. */
export interface Ask {
  text: string;
  status: number;
  /** Is found in the answer, head or body. */
  shows: string | RegExp;
}

export interface Details {
  headers?: string[];
  body?: string;
}

/** A request on a connection of its own. `line` is method and target: `POST /users`. */
export function ask(
  line: string,
  status: number,
  shows: string | RegExp = "",
  { headers = [], body = "" }: Details = {},
): Ask {
  return { text: `${textOf(line, [...headers, "Connection: close"], body)}`, status, shows };
}

/** GET with some header lines. */
export function get(
  path: string,
  status: number,
  shows: string | RegExp = "",
  ...headers: string[]
): Ask {
  return ask(`GET ${path}`, status, shows, { headers });
}

/** Requests that leave together on one connection; `status` is that of the first answer. */
export function pipeline(lines: string[], status: number, shows: string | RegExp): Ask {
  const texts = lines.map((line, index) =>
    textOf(line, index === lines.length - 1 ? ["Connection: close"] : [], ""),
  );
  return { text: texts.join(""), status, shows };
}

function textOf(line: string, headers: string[], body: string): string {
  const length = body !== "" && !headers.some((header) => /^transfer-encoding/i.test(header));
  const host = headers.some((header) => /^host:/i.test(header)) ? [] : ["Host: h.test"];
  const lengthLine = length ? [`Content-Length: ${Buffer.byteLength(body, "latin1")}`] : [];
  return `${[`${line} HTTP/1.1`, ...host, ...headers, ...lengthLine].join("\r\n")}\r\n\r\n${body}`;
}

/** What an app does, in words of its framework. */
export interface Scenario<Tools> {
  /** Goes on after "with a bridge in front, the host still …". */
  title: string;
  build(tools: Tools): unknown;
  asks: Ask[];
}

export type Front = "nothing" | "an empty bridge" | "a bridge of other files";
export const fronts: Front[] = ["nothing", "an empty bridge", "a bridge of other files"];

const page = (): Response => new Response("page");

/** Options of the bridge in front. The files are close to what the apps answer themselves, and never the same. */
export function optionsOf(front: Front): BridgeOptions {
  if (front !== "a bridge of other files") return { routes: {}, middleware: false };
  return {
    routes: {
      "starbridge/index.ts": { GET: page },
      "users/[id].ts": { PATCH: page },
      "users/[id]/starbridge.ts": { GET: page, POST: page },
      "files/starbridge/[...path].ts": { ALL: page },
      "a.ts": { PATCH: page },
    },
    // Whoever sees this header was not left to the host.
    middleware: async (_context, next) => {
      const response = await next();
      response.headers.set("x-chain", "ran");
      return response;
    },
  };
}

/** An app that listens. */
export interface Up {
  server: Server;
  port: number;
  wire: Wire;
  /** What the app noted of its own inner life. */
  notes: Notes;
  /** Closes the app; once, however often it is called. */
  stop(): Promise<unknown>;
}

/** Starts the app with each front, sends the same bytes to each, and compares. */
export async function staysTheSame(
  asks: Ask[],
  start: (front: Front) => Promise<Up>,
): Promise<void> {
  const alone = await record(asks, await start("nothing"));
  for (const [index, { text, status, shows }] of asks.entries()) {
    const answer = alone.answers[index] ?? "";
    expect(statusOf(answer), `${text}\n\n${answer}`).toBe(status);
    const isHttp2 = answer.startsWith("HTTP/2");
    if (typeof shows !== "string") expect(answer).toMatch(shows);
    // Names of headers are in lower case there.
    else if (isHttp2) expect(answer.toLowerCase()).toContain(shows.toLowerCase());
    else expect(answer).toContain(shows);
  }
  for (const front of fronts.slice(1)) {
    const guarded = await record(asks, await start(front));
    for (const [index, { text }] of asks.entries()) {
      expect(guarded.answers[index], `${front}: ${text}`).toBe(alone.answers[index]);
    }
    expect(guarded.notes, front).toEqual(alone.notes);
  }
}

/** Sends everything in turn; each answer as it stood on the wire until the connection was closed. */
export async function record(
  asks: Ask[],
  up: Up,
): Promise<{ answers: string[]; notes: unknown[] }> {
  const answers: string[] = [];
  try {
    for (const { text } of asks) {
      answers.push(withoutClock(await sayAll(up.wire, up.port, text)));
    }
  } finally {
    up.server.closeAllConnections?.();
    await up.stop();
  }
  return { answers, notes: structuredClone(up.notes.values) };
}

/** The status of the final answer: 1xx ones may come before it. */
function statusOf(answer: string): number {
  const statuses = [...answer.matchAll(/^HTTP\/(?:1\.1|2) (\d{3})/gm)].map(([, status]) =>
    Number(status),
  );
  return statuses.find((status) => status >= 200) ?? 0;
}

/** Two runs happen at two times. */
function withoutClock(answer: string): string {
  return answer
    .replace(/^Date: .*\r$/gim, "Date: now\r")
    .replace(/Expires=[^;\r]+GMT/g, "Expires=then");
}
