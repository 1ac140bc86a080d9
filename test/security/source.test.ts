// Promises that no request can show: what the source never does.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

/** What serves requests; the command line is a process of its own. */
const files = ["lib", "bridges"]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) =>
      join(folder, name),
    ),
  )
  .filter((name) => name.endsWith(".ts") && !name.startsWith(join("lib", "cli")));

/** The lines of code that match, without comments. */
function linesWith(pattern: RegExp): string[] {
  return files.flatMap((name) =>
    readFileSync(join(root, name), "utf8")
      .replace(/\/\*[\s\S]*?\*\//g, "")
      .split("\n")
      .map((line) => line.replace(/(^|\s)\/\/.*$/, ""))
      .filter((line) => pattern.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
}

describe("the source", () => {
  it("is read by this test", () => {
    expect(files.length).toBeGreaterThan(80);
    expect(linesWith(/\bexport function\b/).length).toBeGreaterThan(80);
  });

  // B55
  it("leaves no clean-up to the garbage collector", () => {
    expect(linesWith(/\b(FinalizationRegistry|WeakRef)\b/)).toEqual([]);
  });

  // B48 D-69 R9
  it("puts no listener on the process, and ends it nowhere", () => {
    expect(linesWith(/\bprocess\.(on|once|addListener|prependListener|exit|abort|kill)\b/)).toEqual(
      [],
    );
    expect(linesWith(/\bsetUncaughtExceptionCaptureCallback\b/)).toEqual([]);
  });

  // R9: what other classes make is told by its shape, test/security/foreign-globals.test.ts.
  it("replaces no global and nothing of a prototype", () => {
    expect(linesWith(/globalThis(\.\w+|\[.+\]) =[^=]/)).toEqual([]);
    expect(linesWith(/\.prototype\.\w+ =[^=]/)).toEqual([]);
  });

  // B34
  it("writes to no URL of a host's request", () => {
    expect(linesWith(/\b(req|request|raw)\.(url|originalUrl|method) =[^=]/)).toEqual([]);
  });

  // B40
  it("takes no answer out of Fastify's hands", () => {
    expect(linesWith(/\bhijack\(/)).toEqual([]);
  });

  // B39
  it("offers nothing that waits for more than a request: no waitUntil", () => {
    expect(linesWith(/\bwaitUntil\b/)).toEqual([]);
  });
});
