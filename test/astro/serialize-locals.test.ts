// trySerializeLocals(): JSON of what is JSON, a refusal of everything else.
import { isLocalsSerializable, trySerializeLocals } from "starbridge";
import { describe, expect, it } from "vitest";

class Point {
  x = 1;
}
const cycle: Record<string, unknown> = { deep: { deeper: [] } };
(cycle.deep as { deeper: unknown[] }).deeper.push(cycle);

describe("trySerializeLocals", () => {
  // M-110
  it.each([
    [null],
    ["text"],
    [1.5],
    [true],
    [[]],
    [{ a: [1, "b", null, { c: false }] }],
    [Object.assign(Object.create(null), { bare: 1 })],
  ])("writes %j as JSON", (value) => {
    expect(trySerializeLocals(value)).toBe(JSON.stringify(value));
    expect(isLocalsSerializable(value)).toBe(true);
  });

  // M-111
  it.each([
    ["undefined", undefined],
    ["an undefined property", { a: undefined }],
    ["an undefined element", [undefined]],
    ["a Date", { a: new Date() }],
    ["a Map", new Map()],
    ["a Set", { a: { b: new Set() } }],
    ["a URL", new URL("http://x.test")],
    ["a RegExp", [/x/]],
    ["an instance of a class", new Point()],
    ["a function", { a: () => {} }],
    ["a bigint", 1n],
    ["a symbol", { a: Symbol("x") }],
  ])("refuses %s", (_what, value) => {
    expect(() => trySerializeLocals(value)).toThrow(Error);
    expect(isLocalsSerializable(value)).toBe(false);
  });

  // M-111
  it("writes NaN and Infinity as null", () => {
    expect(trySerializeLocals({ a: Number.NaN, b: Number.POSITIVE_INFINITY })).toBe(
      '{"a":null,"b":null}',
    );
  });

  // M-112: the row of differences.md
  it("refuses a cycle and names the path to it", () => {
    expect(() => trySerializeLocals(cycle)).toThrow(/deep.*deeper.*0/);
    expect(isLocalsSerializable(cycle)).toBe(false);
  });

  // M-112
  it("takes the same object twice where there is no cycle", () => {
    const shared = { a: 1 };
    expect(trySerializeLocals({ one: shared, two: shared })).toBe('{"one":{"a":1},"two":{"a":1}}');
  });

  // M-112
  it("takes deep nesting without running out of stack", () => {
    let value: unknown = 1;
    for (let depth = 0; depth < 2_000; depth += 1) value = { value };
    expect(trySerializeLocals(value)).toBe(JSON.stringify(value));
    let deeper: unknown = 1;
    for (let depth = 0; depth < 100_000; depth += 1) deeper = [deeper];
    expect(isLocalsSerializable(deeper)).toBe(true);
  });

  // M-110 M-111: the row of differences.md, { devalue: true }
  it("takes what devalue carries when asked to, cycles still excluded", () => {
    const value = {
      date: new Date(0),
      map: new Map([["a", new Set([1n])]]),
      url: new URL("http://x.test"),
    };
    const text = trySerializeLocals(value, { devalue: true });
    expect(typeof text).toBe("string");
    expect(text).toContain("1970-01-01T00:00:00.000Z");
    expect(() => trySerializeLocals({ a: () => {} }, { devalue: true })).toThrow(Error);
    expect(() => trySerializeLocals(cycle, { devalue: true })).toThrow(/deep/);
  });
});
