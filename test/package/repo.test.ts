import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { filesIn, read, root } from "./_package.ts";

const files = listFiles().filter((file) => existsSync(join(root, file)));
const texts = files.filter(
  (file) =>
    file !== "package-lock.json" &&
    /\.(?:[cm]?[jt]s|json|md|ya?ml|txt|html|csv)$|^[^.]+$|\/run$/.test(file),
);

// Directories and files that a reader meets first; a new one is a decision.
const top = [
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "LICENSE",
  "README.md",
  "SECURITY.md",
  "biome.json",
  "bridges",
  "examples",
  "knip.json",
  "lib",
  "package-lock.json",
  "package.json",
  "test",
  "tsconfig.build.json",
  "tsconfig.json",
  "vitest.config.ts",
];

describe("the repository", () => {
  it("has the agreed top level and nothing beside it", () => {
    const found = new Set(files.map((file) => file.split("/")[0] as string));
    expect([...found].filter((name) => !name.startsWith(".")).sort()).toEqual(top);
  });

  it("names no folder of one machine", () => {
    const machine = new RegExp(`${escapeRegExp(root)}|/(?:wor[k]|far[m]|Users/[a-z]+)/`);
    expect(linesThat(machine)).toEqual([]);
  });

  it("names no package registry: clients are configured by those who run them", () => {
    expect(linesThat(/https?:\/\/registry\./)).toEqual([]);
  });

  it("keeps a source file to one noun: 300 lines at most", () => {
    const sources = files.filter((file) => /^(?:lib|bridges)\/.*\.ts$/.test(file));
    const long = sources.filter((file) => read(file).split("\n").length - 1 > 300);
    expect(long).toEqual([]);
  });

  it("has no test that is switched off, and no type that is", () => {
    const words = ["@ts-" + "ignore", "@ts-" + "nocheck", "TO" + "DO", "FIX" + "ME"];
    const off = /\b(?:it|test|describe)\.(?:skip|todo|only)\b/;
    expect(linesThat(new RegExp(`${words.join("|")}|${off.source}`))).toEqual([]);
  });
});

function linesThat(pattern: RegExp): string[] {
  return texts.flatMap((file) =>
    read(file)
      .split("\n")
      .flatMap((line, index) =>
        pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
      ),
  );
}

// What is under version control or about to be; in an unpacked archive, what is there.
function listFiles(): string[] {
  if (existsSync(join(root, ".git"))) {
    const args = ["ls-files", "--cached", "--others", "--exclude-standard"];
    return execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\n").filter(Boolean);
  }
  const ignored = /^(?:\.git|node_modules|dist|coverage|\.build-.*)$/;
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => !ignored.test(entry.name))
    .flatMap((entry) => (entry.isDirectory() ? filesIn(entry.name) : [entry.name]));
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
