// A value in words, for the sentences of errors.

/** Says what a value is, for a sentence: `undefined`, `a string`, `an instance of Date`. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "undefined";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") {
    const name = Object.getPrototypeOf(value)?.constructor?.name;
    return !name || name === "Object" ? "an object" : `an instance of ${name}`;
  }
  if (typeof value === "number" || typeof value === "boolean")
    return `the ${typeof value} ${value}`;
  return `a ${typeof value}`;
}
