import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { judgePath, scanPages } from "../../../lib/routes/scan.ts";

function folder(names: string[]): string {
  const path = mkdtempSync(join(tmpdir(), "starbridge-scan-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  for (const name of names) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), "");
  }
  return path;
}

async function filesOf(names: string[]): Promise<readonly string[]> {
  return (await scanPages(folder(names))).files;
}

describe("scanPages", () => {
  //
  it("takes files that end in .js and .ts, in that spelling, from all folders below", async () => {
    expect(await filesOf(["a.js", "b.ts", "deep/er/c.ts"])).toEqual([
      "a.js",
      "b.ts",
      "deep/er/c.ts",
    ]);
    expect(await filesOf(["a.mjs", "b.mts", "c.cjs", "d.cts", "e.TS", "f.Js"])).toEqual([]);
  });

  it("lists in the order of code units, whatever the order on the disk", async () => {
    expect(await filesOf(["b.ts", "a.ts", "B.ts", "ä.ts", "[id].ts", "a/x.ts", "a-b.ts"])).toEqual([
      "B.ts",
      "[id].ts",
      "a/x.ts",
      "a-b.ts",
      "a.ts",
      "b.ts",
      "ä.ts",
    ]);
  });

  // R-04 R-05
  it("passes over names with _ or . in front, and all below them, without a word", async () => {
    const names = ["_a.ts", "_lib/b.ts", "x/_lib/y/c.ts", ".d.ts", ".git/e.ts", ".gitkeep", "_.md"];
    expect(await scanPages(folder(names))).toEqual({ files: [], ignored: [], links: [] });
  });

  //
  it("takes .well-known, the folder", async () => {
    expect(await filesOf([".well-known/security.txt.ts", ".well-known.ts"])).toEqual([
      ".well-known/security.txt.ts",
    ]);
  });

  //
  it("takes names that a URL would have to escape", async () => {
    const names = ["a?b.ts", "c#d.ts", "e%20f.ts", "g h.ts"];
    expect(await filesOf(names)).toEqual(names);
  });

  // R-02 R-03 R-06
  it.each([
    ["foo.test.ts", "is a test"],
    ["foo.spec.js", "is a test"],
    ["foo.test.tsx", "is a test"],
    ["types.d.ts", "is a declaration file"],
    ["types.d.mts", "is a declaration file"],
    ["index.astro", "is a page, not an endpoint"],
    ["about.md", "is a page, not an endpoint"],
    ["about.markdown", "is a page, not an endpoint"],
    ["about.mdx", "is a page, not an endpoint"],
    ["about.html", "is a page, not an endpoint"],
    ["a.jsx", "is a component; begin its name with _ or move it away"],
    ["a.tsx", "is a component; begin its name with _ or move it away"],
    ["a.vue", "is a component; begin its name with _ or move it away"],
    ["a.svelte", "is a component; begin its name with _ or move it away"],
    ["a.mjs", "ends in neither .js nor .ts"],
    ["a.mts", "ends in neither .js nor .ts"],
    ["a.cjs", "ends in neither .js nor .ts"],
    ["a.cts", "ends in neither .js nor .ts"],
    ["a.TS", "ends in neither .js nor .ts"],
    ["data.json", "is neither .js nor .ts"],
    ["style.css", "is neither .js nor .ts"],
    ["LICENSE", "is neither .js nor .ts"],
  ])("ignores deep/%s and says that it %s", async (name, reason) => {
    const file = `deep/${name}`;
    expect(await scanPages(folder([file]))).toMatchObject({
      files: [],
      ignored: [{ file, reason }],
    });
    expect(judgePath(file)).toEqual({ reason });
  });

  it("takes a word in a name for no test and no declaration", async () => {
    const names = ["d.ts", "latest.ts", "spec.ts", "test.ts", "test.users.ts"];
    expect(await filesOf(names)).toEqual(names);
  });

  it("follows links to files and folders, and tells where they lead", async () => {
    const elsewhere = folder(["file.ts", "folder/a.ts"]);
    const pages = folder(["own.ts"]);
    symlinkSync(join(elsewhere, "file.ts"), join(pages, "linked.ts"));
    symlinkSync(join(elsewhere, "folder"), join(pages, "sub"));
    const scan = await scanPages(pages);
    expect(scan.files).toEqual(["linked.ts", "own.ts", "sub/a.ts"]);
    expect(scan.links.map((path) => path.split("/").pop())).toEqual(["file.ts", "folder"]);
  });

  it("ends where links go round in a circle, and says so", async () => {
    const pages = folder(["a/b/c.ts"]);
    symlinkSync("..", join(pages, "a/b/up"));
    symlinkSync(".", join(pages, "self"));
    const reason = "is a link to a folder that holds it";
    expect(await scanPages(pages)).toMatchObject({
      files: ["a/b/c.ts"],
      ignored: [
        { file: "a/b/up", reason },
        { file: "self", reason },
      ],
    });
  });

  it("lists a folder once for each link to it", async () => {
    const pages = folder(["a/x.ts"]);
    symlinkSync("a", join(pages, "b"));
    expect((await scanPages(pages)).files).toEqual(["a/x.ts", "b/x.ts"]);
  });

  it("ignores a link to nothing, and says so", async () => {
    const pages = folder(["a.ts"]);
    symlinkSync("nowhere.ts", join(pages, "b.ts"));
    expect(await scanPages(pages)).toMatchObject({
      files: ["a.ts"],
      ignored: [{ file: "b.ts", reason: "is a link to nothing" }],
    });
  });
});
