// How often a property is tried, and with which values:
//   PROPERTY_RUNS=50 npx vitest run test/properties    fifty times as many tries as by default
//   PROPERTY_SEED=1234 npx vitest run test/properties  the values of that seed, which a failure names
import type { Arbitrary } from "fast-check";
import fc from "fast-check";
import type { RawConnection } from "../_raw.ts";

const factor = Number(process.env.PROPERTY_RUNS ?? 1);
const seed = process.env.PROPERTY_SEED;

/** How long a test may take, in milliseconds. */
export const TIME = 30_000 * factor;

/** Tries a property with many values; a failure is made small and told with its seed. */
export async function holds<Value>(
  runs: number,
  values: Arbitrary<Value>,
  property: (value: Value) => Promise<void> | void,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(values, async (value) => await property(value)),
    { numRuns: Math.max(1, Math.round(runs * factor)), ...(seed && { seed: Number(seed) }) },
  );
}

/** Characters of a header's name. */
export const token = fc
  .array(fc.constantFrom(..."abcXYZ019!#$%&'*+-.^_`|~"), { minLength: 1, maxLength: 12 })
  .map((chars) => chars.join(""));

/** What a header's value may be: Latin-1 without control characters, no white space at its ends. */
export const fieldValue = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
      { weight: 1, arbitrary: fc.integer({ min: 0x80, max: 0xff }) },
      { weight: 1, arbitrary: fc.constant(9) },
    ),
    { maxLength: 30 },
  )
  .map((codes) => String.fromCharCode(...codes).replace(/^[ \t]+|[ \t]+$/g, ""));

/** Any text that is well-formed Unicode; half of them of the characters that encodings trip over. */
export const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(..."ab&=+%;,. '/#?\"\\\r\n\t\u00fc\u20ac"), maxLength: 12 }),
);

/** Cuts a text at the given places, which may lie anywhere. */
export function cut(whole: string, places: number[]): string[] {
  const at = [...new Set(places.map((place) => place % (whole.length + 1)))].sort((a, b) => a - b);
  const pieces: string[] = [];
  let from = 0;
  for (const to of [...at, whole.length]) {
    if (to > from) pieces.push(whole.slice(from, to));
    from = to;
  }
  return pieces;
}

/** Writes pieces one by one, each a write to the socket of its own. */
export async function writePieces(connection: RawConnection, pieces: string[]): Promise<void> {
  for (const piece of pieces) {
    await new Promise<void>((resolve) => {
      connection.socket.write(piece, "latin1", () => resolve());
    });
    await new Promise((resolve) => setImmediate(resolve));
  }
}
