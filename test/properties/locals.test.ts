// trySerializeLocals against devalue, and against the rule that Astro states, with any value at all.
import { parse, stringify } from "devalue";
import fc from "fast-check";
import { isLocalsSerializable, trySerializeLocals } from "starbridge";
import { describe, expect, it } from "vitest";
import { holds, TIME } from "./_property.ts";

class Own {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

const leaf = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  fc.constantFrom<unknown>(
    null,
    undefined,
    -0,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    Symbol.iterator,
  ),
  fc
    .constantFrom<() => unknown>(
      () => new URL("http://x.test/?a=1#b"),
      () => new URLSearchParams("a=1&a=2"),
      () => /a"b/gi,
      () => new Uint8Array([1, 2, 255]),
      () => new ArrayBuffer(3),
      () => new Float64Array([0.5]),
      () => new Error("no"),
      () => Promise.resolve(1),
      () => new WeakMap(),
      () => () => 1,
      () => new Headers(),
      () => Object("boxed"),
      () => Object(1),
    )
    .map((make) => make()),
);

const key = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.constantFrom("__proto__", "constructor", "toJSON", "a b", "0", ""),
);

function define(entries: [string, unknown][], proto: object | null): object {
  const made = Object.create(proto);
  for (const [name, value] of entries) {
    Object.defineProperty(made, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return made;
}

const tree = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    { weight: 5, arbitrary: leaf },
    { weight: 3, arbitrary: fc.array(tie("value"), { maxLength: 5 }) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(
          fc.array(fc.tuple(key, tie("value")), { maxLength: 5 }),
          fc.constantFrom(Object.prototype, Object.prototype, null),
        )
        .map(([entries, proto]) => define(entries, proto)),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(fc.tuple(tie("value"), tie("value")), { maxLength: 3 })
        .map((list) => new Map(list)),
    },
    { weight: 1, arbitrary: fc.array(tie("value"), { maxLength: 3 }).map((list) => new Set(list)) },
    { weight: 1, arbitrary: tie("value").map((value) => new Own(value)) },
    // One object in two places is no cycle.
    { weight: 1, arbitrary: tie("value").map((value) => [value, { again: value }]) },
  ),
})).value;

/** JSON's own values at any depth, so that the side that accepts is met as often as the one that refuses. */
const plain = fc.jsonValue({ stringUnit: "binary" });

function plainByAstro(value: unknown): boolean {
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) return true;
  if (typeof value !== "object") return false;
  if (Array.isArray(value)) return Array.from(value).every(plainByAstro);
  let depth = 0;
  for (let at = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at))
    depth += 1;
  return depth <= 1 && Object.values(value).every(plainByAstro);
}

function attempt(action: () => string): { text: string } | { failed: unknown } {
  try {
    return { text: action() };
  } catch (error) {
    return { failed: error };
  }
}

const refusal = {
  code: "STARBRIDGE_LOCALS_NOT_SERIALIZABLE",
  message: expect.stringContaining("locals"),
};

describe("trySerializeLocals", () => {
  it(
    "writes what consists of JSON's own values, as JSON.stringify does, and refuses all else",
    async () => {
      await holds(1500, fc.oneof(tree, plain), (value) => {
        const ours = attempt(() => trySerializeLocals(value));
        const allowed = plainByAstro(value);
        expect(isLocalsSerializable(value)).toBe(allowed);
        if (allowed) expect(ours).toEqual(attempt(() => JSON.stringify(value)));
        else expect(ours).toMatchObject({ failed: refusal });
      });
    },
    TIME,
  );

  it(
    "writes, when asked for more, what devalue writes, and refuses what it refuses",
    async () => {
      await holds(1500, fc.oneof(tree, plain), (value) => {
        const ours = attempt(() => trySerializeLocals(value, { devalue: true }));
        const devalues = attempt(() => stringify(value));
        if ("failed" in devalues) {
          expect(ours).toMatchObject({ failed: refusal });
          return;
        }
        expect(ours).toEqual(devalues);
        if ("text" in ours) expect(parse(ours.text)).toEqual(parse(devalues.text));
      });
    },
    TIME,
  );

  it(
    "refuses every cycle at once, wherever it closes, and says where",
    async () => {
      const steps = fc.array(fc.constantFrom("object", "array", "map", "set"), {
        minLength: 1,
        maxLength: 8,
      });
      await holds(300, fc.tuple(steps, fc.nat()), ([kinds, place]) => {
        const rich = kinds.some((kind) => kind === "map" || kind === "set");
        const made: object[] = [];
        let inner: unknown;
        const links: ((value: unknown) => void)[] = [];
        for (const kind of kinds) {
          const outer = inner;
          if (kind === "object") {
            const box: { inner: unknown } = { inner: outer ?? 1 };
            links.push((value) => Object.assign(box, { back: value }));
            inner = box;
          } else if (kind === "array") {
            const box: unknown[] = [outer ?? 1];
            links.push((value) => box.push(value));
            inner = box;
          } else if (kind === "map") {
            const box = new Map<unknown, unknown>([["inner", outer ?? 1]]);
            links.push((value) => box.set("back", value));
            inner = box;
          } else {
            const box = new Set<unknown>([outer ?? 1]);
            links.push((value) => box.add(value));
            inner = box;
          }
          made.push(inner as object);
        }
        // The innermost one leads back to any of those around it, or to itself.
        links[0]?.(made[place % made.length]);
        for (const devalue of rich ? [true] : [false, true]) {
          const ours = attempt(() => trySerializeLocals(inner, { devalue }));
          expect(ours).toMatchObject({ failed: refusal });
          expect(String((ours as { failed: Error }).failed.message)).toContain("cycle");
        }
        expect(isLocalsSerializable(inner)).toBe(false);
      });
    },
    TIME,
  );
});
