// SECURITY.md: what it says of tests and of versions is so.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const policy = read("SECURITY.md");
const manifest = JSON.parse(read("package.json"));

/** The promises: number, name and the files that hold it. */
const promises = policy
  .slice(policy.indexOf("## What Starbridge promises"))
  .split(/^(?=\d+\. \*\*)/m)
  .slice(1)
  .map((text) => ({
    number: Number.parseInt(text, 10),
    name: /\*\*(.+?)\.\*\*/.exec(text)?.[1] ?? "",
    files: [...text.slice(text.indexOf("Held by:")).matchAll(/\]\((test\/[^)]+)\)/g)].map(
      ([, file]) => file ?? "",
    ),
  }));

describe("SECURITY.md", () => {
  it("has ten promises, in order, each with a name and with tests on more than one side", () => {
    expect(promises.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const { name, files } of promises) {
      expect(name).not.toBe("");
      expect(new Set(files).size, name).toBeGreaterThanOrEqual(5);
    }
  });

  it.each(promises)(
    "$number. $name: names test files that are there and hold something",
    ({ files }) => {
      for (const file of files) {
        expect(statSync(join(root, file)).isFile(), file).toBe(true);
        // A test, or, in the one that watches all others, an expectation after each.
        expect(read(file), file).toMatch(/\b(?:it(?:\.each)?\(|title: "|afterEach\()/);
      }
    },
  );

  it("names no file of the list of every host that the list does not run", () => {
    const list = read("test/bridges/_conformance.ts");
    const parts = promises
      .flatMap(({ files }) => files)
      .filter((file) => /_conformance-/.test(file));
    expect(parts.length).toBeGreaterThan(10);
    for (const part of parts) expect(list).toContain(`"./${part.split("/").at(-1)}"`);
  });

  it("names no part of a test that no test runs", () => {
    const parts = promises.flatMap(({ files }) => files).filter((file) => /\/_[^/]+$/.test(file));
    expect(parts.length).toBeGreaterThan(20);
    for (const part of parts) expect(isRun(part), part).toBe(true);
  });

  it("links to nothing else that is not there", () => {
    for (const [, link = ""] of policy.matchAll(/\]\(([^)#:]+)\)/g)) {
      expect(statSync(join(root, link)).isFile(), link).toBe(true);
    }
  });

  it("supports what package.json says", () => {
    const row = (name: string): string =>
      new RegExp(`^\\| ${name} \\| (.+) \\|$`, "m").exec(policy)?.[1] ?? "";
    expect(manifest.engines.node).toContain("^20.19");
    expect(row("Node")).toContain("20.19");
    expect(manifest.peerDependencies.express).toBe(">=4");
    expect(row("Express")).toBe("4 and 5");
    expect(manifest.peerDependencies.fastify).toBe("^5.0.0");
    expect(row("Fastify")).toBe("5");
  });

  it("names a private way to report, and no address that nobody reads", () => {
    expect(policy).toContain("Report a vulnerability");
    expect(policy).not.toMatch(/[\w.+-]+@[\w-]+\.\w+/);
  });
});

/** Whether a test imports a file, directly or through others of its folder. */
function isRun(file: string, seen = new Set<string>()): boolean {
  if (file.endsWith(".test.ts")) return true;
  if (seen.has(file)) return false;
  seen.add(file);
  const folder = dirname(file);
  const importers = readdirSync(join(root, folder)).filter(
    (name) => name.endsWith(".ts") && read(join(folder, name)).includes(`"./${basename(file)}"`),
  );
  return importers.some((name) => isRun(join(folder, name), seen));
}
