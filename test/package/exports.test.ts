import { describe, expect, it } from "vitest";
import { entries, fixture, manifest, read, run } from "./_package.ts";

// The names that users import. A name that goes away or changes is a breaking release.
const names: Record<string, string[]> = {
  starbridge: [
    "BridgeError",
    "createApp",
    "createContext",
    "defineConfig",
    "defineMiddleware",
    "isLocalsSerializable",
    "sequence",
    "trySerializeLocals",
  ],
  "starbridge/connect": ["default", "fromConnect", "starbridge"],
  "starbridge/express": ["default", "starbridge"],
  "starbridge/fastify": ["default", "starbridge"],
  "starbridge/middleware": [
    "createContext",
    "defineMiddleware",
    "isLocalsSerializable",
    "sequence",
    "trySerializeLocals",
  ],
  "starbridge/node": ["sendResponse", "toRequest"],
  "starbridge/testing": ["createTestApp"],
  "starbridge/web": ["Response"],
};

describe("package entries", () => {
  it("are the agreed ones", () => {
    expect([...entries].sort()).toEqual(Object.keys(names).sort());
    expect(Object.keys(manifest.exports).filter((path) => !entries.includes(name(path)))).toEqual([
      "./astro",
      "./package.json",
    ]);
  });

  it.each(Object.keys(names))("%s exports its agreed names and no other", async (entry) => {
    expect(Object.keys(await import(entry)).sort()).toEqual(names[entry]);
  });

  it("give require() the same names in a CommonJS process", async () => {
    const { code, stdout, stderr } = await run(process.execPath, [
      fixture("require.cjs"),
      ...Object.keys(names),
    ]);
    expect(stderr.replace(/^.*ExperimentalWarning.*$|^\(Use `node.*$/gm, "").trim()).toBe("");
    expect(code).toBe(0);
    const required = JSON.parse(stdout) as Record<string, string[]>;
    for (const [entry, expected] of Object.entries(names)) {
      // Node adds `__esModule` to what require() gives for a module with a default export.
      expect(required[entry]?.filter((key) => key !== "__esModule")).toEqual(expected);
    }
  });

  it("share one BridgeError, one set of middleware helpers and one default", async () => {
    const main = await import("starbridge");
    const middleware = await import("starbridge/middleware");
    for (const key of Object.keys(middleware) as (keyof typeof middleware)[]) {
      expect(middleware[key]).toBe(main[key]);
    }
    for (const host of ["express", "fastify", "connect"]) {
      const bridge = await import(`starbridge/${host}`);
      expect(bridge.default).toBe(bridge.starbridge);
    }
  });

  it("only re-export, by name", () => {
    for (const entry of entries) {
      const file = sourceOf(entry);
      if (file === "lib/testing.ts") continue; // One function: the entry is where it lives.
      expect(read(file), file).not.toMatch(
        /^(?:export )?(?:async )?(?:function|class|const|let)\b/m,
      );
      expect(read(file), file).not.toMatch(/export \*/);
    }
  });
});

function name(path: string): string {
  return manifest.name + path.slice(1);
}

function sourceOf(entry: string): string {
  const target = manifest.exports[`.${entry.slice(manifest.name.length)}`];
  if (typeof target !== "object") throw new Error(`${entry} has no code`);
  return target.types.replace(/^\.\/dist\//, "").replace(/\.d\.ts$/, ".ts");
}
