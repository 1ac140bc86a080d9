// Patterns of files as find-my-way writes them. They need not be as exact as ours: whatever Fastify routes to us, our
// own matcher has the last word. But each path of ours must arrive.
import type { Part, RoutePattern, Segment } from "../../lib/routes/route.ts";
import { hasRest, isStatic, textOf } from "../../lib/routes/route.ts";

/**
 * Texts that find-my-way takes literally; `:` is doubled, everything else becomes a parameter. It decodes a path as
 * `decodeURI` does before it looks: a text with a space is met as it stands in the name of its file, and one that became a
 * parameter would come behind the parameters of other files.
 */
const LITERAL = /^[^*()?%#\\\p{Cc}]*$/u;

/**
 * The URLs to register for a route, relative to the prefix: the pattern, and what an empty rest parameter adds.
 *
 * @param withSlash Whether the same with a slash at its end is ours, too.
 */
export function toFastifyUrls(route: RoutePattern, withSlash: boolean): string[] {
  let url = "";
  const urls: string[] = [];
  for (const segment of route.segments) {
    if (hasRest(segment)) {
      urls.push(restUrl(url, segment));
      // `/files/[...path]` answers `/files`, too; what stands after it decides about more.
      if (segment.length === 1) urls.unshift(url === "" ? "/" : url);
      return urls;
    }
    url += `/${toUrlSegment(segment)}`;
  }
  if (url === "") return ["/"];
  urls.push(url);
  if (withSlash && !route.hasExtension) urls.push(`${url}/`);
  return urls;
}

function restUrl(parent: string, segment: Segment): string {
  const [first] = segment;
  const isSafe = first?.kind === "text" && LITERAL.test(first.value);
  return `${parent}/${isSafe ? escapeText(first.value) : ""}*`;
}

function toUrlSegment(segment: Segment): string {
  if (isStatic(segment)) {
    const text = textOf(segment);
    return LITERAL.test(text) && text !== "" ? escapeText(text) : ":text";
  }
  let url = "";
  for (const [index, part] of segment.entries()) {
    if (part.kind === "param") url += `:${paramName(part)}`;
    else if (LITERAL.test(part.value) && (index === 0 || /^[-.]/.test(part.value))) {
      url += escapeText(part.value);
    } else {
      // find-my-way ends a parameter at `-`, `.` and `/` only.
      return index === 0 ? `:${paramName(segment[1] as Part)}` : url;
    }
  }
  return url;
}

/** A name that find-my-way reads as one. */
function paramName(part: Part): string {
  return part.value.replace(/[^A-Za-z0-9_]/g, "_");
}

function escapeText(text: string): string {
  return text.replaceAll(":", "::");
}

/** What two URLs must have in common to be the same to find-my-way: all but the names of parameters. */
export function shapeOfUrl(url: string, ignoreTrailingSlash: boolean): string {
  const shape = url.replace(/::|:[A-Za-z0-9_$]+/g, (text) => (text === "::" ? text : ":"));
  return ignoreTrailingSlash && shape.length > 1 ? shape.replace(/\/$/, "") : shape;
}
