// Express's own facts about a request: which part of the URL is ours, and what its proxy trust says.
import type { Request as ExpressRequest, Response as ExpressResponse } from "express";
import type { Place } from "../../lib/node/incoming.ts";
import { NodeIncoming } from "../../lib/node/incoming.ts";
import { classifyPath, isMountAllowed, normalPath } from "../../lib/routes/path.ts";

/** `context.host` under Express. */
export interface ExpressHost {
  readonly kind: "express";
  readonly req: ExpressRequest;
  readonly res: ExpressResponse;
  /** Where the bytes of the body come from; `reserialized` when a parser had eaten the original ones. */
  readonly bodySource: "stream" | "raw" | "body" | "reserialized" | "none";
}

declare module "../../lib/types.ts" {
  interface Hosts {
    express: ExpressHost;
  }
}

/**
 * Where a request stands.
 *
 * Express cuts the mount path off `req.url` and keeps it in `req.baseUrl`. Only origin-form targets are ours
 * (RFC 9112 section 3.2.1).
 */
export function placeOf(req: ExpressRequest): Place | undefined {
  const { url } = req;
  const original = req.originalUrl ?? url;
  if (url.charCodeAt(0) !== 47 || original.charCodeAt(0) !== 47) return undefined;
  const mount = req.baseUrl ?? "";
  // Express 4 takes `/mnt//a` for `/a` below `/mnt`: the path as the client sent it has to be ours, too.
  if (original !== url && classifyPath(pathOf(original)) === "foreign") return undefined;
  if (mount !== "" && (classifyPath(mount) === "foreign" || !isMountAllowed(mount)))
    return undefined;
  // Such a target Express reads with `url.parse()`, which escapes characters; it then cuts the mount off by the length of
  // the escaped text, and what is left of the path begins too late.
  if (mount !== "" && /[\s#]/.test(original)) return undefined;
  const queryAt = url.indexOf("?");
  let pathname = queryAt === -1 ? url : url.slice(0, queryAt);
  const search = queryAt === -1 ? "" : withoutFragment(url.slice(queryAt));
  // Of `/mnt` Express makes `/`; the slash that was not there must not appear in context.url.
  if (pathname === "/" && mount !== "" && pathOf(original) === mount) pathname = "";
  return { mount: normalPath(mount), pathname, search };
}

function withoutFragment(search: string): string {
  const hashAt = search.indexOf("#");
  return hashAt === -1 ? search : search.slice(0, hashAt);
}

function pathOf(url: string): string {
  const queryAt = url.indexOf("?");
  return queryAt === -1 ? url : url.slice(0, queryAt);
}

/** A request of Express, read through Express. */
export class ExpressIncoming extends NodeIncoming {
  readonly #req: ExpressRequest;
  readonly #res: ExpressResponse;
  #host: ExpressHost | undefined;

  constructor(req: ExpressRequest, res: ExpressResponse, place: Place, bodyLimit: number) {
    super(req, res, place, bodyLimit);
    this.#req = req;
    this.#res = res;
  }

  override get host(): ExpressHost {
    this.#host ??= hostOf(this.#req, this.#res, this);
    return this.#host;
  }

  protected override protocol(): string {
    return this.#req.protocol;
  }

  /** `req.hostname` of Express 4 has no port, `req.host` warns there: read what both read. */
  protected override authority(): string | undefined {
    const req = this.#req;
    const forwarded = req.headers["x-forwarded-host"];
    const trust: unknown = req.app?.get?.("trust proxy fn");
    if (typeof forwarded === "string" && typeof trust === "function") {
      if (trust(req.socket.remoteAddress, 0)) return forwarded.split(",", 1)[0]?.trim();
    }
    return super.authority();
  }

  protected override address(): string | undefined {
    return this.#req.ip;
  }

  override get body(): unknown {
    return this.#req.body;
  }
}

function hostOf(req: ExpressRequest, res: ExpressResponse, incoming: NodeIncoming): ExpressHost {
  return {
    kind: "express",
    req,
    res,
    get bodySource() {
      return incoming.bodySourceKind;
    },
  };
}
