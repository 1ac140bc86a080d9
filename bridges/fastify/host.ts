// Fastify's own facts about a request.
import type { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Place } from "../../lib/node/incoming.ts";
import { NodeIncoming } from "../../lib/node/incoming.ts";
import {
  canonicalPath,
  canonicalText,
  classifyPath,
  isMountAllowed,
  normalPath,
} from "../../lib/routes/path.ts";

/** `context.host` under Fastify. */
export interface FastifyHost {
  readonly kind: "fastify";
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Where the bytes of the body come from. */
  readonly bodySource: "stream" | "raw" | "body" | "reserialized" | "none";
}

declare module "../../lib/types.ts" {
  interface Hosts {
    fastify: FastifyHost;
  }
}

/** What of the router's options concerns us. */
export interface RouterOptions {
  readonly caseSensitive: boolean;
  readonly ignoreTrailingSlash: boolean;
  readonly useSemicolonDelimiter: boolean;
  readonly maxParamLength: number;
}

/** Fastify takes them in two places. */
export function routerOptionsOf({ initialConfig }: FastifyInstance): RouterOptions {
  const config = initialConfig as Partial<RouterOptions> & {
    routerOptions?: Partial<RouterOptions>;
  };
  const { routerOptions } = config;
  return {
    caseSensitive: routerOptions?.caseSensitive ?? config.caseSensitive ?? true,
    ignoreTrailingSlash: routerOptions?.ignoreTrailingSlash ?? config.ignoreTrailingSlash ?? false,
    useSemicolonDelimiter:
      routerOptions?.useSemicolonDelimiter ?? config.useSemicolonDelimiter ?? false,
    maxParamLength: routerOptions?.maxParamLength ?? config.maxParamLength ?? 100,
  };
}

/**
 * The body as our parser got it, where the host's `preParsing` hooks have put another stream in the place of the
 * request itself; still unread. Seldom: what a map holds weakly outlives the quick collections of the young heap.
 */
export const payloads: WeakMap<FastifyRequest, Readable> = new WeakMap();

/**
 * Where a request stands.
 *
 * @param prefix Segments of the prefix; those with parameters take any value that a parameter of ours takes.
 * @param semicolon Whether the host lets `;` begin the query.
 * @returns `undefined` when the path is not spelled in a way that is ours. find-my-way decodes before it matches, and
 * may take any case: a guard in front of us has read the raw target.
 */
export function placeOf(
  url: string,
  prefix: readonly string[],
  semicolon: boolean,
): Place | undefined {
  if (url.charCodeAt(0) !== 47) return undefined;
  const end = endOfPath(url, semicolon);
  const path = end === url.length ? url : url.slice(0, end);
  const search = end === url.length ? "" : searchOf(url, end);
  if (prefix.length === 0) return { mount: "", pathname: path, search };
  const kind = classifyPath(path);
  if (kind === "foreign") return undefined;
  let mountEnd = 0;
  for (const segment of prefix) {
    const next = path.indexOf("/", mountEnd + 1);
    const segmentEnd = next === -1 ? path.length : next;
    const actual = path.slice(mountEnd + 1, segmentEnd);
    // Where nothing is escaped and nothing odd, the same text is the same to all rules.
    const fits = (kind === "plain" && actual === segment) || isSegment(actual, segment);
    if (!fits) return undefined;
    mountEnd = segmentEnd;
  }
  return { mount: normalPath(path.slice(0, mountEnd)), pathname: path.slice(mountEnd), search };
}

function isSegment(actual: string, segment: string): boolean {
  // Fastify lets a parameter be empty; a path of ours has no empty segment.
  if (/[:*(]/.test(segment)) return actual !== "" && isMountAllowed(actual);
  return canonicalPath(actual) === canonicalText(segment);
}

function endOfPath(url: string, semicolon: boolean): number {
  const queryAt = url.indexOf("?");
  const end = queryAt === -1 ? url.length : queryAt;
  if (!semicolon) return end;
  const semicolonAt = url.indexOf(";");
  return semicolonAt === -1 || semicolonAt > end ? end : semicolonAt;
}

/** The query that begins at an index, whatever the host begins it with, without a fragment. A lone `;` begins none. */
function searchOf(url: string, begin: number): string {
  const hashAt = url.indexOf("#", begin);
  const query = url.slice(begin + 1, hashAt === -1 ? url.length : hashAt);
  return query === "" && url[begin] === ";" ? "" : `?${query}`;
}

/** A request of Fastify, read through Fastify. */
export class FastifyIncoming extends NodeIncoming {
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  #host: FastifyHost | undefined;

  constructor(request: FastifyRequest, reply: FastifyReply, place: Place, bodyLimit: number) {
    super(request.raw, reply.raw, place, bodyLimit);
    this.#request = request;
    this.#reply = reply;
  }

  override get host(): FastifyHost {
    this.#host ??= hostOf(this.#request, this.#reply, this);
    return this.#host;
  }

  protected override protocol(): string {
    return this.#request.protocol;
  }

  protected override authority(): string | undefined {
    return this.#request.host;
  }

  protected override address(): string | undefined {
    return this.#request.ip;
  }

  override get source(): Readable {
    return payloads.get(this.#request) ?? super.source;
  }

  override get body(): unknown {
    return this.#request.body;
  }
}

function hostOf(request: FastifyRequest, reply: FastifyReply, incoming: NodeIncoming): FastifyHost {
  return {
    kind: "fastify",
    request,
    reply,
    get bodySource() {
      return incoming.bodySourceKind;
    },
  };
}
