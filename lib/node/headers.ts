// Headers from Node to Fetch and back: which ones travel, and how they meet those that the host has set.
import type { IncomingHttpHeaders } from "node:http";
import { isDecoded } from "../content-coding.ts";
import type { HeaderList } from "../web/header-list.ts";
import { listOf } from "../web/header-list.ts";
import { plainList } from "../web/headers.ts";

/** The headers of an answer, sorted by how they meet the host's. */
export interface AnswerHeaders {
  /** Replace what the host set. `Vary` is among them and has to be merged. */
  fields: HeaderList;
  /** Go out beside the host's cookies, each on its own line. */
  cookies: string[];
  /** The `Content-Length` that the answer declares. */
  contentLength: string | undefined;
}

// Of one connection, not of the message (RFC 9110 section 7.6.1).
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

// What fetch() refuses or sets itself: with them, `fetch(context.request)` would fail.
const NOT_FOR_FETCH = new Set(["expect", "keep-alive", "transfer-encoding", "upgrade"]);

/**
 * Gives a `Request` the headers that its host has.
 *
 * @param result Its own, empty.
 * @param headers As the host has them now; what it changed counts.
 */
export function fillHeaders(result: Headers, headers: IncomingHttpHeaders): void {
  for (const name of Object.keys(headers)) {
    // Pseudo headers of HTTP/2 are no headers.
    if (name.startsWith(":") || NOT_FOR_FETCH.has(name)) continue;
    const value: unknown = headers[name];
    if (name === "connection" && !isPlainConnection(value)) continue;
    if (name === "set-cookie" && Array.isArray(value)) {
      for (const cookie of value) append(result, name, cookie);
    } else if (value !== undefined) {
      append(result, name, Array.isArray(value) ? value.join(", ") : value);
    }
  }
}

function append(headers: Headers, name: string, value: unknown): void {
  try {
    headers.append(name, String(value));
  } catch {
    // The host put it there; Fetch has no such header.
  }
}

function isPlainConnection(value: unknown): boolean {
  return typeof value === "string" && /^(?:close|keep-alive)$/i.test(value);
}

/** The headers of a response, sorted, without those that belong to a connection or no longer hold. */
export function answerHeaders(response: Response): AnswerHeaders {
  const { headers } = response;
  const fields: HeaderList = [];
  const cookies: string[] = [];
  let contentLength: string | undefined;
  const decoded = isDecoded(response);
  const named = namedByConnection(headers);
  // Light ones need not become the platform's for this, which sorts them.
  const list = plainList(headers) ?? listOf(headers);
  for (let at = 0; at < list.length; at += 2) {
    const name = list[at] as string;
    const value = list[at + 1] as string;
    if (HOP_BY_HOP.has(name) || name.startsWith("proxy-") || named?.has(name)) continue;
    if (name === "set-cookie") cookies.push(value);
    else if (name === "content-length") contentLength = decoded ? undefined : value;
    else if (name !== "content-encoding" || !decoded) fields.push(name, value);
  }
  return { fields, cookies, contentLength };
}

function namedByConnection(headers: Headers): Set<string> | undefined {
  const connection = headers.get("connection");
  if (connection === null) return undefined;
  return new Set(connection.split(",").map((name) => name.trim().toLowerCase()));
}

/**
 * `Vary` of host and answer together.
 *
 * @param before What the host has set; a list where it set several lines.
 */
export function mergeVary(
  before: number | string | readonly string[] | undefined,
  added: string,
): string {
  const names = new Map<string, string>();
  const all = [...(Array.isArray(before) ? before : [String(before ?? "")]), added].join(",");
  for (const part of all.split(",")) {
    const name = part.trim();
    if (name !== "" && !names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
  }
  return names.has("*") ? "*" : [...names.values()].join(", ");
}

/** Cookies of host and answer together, the host's first. */
export function mergeCookies(
  before: number | string | readonly string[] | undefined,
  added: readonly string[],
): string[] {
  if (before === undefined) return [...added];
  return [...(Array.isArray(before) ? before : [String(before)]), ...added];
}
