// The one place that says which spelling of a path is ours (RFC 3986 sections 3.3 and 6.2.2). A host's guard
// looked at the raw request target; a path that it may have read differently is never matched.

/** What the look at a path found. */
export type PathKind =
  /** Only characters that stand for themselves: nothing to decode. */
  | "plain"
  /** Percent-encoded or oddly spelled, but well-formed. */
  | "encoded"
  /** Not a spelling that we answer to. */
  | "foreign";

const PCHAR = new Uint8Array(128);
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@") {
  PCHAR[char.charCodeAt(0)] = 1;
}
const UNCHANGED = /^[A-Za-z0-9\-._~]*$/;
const UNRESERVED = /[A-Za-z0-9\-._~]/;
const SLASH = 47;
const DOT = 46;
const PERCENT = 37;

/**
 * Looks at a path once, from left to right.
 *
 * Foreign are: a path that does not begin with one slash, empty and dot segments (`%2e` counts as a dot),
 * `\`, `#`, `?`, control characters, anything that is not ASCII, and malformed percent-encoding.
 *
 * @param path The path as it came in the request target, without the query. One slash may end it.
 */
export function classifyPath(path: string): PathKind {
  if (path.charCodeAt(0) !== SLASH) return "foreign";
  let kind: PathKind = "plain";
  let dots = 0; // the segment so far is that many dots; -1 when it has anything else
  let empty = false;
  for (let at = 1; at < path.length; at++) {
    const code = path.charCodeAt(at);
    if (code === SLASH) {
      if (at === 1 || path.charCodeAt(at - 1) === SLASH) empty = true;
      if (empty || dots === 1 || dots === 2) return "foreign";
      dots = 0;
    } else if (code === PERCENT) {
      kind = "encoded";
      const isDot = path.charCodeAt(at + 1) === 50 && /^[eE]$/.test(path[at + 2] ?? "");
      if (isDot && dots >= 0) dots++;
      else dots = -1;
      at += 2;
    } else if (code > 126 || code < 33 || code === 92 || code === 35 || code === 63) {
      return "foreign";
    } else {
      if (PCHAR[code] === 0) kind = "encoded";
      if (code === DOT && dots >= 0) dots++;
      else dots = -1;
    }
  }
  if (dots === 1 || dots === 2) return "foreign";
  if (kind === "encoded" && !isWellFormed(path)) return "foreign";
  return kind;
}

/** Every `%` begins an escape, and the escapes are valid UTF-8. */
function isWellFormed(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * The spelling that a path of ours has inside: escapes in upper case, odd characters escaped. Escapes of
 * characters that need none stay, so that `%61` never equals `a`.
 */
export function canonicalPath(path: string): string {
  return path
    .replace(/%[0-9a-f]{2}/gi, (triplet) => triplet.toUpperCase())
    .replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/g, (char) => escapeAscii(char));
}

/** A static text as it stands in a canonical path. */
export function canonicalText(text: string): string {
  if (UNCHANGED.test(text)) return text;
  let path = "";
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    if (code < 128) path += PCHAR[code] === 1 ? char : escapeAscii(char);
    else path += encodeURIComponent(char);
  }
  return path;
}

function escapeAscii(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

/**
 * RFC 3986 normal form (section 6.2.2): unreserved characters decoded, other escapes in upper case. What
 * `context.url` and `request.url` show, so that a guard in the chain reads `/api/admin` for `/api/%61dmin`.
 */
export function normalPath(path: string): string {
  if (!path.includes("%")) return path;
  return path.replace(/%[0-9a-f]{2}/gi, (triplet) => {
    const code = Number.parseInt(triplet.slice(1), 16);
    const char = code < 128 ? String.fromCharCode(code) : "";
    return UNRESERVED.test(char) ? char : triplet.toUpperCase();
  });
}

/** Decodes once; `/ ? # & + = : ; , @ $` stay encoded, as `decodeURI` leaves them. */
export function decodePath(path: string): string {
  if (!path.includes("%")) return path;
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** Decodes until nothing changes: what a careless reader further down might make of a text. */
export function decodeFully(text: string): string {
  let current = text;
  for (let round = 0; round < 12; round++) {
    let next: string;
    try {
      next = decodeURIComponent(current);
    } catch {
      return current;
    }
    if (next === current) return current;
    current = next;
  }
  return current;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\\]/;

/**
 * Whether a dynamic segment may have this value: no control character, no `\`, and no dot segment, also
 * when `%2F` in it is read as a slash.
 *
 * @param value The value, decoded once.
 */
export function isValueAllowed(value: string): boolean {
  if (FORBIDDEN.test(value)) return false;
  return value.split(/\/|%2f/i).every((piece) => piece !== "." && piece !== "..");
}

/**
 * Whether a mount path may stand before a path of ours: the same as for values, segment by segment. A host mounts at
 * parameters, too (`/t/:tenant`).
 */
export function isMountAllowed(mount: string): boolean {
  return mount.split("/").every((segment) => isValueAllowed(decodePath(segment)));
}
