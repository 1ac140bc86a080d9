// An answer that a build has made, as a Response: conditions, ranges and encodings of RFC 9110, status and headers
// as the endpoint set them.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import parseRange from "range-parser";
import { bridgeError } from "../errors.ts";
import type { PrerenderedAnswer } from "../loader/pages.ts";
import type { Incoming } from "../types.ts";
import { hasFailed, isFresh, isRangeCurrent } from "./conditions.ts";
import { openBody, openWholeBody } from "./body.ts";
import { acceptedEncodings } from "./encodings.ts";
import type { Encoding } from "./encodings.ts";
import type { ManifestAnswer } from "./manifest.ts";

/** How compressed files beside the bodies are told from bodies of their own. */
export interface Variants {
  isBody(file: string): boolean;
}

/** How an answer is given. */
export interface PrerenderedOptions {
  /** Looks for compressed files beside the body, when it is there. */
  readonly variants: Variants | undefined;
  /** The status for methods that are neither GET nor HEAD. */
  readonly refusal: number;
}

/** One form of the body. */
interface Variant {
  readonly path: string;
  readonly size: number;
  readonly etag: string;
  readonly encoding: Encoding | undefined;
}

/** What describes a body, and has no place where there is none. */
const BODY_HEADERS = ["content-type", "content-length", "content-encoding", "content-language"];

export class PrerenderedFile implements PrerenderedAnswer {
  readonly #entry: ManifestAnswer;
  readonly #folder: string;
  readonly #options: PrerenderedOptions;
  #variants: Promise<Variant[]> | undefined;

  constructor(entry: ManifestAnswer, folder: string, options: PrerenderedOptions) {
    this.#entry = entry;
    this.#folder = folder;
    this.#options = options;
  }

  get route(): string {
    return this.#entry.route;
  }

  async answer(incoming: Incoming): Promise<Response> {
    const { status } = this.#entry;
    if (!isRead(incoming.method)) return this.#refuse();
    const variants = await this.#compressed();
    const accepted = acceptedEncodings(incoming.header("accept-encoding"));
    const variant =
      accepted.map((name) => variants.find(({ encoding }) => encoding === name)).find(Boolean) ??
      this.#plain();
    const headers = this.#headers(variant);
    if (variants.length > 0) headers.append("vary", "accept-encoding");
    // Conditions are for what would succeed (RFC 9110 section 13.2.1).
    if (status < 300) {
      if (hasFailed(incoming, headers)) return bodiless(412, headers);
      if (isFresh(incoming, headers)) return bodiless(304, headers);
    }
    if (status === 200 && incoming.method === "GET" && variant) {
      const partial = await answerRange(incoming, headers, variant);
      if (partial !== undefined) return partial;
    }
    return this.#respond(variant, headers, incoming.method === "HEAD");
  }

