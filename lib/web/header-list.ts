// Headers as they were given: names in lower case and values, checked, copied, and nothing more until somebody
// wants a Headers object.

/** Names and values in turn. */
export type HeaderList = string[];

/** What a name or a value looks like when there is nothing to normalise or refuse (RFC 9110 section 5). */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;

// A program uses few names, and the same ones over and over; what a client could choose must not grow.
const known = new Map<string, string>();
const MOST_KNOWN = 256;

/**
 * Copies what `new Response()` was given as `headers`.
 *
 * @returns `undefined` when it is not a plain object of plain strings: the platform's own constructor has to look
 * at it then, to convert or to refuse it.
 */
export function toHeaderList(given: object): HeaderList | undefined {
  const prototype = Object.getPrototypeOf(given);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const list: HeaderList = [];
  // Own, enumerable and in order, as WebIDL's records are.
  for (const key in given) {
    if (!Object.hasOwn(given, key)) return undefined;
    const value: unknown = (given as Record<string, unknown>)[key];
    if (!isPlainValue(value)) return undefined;
    // Of this name the platform makes nothing.
    if (key === "__proto__") return undefined;
    const name = toPlainName(key);
    // Two spellings of one name are joined.
    if (name === undefined || indexOfHeader(list, name) !== -1) return undefined;
    list.push(name, value);
  }
  return Object.getOwnPropertySymbols(given).length === 0 ? list : undefined;
}

/** Where the value of a header stands in a list; `-1` when it is not there. */
export function indexOfHeader(list: HeaderList, name: string): number {
  for (let at = 0; at < list.length; at += 2) if (list[at] === name) return at + 1;
  return -1;
}

/** What a `Headers` holds. */
export function listOf(headers: Headers): HeaderList {
  const list: HeaderList = [];
  for (const [name, value] of headers) list.push(name, value);
  return list;
}

/** A list as a `Headers`. */
export function toHeaders(list: HeaderList): Headers {
  return appendTo(new Headers(), list);
}

/** Appends a list to a `Headers`, which is returned. */
export function appendTo(headers: Headers, list: HeaderList): Headers {
  for (let at = 0; at < list.length; at += 2) {
    headers.append(list[at] as string, list[at + 1] as string);
  }
  return headers;
}

/** Whether a value is one that is neither changed nor refused. */
export function isPlainValue(value: unknown): value is string {
  return typeof value === "string" && VALUE.test(value);
}

/** A name in lower case; `undefined` when it is none, and the platform has to say so. */
export function toPlainName(name: unknown): string | undefined {
  if (typeof name !== "string") return undefined;
  const lower = known.get(name);
  if (lower !== undefined) return lower;
  if (!NAME.test(name)) return undefined;
  if (known.size >= MOST_KNOWN) known.clear();
  const result = name.toLowerCase();
  known.set(name, result);
  return result;
}
