// What the checks of options are made of.
import { describe } from "./describe.ts";
import { bridgeError } from "./errors.ts";
import { nearest } from "./nearest.ts";

/** @throws BridgeError `STARBRIDGE_INVALID_OPTION`, `STARBRIDGE_UNKNOWN_OPTION` */
export type Check = (value: unknown, option: string) => void;
export type Checks = Readonly<Record<string, Check>>;

/**
 * Checks the keys of an object, their names first: what a misspelt one was meant to say is missing.
 *
 * @param prefix What stands before its names: `"security."`.
 * @param elsewhere Where names belong that may be on the wrong level.
 */
export function checkKeys(
  value: object,
  checks: Checks,
  prefix: string,
  elsewhere: ReadonlyMap<string, string> = new Map(),
): void {
  const known = Object.keys(checks);
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(checks, key)) continue;
    const guess = guessOf(key, known, prefix, elsewhere);
    throw bridgeError("UNKNOWN_OPTION", {
      option: prefix + key,
      known: known.join(", "),
      ...(guess === undefined ? {} : { nearest: guess }),
    });
  }
  for (const [key, option] of Object.entries(value)) {
    if (option !== undefined) checks[key]?.(option, prefix + key);
  }
}

function guessOf(
  key: string,
  known: readonly string[],
  prefix: string,
  elsewhere: ReadonlyMap<string, string>,
): string | undefined {
  const exact = elsewhere.get(key);
  if (exact !== undefined) return exact;
  const own = nearest(key, known);
  if (own !== undefined) return prefix + own;
  const other = nearest(key, [...elsewhere.keys()]);
  return other === undefined ? undefined : elsewhere.get(other);
}

export function oneOf(...values: readonly (string | boolean | number)[]): Check {
  return (value, option) => {
    if (values.includes(value as string)) return;
    const isNumeric = typeof values[0] === "number";
    const expected = isNumeric
      ? `one of ${values.join(", ")}`
      : values.map((known) => JSON.stringify(known)).join(" or ");
    throw invalid(option, expected, value);
  };
}

export function assertText(value: unknown, option: string, expected: string): void {
  if (typeof value !== "string" || value === "") throw invalid(option, expected, value);
}

export function assertObject(
  value: unknown,
  option: string,
  expected: string,
): asserts value is object {
  if (!isPlainObject(value)) throw invalid(option, expected, value);
}

export function assertFunction(value: unknown, option: string): void {
  if (typeof value !== "function") throw invalid(option, "a function", value);
}

/** Whether somebody has written out an object: a Map or a Date has no options to read. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  // Of another realm, too.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

export function invalid(option: string, expected: string, value: unknown): Error {
  const isEmpty = Array.isArray(value) && value.length === 0;
  const text = isEmpty ? "an empty array" : describe(value);
  const actual = typeof value === "string" ? JSON.stringify(value) : text;
  return bridgeError("INVALID_OPTION", { option, expected, actual });
}