  #refuse(): Response {
    const { refusal: status } = this.#options;
    return new Response(null, { status, headers: status === 405 ? { allow: "GET, HEAD" } : {} });
  }

  async whole(): Promise<Response> {
    const plain = this.#plain();
    return this.#respond(plain, this.#headers(plain), false);
  }

  async #respond(
    variant: Variant | undefined,
    headers: Headers,
    isHead: boolean,
  ): Promise<Response> {
    const { status, statusText = "" } = this.#entry;
    const body = variant && !isHead ? await open(variant) : null;
    return new Response(body, { status, statusText, headers });
  }

  #headers(variant: Variant | undefined): Headers {
    const { status, headers: given, etag, lastModified } = this.#entry;
    const headers = new Headers(given as [string, string][]);
    if (variant === undefined) {
      if (status !== 204 && status !== 205 && status !== 304) headers.set("content-length", "0");
    } else {
      headers.set("content-length", String(variant.size));
      if (variant.encoding) headers.set("content-encoding", variant.encoding);
    }
    if (status >= 300) return headers;
    headers.set("etag", variant?.etag ?? etag);
    headers.set("last-modified", lastModified);
    // An endpoint may say that it gives no ranges.
    if (status === 200 && !headers.has("accept-ranges")) headers.set("accept-ranges", "bytes");
    return headers;
  }

  #plain(): Variant | undefined {
    const { file, size, etag } = this.#entry;
    if (file === undefined) return undefined;
    return { path: join(this.#folder, file), size, etag, encoding: undefined };
  }

  /** Looked for once: a build does not change under a running process. */
  #compressed(): Promise<Variant[]> | Variant[] {
    const { variants } = this.#options;
    if (variants === undefined) return [];
    this.#variants ??= this.#findCompressed(variants);
    return this.#variants;
  }

  async #findCompressed({ isBody }: Variants): Promise<Variant[]> {
    const { file, etag, headers } = this.#entry;
    const isEncoded = headers.some(([name]) => name === "content-encoding");
    if (file === undefined || isEncoded) return [];
    const found: Variant[] = [];
    for (const [encoding, ending] of [
      ["br", ".br"],
      ["gzip", ".gz"],
    ] as const) {
      if (isBody(file + ending)) continue;
      const path = join(this.#folder, file + ending);
      const facts = await stat(path).catch(() => undefined);
      if (!facts?.isFile()) continue;
      found.push({ path, size: facts.size, etag: etag.replace(/"$/, `-${encoding}"`), encoding });
    }
    return found;
  }
}

async function open(
  { path, size }: Variant,
  piece?: { start: number; length: number },
): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>> {
  try {
    return await (piece ? openBody(path, piece.start, piece.length) : openWholeBody(path, size));
  } catch (error) {
    const reason = `${(error as Error).message}.`;
    throw bridgeError("BUILD_UNUSABLE", { manifest: path, reason }, { cause: error });
  }
}

/** 206, or 416; `undefined` when all of it is the answer. Of several ranges none is served, as Express does. */
async function answerRange(
  incoming: Incoming,
  headers: Headers,
  variant: Variant,
): Promise<Response | undefined> {
  const wanted = incoming.header("range");
  if (wanted === undefined || !takesRanges(headers) || !isRangeCurrent(incoming, headers)) {
    return undefined;
  }
  const specs = rangesOf(wanted, variant.size);
  if (specs === undefined) return undefined;
  const ranges = parseRange(variant.size, specs, { combine: true });
  if (ranges === -1) {
    const refused = bodiless(416, headers);
    refused.headers.set("content-range", `bytes */${variant.size}`);
    return refused;
  }
  const [range] = ranges === -2 ? [] : ranges;
  if (range === undefined || ranges === -2 || ranges.length > 1) return undefined;
  const length = range.end - range.start + 1;
  const body = await open(variant, { start: range.start, length });
  headers.set("content-range", `bytes ${range.start}-${range.end}/${variant.size}`);
  headers.set("content-length", String(length));
  return new Response(body, { status: 206, headers });
}

function takesRanges(headers: Headers): boolean {
  const units = (headers.get("accept-ranges") ?? "").split(",");
  return units.some((unit) => unit.trim().toLowerCase() === "bytes");
}

/**
 * A `Range` header whose ranges can be taken as they stand: `undefined` when it is to be ignored, being of another unit
 * or badly formed (RFC 9110 section 14.2). The parser takes those for ranges beyond the end, and so it does with the last
 * 999 bytes of 256 (section 14.1.2: all of them).
 */
function rangesOf(header: string, size: number): string | undefined {
  const list = /^bytes=(.*)$/is.exec(header.trim())?.[1];
  if (list === undefined) return undefined;
  const specs: string[] = [];
  for (const item of list.split(",").map((text) => text.trim())) {
    const [, first, last = ""] = /^(\d*)-(\d*)$/.exec(item) ?? [];
    if (first === undefined || (first === "" && last === "")) return undefined;
    if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
    specs.push(first === "" ? `-${Math.min(Number(last), size)}` : `${first}-${last}`);
  }
  return `bytes=${specs.join(",")}`;
}

function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

function bodiless(status: number, from: Headers): Response {
  const headers = new Headers(from);
  for (const name of BODY_HEADERS) headers.delete(name);
  return new Response(null, { status, headers });
}
