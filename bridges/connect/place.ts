// Which part of a URL is ours, under connect and what resembles it.
import type { Place } from "../../lib/node/incoming.ts";
import {
  canonicalPath,
  classifyPath,
  decodeFully,
  isMountAllowed,
  normalPath,
} from "../../lib/routes/path.ts";

/** A request as connect hands it on: `originalUrl` is there when a mount path was cut off `url`. */
interface Mounted {
  readonly url?: string | undefined;
  readonly originalUrl?: string;
}

/** Where a request stands; `undefined` for a target that is not a path (RFC 9112 section 3.2). */
export function placeOf(req: Mounted): Place | undefined {
  const url = req.url ?? "";
  const original = req.originalUrl ?? url;
  if (url.charCodeAt(0) !== 47 || original.charCodeAt(0) !== 47) return undefined;
  const queryAt = url.indexOf("?");
  let pathname = queryAt === -1 ? url : url.slice(0, queryAt);
  const tail = queryAt === -1 ? "" : url.slice(queryAt);
  const hashAt = tail.indexOf("#");
  const search = hashAt === -1 ? tail : tail.slice(0, hashAt);
  // What was cut off may have hidden an odd spelling: the path as the client sent it has to be ours, too.
  if (original !== url && classifyPath(pathOf(original)) === "foreign") return undefined;
  const cut = cutOff(url, original);
  if (cut === undefined) return undefined;
  const { mount, hasLostSlash } = cut;
  if (mount !== "" && !isOwnSpelling(mount)) return undefined;
  if (hasLostSlash) pathname += "/";
  // Of `/mnt` connect makes `/`; the slash that was not there must not appear in context.url.
  if (pathname === "/" && mount !== "" && !original.startsWith(`${mount}/`)) pathname = "";
  return { mount: normalPath(mount), pathname, search };
}

function pathOf(url: string): string {
  const queryAt = url.indexOf("?");
  return queryAt === -1 ? url : url.slice(0, queryAt);
}

/** middie decodes a path to find a mount in it, and may end it at a `;`: what it found is then no spelling of ours. */
function isOwnSpelling(mount: string): boolean {
  if (classifyPath(mount) === "foreign" || !isMountAllowed(mount)) return false;
  return !mount.includes(";") && normalPath(mount) === canonicalPath(mount);
}

interface CutOff {
  readonly mount: string;
  /** middie has trimmed the slash at the end (`ignoreTrailingSlash`). */
  readonly hasLostSlash: boolean;
}

/**
 * What was cut off. A host that changed `url` in another way than by a mount has nothing cut off; `undefined` when it is
 * the client's path in another spelling, which is not ours.
 */
function cutOff(url: string, original: string): CutOff | undefined {
  if (original === url) return { mount: "", hasLostSlash: false };
  const before = (tail: string): string => original.slice(0, original.length - tail.length);
  if (original.endsWith(url)) return { mount: before(url), hasLostSlash: false };
  const path = pathOf(url);
  const trimmed = `${path}/${url.slice(path.length)}`;
  if (original.endsWith(trimmed)) return { mount: before(trimmed), hasLostSlash: true };
  // connect makes `/?a` of `/mnt?a`, and `/.a` of `/mnt.a`, which is no path below the mount.
  const withoutSlash = url.slice(1);
  if (original.endsWith(withoutSlash)) {
    if (withoutSlash !== "" && !withoutSlash.startsWith("?")) return undefined;
    return { mount: before(withoutSlash), hasLostSlash: false };
  }
  return loosely(original).endsWith(loosely(url)) ? undefined : { mount: "", hasLostSlash: false };
}

/**
 * A path as hosts compare it: connect puts the path of a layer that it passed back into `url` as the layer has it
 * (`/admin` for `/ADMIN`), middie hands on what it has decoded.
 */
function loosely(url: string): string {
  return decodeFully(pathOf(url)).toLowerCase().replace(/;.*/s, "").replace(/\/$/, "");
}
