// Params → path: the canonical spelling of the one URL that a prerendered answer is served under.
import { describe } from "../describe.ts";
import { bridgeError } from "../errors.ts";
import { canonicalText, isValueAllowed } from "../routes/path.ts";
import type { RoutePattern, Segment } from "../routes/route.ts";
import { textOf } from "../routes/route.ts";
import type { Params } from "../types.ts";

/**
 * The path of a route with these params, without a slash at its end: empty for the root.
 *
 * @param source The file, for errors.
 * @throws BridgeError when a value is missing, or cannot stand in a path.
 */
export function staticPathOf(route: RoutePattern, params: Params, source: string): string {
  let path = "";
  for (const segment of route.segments) {
    const text = textWith(segment, params, route, source);
    // An optional rest takes its slash with it.
    if (text === "" && segment.length === 1) continue;
    path += `/${text}`;
  }
  return path;
}

function textWith(segment: Segment, params: Params, route: RoutePattern, source: string): string {
  let text = "";
  for (const { kind, value: name } of segment) {
    if (kind === "text") text += canonicalText(textOf([{ kind, value: name }]));
    else text += textOfParam(name, params[name], kind === "rest", route, source);
  }
  return text;
}

function textOfParam(
  name: string,
  given: unknown,
  isRest: boolean,
  { pattern }: RoutePattern,
  source: string,
): string {
  assertParam(name, given, source);
  const value = given?.normalize("NFC").replace(/^\/+|\/+$/g, "");
  if (!value) {
    if (isRest) return "";
    throw bridgeError("MISSING_PARAM", { param: name, pattern, file: source });
  }
  // A slash makes two segments of one: the pattern could not read it back.
  if (!isRest && value.includes("/"))
    throw bridgeError("MISSING_PARAM", { param: name, pattern, file: source });
  if (!isValueAllowed(value) || value.includes("//") || /\p{Surrogate}/u.test(value)) {
    throw bridgeError("INVALID_PARAM_VALUE", {
      param: name,
      value: JSON.stringify(value),
      file: source,
    });
  }
  return value.split("/").map(canonicalText).join("/");
}

/** @throws BridgeError for what is neither a text nor left out. */
export function assertParam(
  name: string,
  value: unknown,
  source: string,
): asserts value is string | undefined {
  if (value === undefined || typeof value === "string") return;
  const details = { file: source, param: name, actual: describe(value) };
  throw bridgeError("GET_STATIC_PATHS_INVALID_ROUTE_PARAM", details);
}
