// An Incoming over a Web Request: for tests, for fetch(), and for what a rewrite leads to.
import { clientAddressOf } from "./client-address.ts";
import { bridgeError } from "./errors.ts";
import type { HostContext, Incoming } from "./types.ts";

/** What a Request does not say about itself. */
export interface RequestFacts {
  readonly clientAddress?: string | undefined;
  readonly mount?: string;
  readonly host?: HostContext;
  /** Most bytes of the body that may be read; `0` and `Infinity` mean any number (0). */
  readonly bodySizeLimit?: number;
}

/** Values for one `app.fetch()`. */
export interface FetchFacts {
  /** `context.locals`: this very object. Default: what the `locals` option gives. */
  locals?: App.Locals;
  /** `context.clientAddress`. */
  clientAddress?: string;
}

const NO_HOST: HostContext = { kind: "fetch" };

/** Reads a Request as the core reads every request. */
export function fromRequest(request: Request, facts: RequestFacts = {}): Incoming {
  return new RequestIncoming(request, facts);
}

class RequestIncoming implements Incoming {
  readonly method: string;
  readonly pathname: string;
  readonly mount: string;
  readonly search: string;
  readonly origin: string;
  readonly clientAddress: string | undefined;
  readonly host: HostContext;
  readonly #request: Request;
  readonly #limit: number;
  #counted: Request | undefined;

  constructor(request: Request, facts: RequestFacts) {
    const url = new URL(request.url);
    this.#request = request;
    this.#limit = facts.bodySizeLimit || Number.POSITIVE_INFINITY;
    this.method = request.method;
    this.mount = facts.mount ?? "";
    this.pathname = withoutMount(url.pathname, this.mount);
    this.search = searchOf(url);
    this.origin = url.origin;
    this.clientAddress = facts.clientAddress ?? clientAddressOf(request);
    this.host = facts.host ?? NO_HOST;
    const declared = Number(this.header("content-length"));
    if (declared > this.#limit && request.body !== null) {
      throw bridgeError("BODY_TOO_LARGE", { limit: this.#limit });
    }
  }

  get bodyTaken(): boolean {
    return (this.#counted ?? this.#request).bodyUsed;
  }

  header(name: string): string | undefined {
    return this.#request.headers.get(name) ?? undefined;
  }

  toRequest(url: string): Request {
    const request = this.#request;
    if (request.body !== null && this.#limit !== Number.POSITIVE_INFINITY) {
      this.#counted = new Request(url, {
        ...initOf(request),
        body: request.body.pipeThrough(countBytes(this.#limit)),
      });
      return this.#counted;
    }
    return request.url === url ? request : new Request(url, request);
  }
}

/** The same exchange under another URL: the target of a rewrite to a path. */
export class MovedIncoming implements Incoming {
  readonly method: string;
  readonly mount: string;
  readonly pathname: string;
  readonly search: string;
  readonly #source: Incoming;
  readonly #request: Request | undefined;
  readonly #origin: string | undefined;

  /**
   * @param source What the request was before.
   * @param request The new Request, when the old one had been built already.
   * @param place Where it goes.
   */
  constructor(
    source: Incoming,
    request: Request | undefined,
    place: { origin: string | undefined; pathname: string; search: string },
  ) {
    this.#source = source;
    this.#request = request;
    this.#origin = place.origin;
    this.method = request?.method ?? source.method;
    this.mount = source.mount;
    this.pathname = place.pathname;
    this.search = place.search;
  }

  get origin(): string {
    return this.#origin ?? this.#source.origin;
  }

  get clientAddress(): string | undefined {
    return this.#source.clientAddress;
  }

  get host(): HostContext {
    return this.#source.host;
  }

  get bodyTaken(): boolean {
    return this.#request?.bodyUsed || this.#source.bodyTaken;
  }

  header(name: string): string | undefined {
    if (this.#request === undefined) return this.#source.header(name);
    return this.#request.headers.get(name) ?? undefined;
  }

  toRequest(url: string): Request {
    return this.#request ?? this.#source.toRequest(url);
  }
}

/** The query of a URL as its `href` has it: `search` does not tell a lone `?` from none. */
export function searchOf({ search, href }: URL): string {
  if (search !== "" || !href.includes("?")) return search;
  return href.split("#", 1)[0]?.endsWith("?") ? "?" : "";
}

/** A path without the mount path, which it may or may not have. */
export function withoutMount(pathname: string, mount: string): string {
  if (mount === "" || !pathname.startsWith(mount)) return pathname;
  if (pathname.length === mount.length) return "/";
  return pathname[mount.length] === "/" ? pathname.slice(mount.length) : pathname;
}

function initOf(request: Request): RequestInit {
  return {
    method: request.method,
    headers: request.headers,
    signal: request.signal,
    duplex: "half",
  } as RequestInit;
}

function countBytes(limit: number): TransformStream<Uint8Array, Uint8Array> {
  let seen = 0;
  return new TransformStream({
    transform(chunk, controller) {
      seen += chunk.byteLength;
      if (seen > limit) throw bridgeError("BODY_TOO_LARGE", { limit });
      controller.enqueue(chunk);
    },
  });
}

/** A bad Host is refused on every path of ours, and not only where somebody looks at the URL. */
export function assertHost(incoming: Incoming): string {
  return incoming.origin;
}
