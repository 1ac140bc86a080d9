// Conditions of a request (RFC 9110 section 13), held against the headers of the answer.
import type { Incoming } from "../types.ts";

/** Whether `If-Match`, or else `If-Unmodified-Since`, asks for another answer: 412. */
export function hasFailed(incoming: Incoming, headers: Headers): boolean {
  const tags = incoming.header("if-match");
  const etag = headers.get("etag") ?? "";
  if (tags !== undefined) {
    if (tags.trim() === "*") return false;
    return isWeak(etag) || !tagsOf(tags).includes(etag);
  }
  const since = dateOf(incoming.header("if-unmodified-since"));
  return Number(lastModified(headers)) > Number(since);
}

/** Whether the client has the answer, by `If-None-Match`, or else by `If-Modified-Since`: 304. */
export function isFresh(incoming: Incoming, headers: Headers): boolean {
  // `Cache-Control: no-cache` is for caches (RFC 9111 section 5.2.1.4): an origin answers conditions all the same.
  const tags = incoming.header("if-none-match");
  // Where there are tags, however few, the date does not count (section 13.2.2).
  if (tags !== undefined) {
    if (tags.trim() === "*") return true;
    const etag = withoutWeakness(headers.get("etag") ?? "");
    return tagsOf(tags).some((tag) => withoutWeakness(tag) === etag);
  }
  const since = dateOf(incoming.header("if-modified-since"));
  return Number(lastModified(headers)) <= Number(since);
}

/** Whether a range is one of the answer that `If-Range` means (section 13.1.5): a strong tag, or the very date. */
export function isRangeCurrent(incoming: Incoming, headers: Headers): boolean {
  const ifRange = incoming.header("if-range");
  if (ifRange === undefined) return true;
  if (/^(?:W\/)?"/.test(ifRange)) return !isWeak(ifRange) && ifRange === headers.get("etag");
  return dateOf(ifRange) === lastModified(headers);
}

/**
 * The entity tags of a list: a comma within quotes is a character like others (section 8.8.3). What has no quotes is no
 * tag; an endpoint may have set it all the same, and its clients send it back.
 */
function tagsOf(list: string): string[] {
  return (list.match(/(?:W\/)?"[^"]*"|[^\s,][^,]*/g) ?? []).map((tag) => tag.trim());
}

function isWeak(tag: string): boolean {
  return tag.startsWith("W/");
}

function withoutWeakness(tag: string): string {
  return isWeak(tag) ? tag.slice(2) : tag;
}

function lastModified(headers: Headers): number | undefined {
  return dateOf(headers.get("last-modified") ?? undefined);
}

const WEEKDAY = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/;

/** Milliseconds of an HTTP date in one of its three forms; `undefined` for any other text, which is to be ignored. */
function dateOf(text: string | undefined): number | undefined {
  if (text === undefined || !WEEKDAY.test(text)) return undefined;
  const time = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(time) ? undefined : time;
}
