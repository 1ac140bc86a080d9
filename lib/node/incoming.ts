// A request of Node as the core reads it. Bridges derive from NodeIncoming what their host knows better.
import type { Readable } from "node:stream";
import { bridgeError } from "../errors.ts";
import type { DomainPattern, HostContext, Incoming } from "../types.ts";
import type { BodyOrigin } from "./body-stream.ts";
import { BodyStream } from "./body-stream.ts";
import type { BodyChoice, BodyFacts, BodySourceKind } from "./body.ts";
import { announcesBody, chooseBody, declaredLength, hasBody } from "./body.ts";
import { buildRequest } from "./build-request.ts";
import { closeIfUnread, drainAfterAnswer } from "./drain.ts";
import type { ForwardedFacts } from "./forwarded.ts";
import { readForwarded } from "./forwarded.ts";
import type { NodeRequest, NodeResponse } from "./messages.ts";
import { headerOf, socketAddress, socketProtocol } from "./messages.ts";
import { fallbackAuthority, toOrigin } from "./origin.ts";
import { ClientWatch } from "./signal.ts";

/** Which part of a request target is ours. */
export interface Place {
  /** The path without the mount path. */
  readonly pathname: string;
  /** The mount path: empty, or `/mnt`. */
  readonly mount: string;
  /** The query with its `?`, or empty. */
  readonly search: string;
}

/** A request of `node:http` or `node:http2`. What a host knows better, its own class overrides. */
export abstract class NodeIncoming implements Incoming, BodyFacts, BodyOrigin {
  readonly pathname: string;
  readonly mount: string;
  readonly search: string;
  readonly req: NodeRequest;
  readonly res: NodeResponse;
  /** Most bytes of a body that may be read; `Infinity` for no limit. */
  readonly limit: number;
  #clientWatch: ClientWatch | undefined;
  #origin: string | undefined;
  #choice: BodyChoice | undefined;
  #bodyStream: BodyStream | undefined;
  #undrain: (() => void) | undefined;

  /** @param bodyLimit Most bytes of a body; `0` or `Infinity` for no limit. */
  constructor(req: NodeRequest, res: NodeResponse, place: Place, bodyLimit: number) {
    this.req = req;
    this.res = res;
    this.pathname = place.pathname;
    this.mount = place.mount;
    this.search = place.search;
    this.limit = bodyLimit > 0 ? bodyLimit : Number.POSITIVE_INFINITY;
    if (announcesBody(req)) {
      this.#undrain = drainAfterAnswer(req, res, () => this.#stopReading());
    }
  }

  abstract get host(): HostContext;

  get method(): string {
    return this.req.method ?? "GET";
  }

  get origin(): string {
    this.#origin ??= this.#readOrigin();
    return this.#origin;
  }

