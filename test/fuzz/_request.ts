// A request as text, one character per byte: what goes over the wire is what a finding shows.

export interface WireRequest {
  method: string;
  target: string;
  version: string;
  /** Whole lines, in order; none is added. */
  headers: string[];
  body: string;
}

/** The bytes of a request. */
export function toWire({ method, target, version, headers, body }: WireRequest): string {
  const lines = [`${method} ${target} HTTP/${version}`, ...headers];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** All values of a header in a list of lines. */
export function headerValues(lines: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (line.slice(0, colon).toLowerCase() === name) {
      values.push(line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, ""));
    }
  }
  return values;
}

/** Stands for the host of a request without one on HTTP/2, where Node's client always names one. */
export const UNNAMED = "unnamed.test";

/** The body without its framing, one character per byte. */
export function bodyBytes({ headers, body }: WireRequest): string {
  const isChunked = headerValues(headers, "transfer-encoding").length > 0;
  return isChunked ? body.split("\r\n").slice(1, -3).join("\r\n") : body;
}

/** A line for a shell that sends the request: curl where it can, else the bytes themselves. */
export function toCommand(request: WireRequest, port: number): string {
  const { method, target, version, headers, body } = request;
  const isPrintable = [target, ...headers, body].every((text) => /^[\x20-\x7e]*$/.test(text));
  const isSimple = headers.every((line) => /^[A-Za-z-]+: \S/.test(line));
  const hosts = headerValues(headers, "host");
  const framing = headerValues(headers, "transfer-encoding").length > 0;
  if (!isPrintable || !isSimple || hosts.length !== 1 || framing || /\s/.test(target)) {
    return `printf ${quote(escapeBytes(toWire(request)))} | nc 127.0.0.1 ${port}`;
  }
  const parts = ["curl -sS -i --max-time 5 --path-as-is"];
  if (version === "1.0") parts.push("--http1.0");
  parts.push(method === "HEAD" ? "-I" : `-X ${quote(method)}`);
  for (const line of headers) {
    if (!/^content-length:/i.test(line)) parts.push(`-H ${quote(line)}`);
  }
  if (body !== "") parts.push(`--data-binary ${quote(body)}`);
  parts.push(`--request-target ${quote(target)} http://127.0.0.1:${port}/`);
  return parts.join(" ");
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** For printf: `%` and `\` doubled, everything that is no plain character in octal. */
function escapeBytes(text: string): string {
  return text
    .replace(/[%\\]/g, (char) => char + char)
    .replaceAll("\r\n", "\\r\\n")
    .replace(/[^\x20-\x7e]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`);
}
