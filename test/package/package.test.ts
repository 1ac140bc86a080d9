import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withoutComments } from "./_imports.ts";
import { filesIn, fixture, manifest, read, root, run } from "./_package.ts";

interface Packed {
  files: { path: string }[];
}

// Without scripts: a build in the middle of a test run would swap dist/ under the other tests.
const pack = run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"]);

describe("the published package", () => {
  it("holds the built code, its types and the texts, and nothing else", async () => {
    const files = await packedFiles();
    const others = files.filter(
      (file) => !/^dist\/(?:lib|bridges)\/.+(?:\.c?js|\.d\.c?ts)$/.test(file),
    );
    expect(others).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "package.json"]);
    expect(files.filter((file) => file.endsWith(".js")).length).toBeGreaterThan(20);
  });

  it("holds every file that an entry names", async () => {
    const files = await packedFiles();
    for (const [entry, target] of Object.entries(manifest.exports)) {
      const named =
        typeof target === "string"
          ? [target]
          : [target.types, target.default, ...Object.values(target.require ?? {})].flatMap(
              (file) => file ?? [],
            );
      for (const file of named) expect(files, entry).toContain(file.slice("./".length));
    }
  });

  it("mirrors the source, file by file, so that a stack names a file one can find", async () => {
    const files = await packedFiles();
    const built = files.filter((file) => file.endsWith(".js")).map((file) => file.slice(5, -3));
    const sources = [...filesIn("lib"), ...filesIn("bridges")]
      .filter((file) => !file.endsWith(".d.ts"))
      .map((file) => file.replace(/\.ts$/, ""));
    expect(built.sort()).toEqual(sources.sort());
  });

  it("imports files that are there, each with its extension", async () => {
    for (const file of (await packedFiles()).filter((name) =>
      /^dist\/.*\.(?:js|c?ts)$/.test(name),
    )) {
      const relative = withoutComments(read(file)).matchAll(
        /(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g,
      );
      for (const [, specifier] of relative) {
        const target = join(root, file, "..", specifier as string);
        // A declaration names the .js file that it describes.
        expect(
          existsSync(target) || existsSync(target.replace(/\.ts$/, ".d.ts")),
          `${file}: ${specifier}`,
        ).toBe(true);
      }
    }
  });

  it("has no top-level await: require() gives every one of its files", async () => {
    // The command line runs when it is loaded.
    const scripts = (await packedFiles()).filter(
      (file) => file.endsWith(".js") && file !== "dist/lib/cli/bin.js",
    );
    expect(scripts).toContain("dist/lib/index.js");
    const { code, stderr } = await run(process.execPath, [
      fixture("require.cjs"),
      ...scripts.map((file) => join(root, file)),
    ]);
    expect(code, stderr).toBe(0);
  });

  it("asks for a Node that can require() it, and says so in engines", () => {
    expect(manifest.type).toBe("module");
    expect(manifest.engines).toEqual({ node: "^20.19.0 || >=22.12.0" });
  });

  it("leaves every framework to the host: optional peers, and development only here", () => {
    const peers = Object.keys(manifest.peerDependencies);
    expect(peers.sort()).toEqual(["@fastify/middie", "express", "fastify", "vite"]);
    for (const peer of peers) {
      expect(manifest.peerDependenciesMeta[peer], peer).toEqual({ optional: true });
      expect(manifest.devDependencies, peer).toHaveProperty([peer]);
      expect(manifest.dependencies, peer).not.toHaveProperty([peer]);
    }
  });

  it("depends on few packages, each of which runs on the oldest Node we support", () => {
    expect(Object.keys(manifest.dependencies).sort()).toEqual([
      "@jridgewell/sourcemap-codec",
      "commander",
      "cookie",
      "devalue",
      "es-module-lexer",
      "fastify-plugin",
      "mime-types",
      "range-parser",
    ]);
    for (const name of Object.keys(manifest.dependencies)) {
      const { engines } = JSON.parse(read(`node_modules/${name}/package.json`)) as {
        engines?: { node?: string };
      };
      const oldest = /\d+/.exec(engines?.node ?? "0")?.[0];
      expect(Number(oldest), `${name} needs Node ${engines?.node}`).toBeLessThanOrEqual(20);
    }
  });

  it("says in its README which Node it needs", () => {
    expect(read("README.md")).toMatch(/Node(?:\.js)? 20\.19/);
  });
});

async function packedFiles(): Promise<string[]> {
  const { code, stdout, stderr } = await pack;
  expect(code, stderr).toBe(0);
  const [packed] = JSON.parse(stdout) as [Packed];
  return packed.files.map((file) => file.path).sort();
}
