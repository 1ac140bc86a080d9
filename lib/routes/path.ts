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
/** Those that need no second look: they make no dot segment. */
const ORDINARY = PCHAR.slice();
ORDINARY[46] = 0;
const UNCHANGED = /^[A-Za-z0-9\-._~]*$/;
const UNRESERVED = /[A-Za-z0-9\-._~]/;
const NEEDLESSLY_ESCAPED = /[A-Za-z0-9\-._~!'()*]/;
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
  let begin = 1; // of the segment
  const { length } = path;
  for (let at = 1; at < length; at++) {
    const code = path.charCodeAt(at);
    // Beyond the table it gives undefined.
    if (ORDINARY[code] === 1) continue;
    if (code === SLASH) {
      if (at === begin) return "foreign";
      begin = at + 1;
    } else if (code === DOT) {
      if (at === begin && isDotSegment(path, at)) return "foreign";
    } else if (code === PERCENT) {
      if (at === begin && isDotSegment(path, at)) return "foreign";
      kind = "encoded";
    } else if (code > 126 || code < 33 || code === 92 || code === 35 || code === 63) {
      return "foreign";
    } else kind = "encoded";
  }
  return kind === "encoded" && !isWellFormed(path) ? "foreign" : kind;
}

/** Whether the segment that begins at `at` is `.` or `..`, in whatever spelling. */
function isDotSegment(path: string, at: number): boolean {
  const slashAt = path.indexOf("/", at);
  const segment = path.slice(at, slashAt === -1 ? path.length : slashAt);
  return segment.length <= 6 && /^(?:\.|%2e){1,2}$/i.test(segment);
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

/**
 * The path with the escapes decoded that `decodePath` decodes and `canonicalText` never makes (`%61`, `%27`, `%7E`): all
 * encodings of a value have it in common. Of static text there is none, so that it names a route as the path does.
 */
export function usualPath(path: string): string {
  if (!path.includes("%")) return path;
  return path.replace(/%[0-9a-f]{2}/gi, (triplet) => {
    const code = Number.parseInt(triplet.slice(1), 16);
    const char = String.fromCharCode(code);
    return NEEDLESSLY_ESCAPED.test(char) ? char : triplet;
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
