// The types that users meet: the compiler has to agree, and to disagree where it should.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");
const root = join(import.meta.dirname, "../..");

/** What the compiler complains about in a project. */
function complaints(project: string): string {
  const run = spawnSync(process.execPath, [tsc, "-p", project], { encoding: "utf8" });
  return `${run.stdout}${run.stderr}`;
}

/** A copy of a project, beside which the package is installed. */
function installed(project: string): string {
  const copy = mkdtempSync(join(tmpdir(), "starbridge-types-"));
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
  cpSync(project, copy, { recursive: true });
  mkdirSync(join(copy, "node_modules"));
  symlinkSync(root, join(copy, "node_modules/starbridge"));
  for (const name of ["@types", "vite"]) {
    symlinkSync(join(root, "node_modules", name), join(copy, "node_modules", name));
  }
  return copy;
}

describe("the types", () => {
  // C-03
  it("of contexts, endpoints, params, locals and options are as documented", () => {
    // The file holds its refusals as @ts-expect-error: a type that became too wide is an error as well.
    expect(complaints(installed(join(import.meta.dirname, "fixtures")))).toBe("");
  });

  // C-03 M-06
  it("of an Astro project's files hold without astro being installed", () => {
    expect(complaints(installed(join(root, "test/astro/fixtures/project-ts")))).toBe("");
  });
});
