// Every case and every known failure has a test that names it, and what names one knows it.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cases, failures, sameAs, setAside } from "./_rows.ts";

const tests = join(import.meta.dirname, "..");
const ID = /\b(?:D-\d{2}|B\d{1,2})\b/g;

/** Ids of cases that tests name beside those of the list: finer parts of one, kept for their history. */
const PARTS = new Set(["D-20", "D-53", "D-54"]);

/** A file of tests, or a part of a list of them. */
function isTest(name: string): boolean {
  const file = name.slice(name.lastIndexOf("/") + 1);
  if (/^_(?:rows|items|tls|quiet|raw|hosts)\.ts$/.test(file)) return false;
  return name.endsWith(".test.ts") || (name.startsWith("bridges/") && file.startsWith("_"));
}

/** The ids in a comment above a test or a group of them, in its title, and at the head of a file. */
function idsIn(file: string): string[] {
  const lines = readFileSync(file, "utf8").split("\n");
  const ids: string[] = [];
  let comment: string[] = [];
  for (const [index, line] of lines.entries()) {
    const text = line.trim();
    if (text.startsWith("//")) {
      comment.push(text);
      continue;
    }
    // A title may stand on one of the next lines.
    const isStart = /^(?:it|test|describe|const|export)\b/.test(text);
    if (/^(?:it|test|describe)[.(]/.test(text)) {
      ids.push(
        ...(lines
          .slice(index, index + 6)
          .join(" ")
          .match(ID) ?? []),
      );
    }
    if (isStart || /^(?:import|export)/.test(text))
      ids.push(...(comment.join(" ").match(ID) ?? []));
    comment = [];
  }
  return ids;
}

const files = readdirSync(tests, { recursive: true, encoding: "utf8" })
  .map((name) => name.replaceAll("\\", "/"))
  .filter((name) => isTest(name) && name !== "security/coverage.test.ts");
const named = new Map<string, string[]>();
for (const name of files) {
  for (const id of idsIn(join(tests, name))) named.set(id, [...(named.get(id) ?? []), name]);
}
const all = { ...cases, ...failures };

describe("the cases and the known failures", () => {
  it("are all there, without a gap in the numbers of the failures", () => {
    const numbers = Object.keys(failures).map((id) => Number(id.slice(1)));
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => index + 1));
    expect([Object.keys(cases).length, numbers.length]).toEqual([43, 56]);
  });

  it("each have a test that names them", () => {
    const missing = Object.keys(all).filter(
      (id) => !named.has(id) && !named.has(sameAs[id] ?? "") && !(id in setAside),
    );
    expect(missing.map((id) => `${id}: ${all[id]}`)).toEqual([]);
  });

  it("are all known where a test of hosts names one", () => {
    const unknown = [...named].filter(([id]) => !(id in all) && !PARTS.has(id));
    expect(unknown).toEqual([]);
  });

  it("set aside have no test of their own, and those seen from two sides lead to one that has", () => {
    expect(Object.keys(setAside).filter((id) => named.has(id))).toEqual([]);
    expect(Object.values(sameAs).filter((id) => !named.has(id))).toEqual([]);
    expect(Object.keys(sameAs).filter((id) => !(id in all))).toEqual([]);
  });
});
