// Every item of Astro's behaviour that we claim has a test that names it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { items, notApplicable } from "./_items.ts";

const tests = join(import.meta.dirname, "..");
const ID = /\b[A-Z]{1,2}-\d{2,3}\b/g;
const FAMILIES = /^(R|P|S|E|M|C|K|I|X)-/;

/** The ids in the comment right above each test of a file. */
function idsIn(file: string): string[] {
  const ids: string[] = [];
  let comment: string[] = [];
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const text = line.trim();
    if (text.startsWith("//")) {
      comment.push(text);
      continue;
    }
    if (/^(it|test)[.(]/.test(text)) ids.push(...(comment.join(" ").match(ID) ?? []));
    comment = [];
  }
  return ids;
}

function testFiles(under: string): string[] {
  const folder = join(tests, under);
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(
      (name) =>
        name.endsWith(".test.ts") || name.startsWith("_conformance", name.lastIndexOf("/") + 1),
    )
    .map((name) => join(folder, name));
}

describe("the items of Astro's behaviour", () => {
  it("each have a test, in a comment above it", () => {
    const tested = new Set(testFiles(".").flatMap(idsIn));
    expect(Object.keys(items).filter((id) => !tested.has(id))).toEqual([]);
  });

  it("are all known where a test of this folder names one of them", () => {
    const known = new Set([...Object.keys(items), ...Object.keys(notApplicable)]);
    const named = testFiles("astro").flatMap(idsIn);
    const own = named.filter((id) => FAMILIES.test(id) && !/^X-[2-5]/.test(id));
    expect([...new Set(own.filter((id) => !known.has(id)))]).toEqual([]);
  });

  it("are not both claimed and set aside", () => {
    expect(Object.keys(notApplicable).filter((id) => id in items)).toEqual([]);
  });

  it("set aside have no test, so that a feature which arrives is moved to the claimed ones", () => {
    const tested = new Set(testFiles("astro").flatMap(idsIn));
    expect(Object.keys(notApplicable).filter((id) => tested.has(id))).toEqual([]);
  });
});
