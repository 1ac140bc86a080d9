import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFindCompiled } from "../../lib/build/tsconfig.ts";
import { project } from "./_project.ts";

const CONFIG_DIR = `$\{configDir}`;
const text = (value: object): string => JSON.stringify(value);

/** Where `src/db.ts` is compiled to, relative to the root. */
function placeOf(files: Record<string, string>, source = "src/db.ts"): string | undefined {
  const root = project(files);
  const place = createFindCompiled(root)(join(root, source));
  return place?.slice(root.length + 1);
}

describe("the compiled file of a source", () => {
  it("is found through the references of a solution", () => {
    const files = {
      "tsconfig.json": text({
        files: [],
        references: [{ path: "./tsconfig.server.json" }, { path: "./web" }],
      }),
      "tsconfig.server.json": text({
        compilerOptions: { composite: true, outDir: "out", rootDir: "src" },
      }),
      "web/tsconfig.json": text({
        references: [{ path: ".." }],
        compilerOptions: { outDir: "../www" },
      }),
      "out/db.js": "",
      "www/view.js": "",
    };
    expect(placeOf(files)).toBe("out/db.js");
    expect(placeOf(files, "web/view.ts")).toBe("www/view.js");
  });

  it("is found where configDir says, which is the folder of the file that extends", () => {
    const compilerOptions = { outDir: `${CONFIG_DIR}/build`, rootDir: `${CONFIG_DIR}/src` };
    expect(placeOf({ "tsconfig.json": text({ compilerOptions }), "build/db.js": "" })).toBe(
      "build/db.js",
    );
    expect(
      placeOf({
        "tsconfig.json": text({ extends: "./config/base" }),
        "config/base.json": text({ compilerOptions }),
        "build/db.js": "",
      }),
    ).toBe("build/db.js");
  });

  it.each([
    ["a file of a package", "@acme/config/base.json", "base.json", {}],
    ["a file without its ending", "@acme/config/base", "base.json", {}],
    ["a package", "@acme/config", "tsconfig.json", {}],
    ["what a package names", "@acme/config", "node.json", { tsconfig: "node.json" }],
  ])("is found through %s that is extended", (_what, base, name, manifest) => {
    expect(
      placeOf({
        "tsconfig.json": text({ extends: base, compilerOptions: { rootDir: "src" } }),
        "node_modules/@acme/config/package.json": text({ name: "@acme/config", ...manifest }),
        [`node_modules/@acme/config/${name}`]: text({
          compilerOptions: { outDir: "../../../lib" },
        }),
        "lib/db.js": "",
      }),
    ).toBe("lib/db.js");
  });

  it("is the one that is there, where several projects name a folder", () => {
    expect(
      placeOf({
        "tsconfig.json": text({ compilerOptions: { outDir: "types-only" } }),
        "tsconfig.build.json": text({
          extends: ["./none.json", "./tsconfig.json"],
          compilerOptions: { outDir: "dist" },
        }),
        "dist/db.js": "",
      }),
    ).toBe("dist/db.js");
  });

  it("is not looked for where nothing is compiled", () => {
    expect(placeOf({ "tsconfig.json": text({}), "src/db.js": "" })).toBeUndefined();
    expect(placeOf({ "tsconfig.json": "{", "src/db.js": "" })).toBeUndefined();
  });
});
