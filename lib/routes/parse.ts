// File name → pattern, with Astro's bracket syntax. A name that means nothing is refused at start.
import { bridgeError } from "../errors.ts";
import type { Part, RoutePattern, Segment } from "./route.ts";

const PARAM_NAME = /^(?:\.\.\.)?[A-Za-z0-9_$]+$/;
const EXTENSION = /.\.\w+$/;

/**
 * The pattern of an endpoint file.
 *
 * @param file Path relative to the pages folder: `users/[id].json.ts`.
 * @throws BridgeError `STARBRIDGE_INVALID_ROUTE` when a parameter cannot be read.
 */
export function parseRouteFile(file: string): RoutePattern {
  return parsePattern(patternOfFile(file), file);
}

/** The pattern of an endpoint file as text, not looked into. */
export function patternOfFile(file: string): string {
  const lastAt = file.lastIndexOf("/") + 1;
  const dotAt = file.lastIndexOf(".");
  const stem = file.slice(lastAt, dotAt < lastAt ? -1 : dotAt);
  if (stem !== "index") return `/${file.slice(0, lastAt)}${stem}`;
  return `/${file.slice(0, Math.max(lastAt - 1, 0))}`;
}

/** Segments by name: projects say `[id]` and `api` a thousand times. */
export type KnownSegments = Map<string, Segment>;

/**
 * Takes a pattern apart.
 *
 * @param pattern `/users/[id]`, with or without slashes at its ends.
 * @param source What the error names (the pattern itself).
 * @param known Kept by who takes many apart.
 */
export function parsePattern(
  pattern: string,
  source: string = pattern,
  known?: KnownSegments,
): RoutePattern {
  const segments: Segment[] = [];
  const params: string[] = [];
  let clean = "";
  let last = "";
  for (const name of pattern.split("/")) {
    if (name === "") continue;
    let segment = known?.get(name);
    if (segment === undefined) {
      segment = parseSegment(name, source);
      known?.set(name, segment);
    }
    segments.push(segment);
    for (const part of segment) if (part.kind !== "text") params.push(part.value);
    clean += `/${name}`;
    last = name;
  }
  const hasExtension = last.includes(".") && EXTENSION.test(last);
  return { pattern: clean === "" ? "/" : clean, segments, params, hasExtension };
}

const PLAIN = /^[^[\]%]*$/;
const PARAM = /^\[([A-Za-z0-9_$]+)\]$/;

function parseSegment(name: string, source: string): Segment {
  // What most segments are; thousands of them are read at start.
  if (PLAIN.test(name)) return name === "" ? [] : [{ kind: "text", value: name.normalize("NFC") }];
  const [, param] = PARAM.exec(name) ?? [];
  if (param !== undefined) return [{ kind: "param", value: param }];
  const parts: Part[] = [];
  let text = "";
  let open = 0; // literal "[" that wait for their "]"
  let afterParam = false;
  const flush = () => {
    if (text !== "") parts.push({ kind: "text", value: textOfName(text) });
    text = "";
  };
  for (let at = 0; at < name.length; at++) {
    const char = name[at];
    if (char === "[" && name[at + 1] === "]") {
      text += "[]";
      at++;
      afterParam = false;
    } else if (char === "[" && name[at + 1] === "[") {
      text += "[";
      open++;
      afterParam = false;
    } else if (char === "[") {
      const end = name.indexOf("]", at);
      if (end === -1) throw invalid(source, `the bracket in "${name}" is not closed.`);
      const inner = name.slice(at + 1, end);
      if (!PARAM_NAME.test(inner)) throw invalid(source, `"${inner}" is not a parameter name.`);
      if (afterParam) throw invalid(source, `parameters in "${name}" must be separated by text.`);
      flush();
      const rest = inner.startsWith("...");
      parts.push({ kind: rest ? "rest" : "param", value: rest ? inner.slice(3) : inner });
      at = end;
      afterParam = true;
    } else if (char === "]") {
      if (open === 0) throw invalid(source, `a bracket in "${name}" was never opened.`);
      open--;
      text += "]";
      afterParam = false;
    } else {
      text += char;
      afterParam = false;
    }
  }
  if (open > 0) throw invalid(source, `a bracket in "${name}" is not closed.`);
  flush();
  return parts;
}

/** `%5B` and `%5D` in a file's name stand for brackets that are none of ours. */
function textOfName(name: string): string {
  return name.replace(/%5B/gi, "[").replace(/%5D/gi, "]").normalize("NFC");
}

function invalid(route: string, reason: string): Error {
  return bridgeError("INVALID_ROUTE", { route, reason });
}
