import { describe, expect, it } from "vitest";
import type { BridgeError } from "../../lib/errors.ts";
import { bridgeError, errorKeys } from "../../lib/errors.ts";
import { filesIn, read } from "./_package.ts";

type Make = (key: string, details: unknown) => BridgeError;

// Every detail that a sentence may ask for, spelled as a word with a full stop.
const anyDetails = new Proxy({}, { get: (_, key) => `${String(key)}.` });
const errors = errorKeys.map((key) => (bridgeError as Make)(key, anyDetails));

describe("errors of the bridge", () => {
  it.each(errors.map((error) => [error.code, error] as const))(
    "%s says what happened, what to do, and which status it asks for",
    (code, error) => {
      expect(code).toMatch(/^STARBRIDGE_[A-Z][A-Z0-9_]+[A-Z0-9]$/);
      // A whole sentence: from a capital, or the name of a file or method, to a full stop.
      expect(error.message).toMatch(/^\S.*[.]"?$/s);
      expect(error.message).not.toMatch(/undefined|\[object/);
      expect(error.message.split(" ").length).toBeGreaterThan(3);
      expect(error.hint).toMatch(/^[A-Z].+\.$/s);
      expect(error.statusCode).toBeGreaterThanOrEqual(400);
      expect(error.statusCode).toBeLessThan(600);
      expect(error.status).toBe(error.statusCode);
    },
  );

  it("each have a sentence and a name of their own", () => {
    expect(repeated(errors.map((error) => error.message))).toEqual([]);
    const astroNames = errors.map((error) => error.name).filter((name) => name !== "BridgeError");
    expect(repeated(astroNames)).toEqual([]);
  });

  it("are each made somewhere in the code", () => {
    const code = [...filesIn("lib"), ...filesIn("bridges")]
      .filter((file) => file.endsWith(".ts") && file !== "lib/errors.ts")
      .map(read)
      .join("\n");
    expect(errorKeys.filter((key) => !code.includes(`"${key}"`))).toEqual([]);
  });

  it("are the ones of the README's table, one row each, with the code alone in the first cell", () => {
    const documented = [...read("README.md").matchAll(/^\|\s*`(STARBRIDGE_[A-Z0-9_]+)`\s*\|/gm)];
    expect(documented.map((row) => row[1]).sort()).toEqual(
      errors.map((error) => error.code).sort(),
    );
  });

  it("are named in the README and in code only as they are spelled in the table", () => {
    const codes = new Set<string>(errors.map((error) => error.code));
    for (const file of ["README.md", "SECURITY.md", "CONTRIBUTING.md", ...filesIn("lib")]) {
      const named = read(file).match(/STARBRIDGE_[A-Z0-9_]*[A-Z0-9]\b/g) ?? [];
      expect(
        named.filter((code) => !codes.has(code)),
        file,
      ).toEqual([]);
    }
  });
});

function repeated(values: string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}