  #readOrigin(): string {
    const authority = this.authority() || fallbackAuthority(this.req);
    return toOrigin(knownProtocol(this.protocol()) ?? socketProtocol(this.req), authority);
  }

  get clientAddress(): string | undefined {
    return this.address();
  }

  get bodyTaken(): boolean {
    return this.#bodyStream?.taken ?? false;
  }

  /** Where the bytes of the body come from. */
  get bodySourceKind(): BodySourceKind {
    const { kind } = this.#choice ?? chooseBody(this);
    return kind === "consumed" ? "none" : kind;
  }

  /** Aborted when the client leaves before it has its answer. */
  get signal(): AbortSignal {
    return this.client.signal;
  }

  header(name: string): string | undefined {
    return headerOf(this.req, name);
  }

  get client(): ClientWatch {
    this.#clientWatch ??= new ClientWatch(this.req, this.res);
    return this.#clientWatch;
  }

  get path(): string {
    return this.mount + this.pathname;
  }

  get source(): Readable {
    return this.req;
  }

  get body(): unknown {
    return (this.req as { body?: unknown }).body;
  }

  get rawBody(): unknown {
    return (this.req as { rawBody?: unknown }).rawBody;
  }

  choose(): BodyChoice {
    this.#choice = chooseBody(this);
    return this.#choice;
  }

  openBody(): BodyStream {
    this.#bodyStream = new BodyStream(this);
    return this.#bodyStream;
  }

  toRequest(url: string): Request {
    return buildRequest(url, this, this.choose());
  }

  /**
   * Refuses a body that is larger than the limit by its own word, before anything reads it.
   *
   * @throws BridgeError `STARBRIDGE_BODY_TOO_LARGE`
   */
  checkBodySize(): void {
    if ((declaredLength(this.req) ?? 0) <= this.limit) return;
    if (!hasBody(this.req) || chooseBody(this).kind !== "stream") return;
    closeIfUnread(this.req, this.res);
    throw bridgeError("BODY_TOO_LARGE", { limit: this.limit });
  }

  /** To be called before the head of an answer goes out that others write. */
  prepareAnswer(): void {
    closeIfUnread(this.req, this.res);
  }

  /** Whether this is what the signal and pending reads said when the client left. */
  isAbortReason(thrown: unknown): boolean {
    return this.client.gone && thrown === this.client.reason;
  }

  /** Lets go of a request that the host's error handler answers; what becomes of an unread body stays our business. */
  unwatch(): void {
    this.#clientWatch?.release();
  }

  /** Lets go of the request, which is the host's again: no listener of ours stays. */
  release(): void {
    this.unwatch();
    if (this.bodyTaken) return;
    this.#undrain?.();
    this.#undrain = undefined;
  }

  /** The scheme that the client used. */
  protected protocol(): string {
    return socketProtocol(this.req);
  }

  /** Host and port that the client asked for. */
  protected authority(): string | undefined {
    return headerOf(this.req, ":authority") ?? headerOf(this.req, "host");
  }

  /** Address of the client. */
  protected address(): string | undefined {
    return socketAddress(this.req);
  }

  #stopReading(): void {
    this.#bodyStream?.stop();
    // What a parser is given in place of the request stands still where nobody reads it. Any other pipe is the host's own.
    if (this.source !== this.req) this.req.unpipe();
  }
}

function knownProtocol(text: string): "http" | "https" | undefined {
  if (text === "http" || text === "https") return text;
  const protocol = text.toLowerCase();
  return protocol === "http" || protocol === "https" ? protocol : undefined;
}

/** A request under connect or a plain Node server, which has no proxy trust but ours. */
export class PlainIncoming extends NodeIncoming {
  readonly #allowedDomains: readonly DomainPattern[];
  #facts: ForwardedFacts | undefined;
  #host: HostContext | undefined;

  /** @param allowedDomains The hosts whose forwarded headers are believed. */
  constructor(
    req: NodeRequest,
    res: NodeResponse,
    place: Place,
    bodyLimit: number,
    allowedDomains: readonly DomainPattern[] = [],
  ) {
    super(req, res, place, bodyLimit);
    this.#allowedDomains = allowedDomains;
  }

  get host(): HostContext {
    this.#host ??= plainHost(this) as HostContext;
    return this.#host;
  }

  protected override protocol(): string {
    return this.#forwarded().protocol;
  }

  protected override authority(): string | undefined {
    return this.#forwarded().authority;
  }

  protected override address(): string | undefined {
    return this.#forwarded().address ?? super.address();
  }

  #forwarded(): ForwardedFacts {
    this.#facts ??= readForwarded(
      (name) => this.header(name),
      { protocol: socketProtocol(this.req), authority: super.authority() },
      this.#allowedDomains,
    );
    return this.#facts;
  }
}

function plainHost(incoming: PlainIncoming): object {
  return {
    kind: "node",
    req: incoming.req,
    res: incoming.res,
    get bodySource() {
      return incoming.bodySourceKind;
    },
  };
}
