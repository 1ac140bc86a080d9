// Which part of a URL is ours, under connect and what resembles it.
import type { Place } from "../../lib/node/incoming.ts";
import { classifyPath, normalPath } from "../../lib/routes/path.ts";

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
  const mount = mountOf(url, original);
  if (mount !== "" && classifyPath(mount) === "foreign") return undefined;
  // Of `/mnt` connect makes `/`; the slash that was not there must not appear in context.url.
  if (pathname === "/" && mount !== "" && !original.startsWith(`${mount}/`)) pathname = "";
  return { mount: normalPath(mount), pathname, search: search === "?" ? "" : search };
}

function pathOf(url: string): string {
  const queryAt = url.indexOf("?");
  return queryAt === -1 ? url : url.slice(0, queryAt);
}

/** What was cut off. A host that changed `url` in another way than by a mount has none. */
function mountOf(url: string, original: string): string {
  if (original === url) return "";
  if (original.endsWith(url)) return original.slice(0, original.length - url.length);
  // connect makes `/?a` of `/mnt?a`.
  const withoutSlash = url.slice(1);
  if (withoutSlash === "" || withoutSlash.startsWith("?")) {
    if (original.endsWith(withoutSlash)) {
      return original.slice(0, original.length - withoutSlash.length);
    }
  }
  return "";
}
