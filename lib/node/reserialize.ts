// A parsed body as bytes again, for endpoints behind a parser that did not keep them.

// Parsers stop far earlier (32 levels in qs); a cyclic object never does.
const MOST_LEVELS = 64;

/** Whether a content type is JSON: `application/json`, `text/json`, anything with `+json`. */
export function isJson(contentType: string | undefined): boolean {
  const type = essence(contentType);
  return type === "application/json" || type === "text/json" || type.endsWith("+json");
}

/** Whether a content type is that of an ordinary form. */
export function isUrlencoded(contentType: string | undefined): boolean {
  return essence(contentType) === "application/x-www-form-urlencoded";
}

/**
 * A value as JSON text.
 *
 * @throws TypeError when JSON has no text for it.
 */
export function toJson(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError("The parsed body has no JSON text.");
  return text;
}

/**
 * An object as a form, in the spelling that `FormData`, `node:querystring` and `qs` all read back:
 * `a=1&list=x&list=y&user[name]=z`.
 *
 * @throws TypeError when it is nested without end.
 */
export function toUrlencoded(value: object): string {
  const pairs: string[] = [];
  for (const [name, field] of Object.entries(value)) appendField(pairs, name, field, 0);
  return pairs.join("&");
}

function appendField(pairs: string[], name: string, value: unknown, level: number): void {
  if (level > MOST_LEVELS) throw new TypeError("The parsed body is nested too deep.");
  if (value === undefined) return;
  if (typeof value !== "object" || value === null) {
    pairs.push(`${encode(name)}=${value === null ? "" : encode(String(value))}`);
    return;
  }
  // Repeated fields are how forms send lists. A list of one needs its index, or it comes back as a string.
  const repeated = Array.isArray(value) && value.length > 1 && value.every(isScalar);
  for (const [key, field] of Object.entries(value)) {
    appendField(pairs, repeated ? name : `${name}[${key}]`, field, level + 1);
  }
}

function isScalar(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

function encode(text: string): string {
  // A lone surrogate has no UTF-8; encodeURIComponent throws on it.
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\uFFFD"));
}

function essence(contentType: string | undefined): string {
  return contentType?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
}
