import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { PageFile } from "../../../lib/loader/pages.ts";
import { createMapLoader, esm, failureOf, link, load, pageOf, writeApp } from "./_app.ts";

describe("imports of Astro's modules in endpoint files", () => {
  const sees = `
    import * as virtual from "astro:middleware";
    import * as entry from "astro/middleware";
    import * as types from "astro";
    export const seen = { virtual, entry, types };
  `;
  const installed = {
    "node_modules/astro/package.json":
      '{ "type": "module", "exports": { ".": "./real.js", "./middleware": "./real.js" } }',
    "node_modules/astro/real.js": "export const real = true;",
  };

  async function seenBy(page: PageFile | undefined) {
    const module = await page?.load();
    return module?.seen as Record<"virtual" | "entry" | "types", Record<string, unknown>>;
  }

  // M-06
  it("get the module that starbridge/middleware is, also where astro is installed", async () => {
    const root = writeApp({ ...esm, ...installed, "src/pages/a.js": sees, "src/lib/b.js": sees });
    const { virtual, entry, types } = await seenBy(await pageOf(root, "a.js"));
    const ours = await import("starbridge/middleware");
    expect(virtual.sequence).toBe(ours.sequence);
    expect(virtual.sequence).toBe(entry.sequence);
    expect(Object.keys(types)).toEqual([]);
  });

  it("are answered for each root, and for nothing outside", async () => {
    const roots = ["one", "two"].map(() => writeApp({ ...esm, "src/pages/a.js": sees }));
    for (const root of roots) {
      expect((await seenBy(await pageOf(root, "a.js"))).virtual).toHaveProperty("sequence");
    }
    const outside = writeApp({
      ...esm,
      ...installed,
      "virtual.js": 'import "astro:middleware";',
      "types.js": 'export * from "astro";',
    });
    await expect(import(join(outside, "virtual.js"))).rejects.toThrow(/astro:/);
    expect(await import(join(outside, "types.js"))).toHaveProperty("real", true);
  });

  it("are answered where root or parts of it are links", async () => {
    const shared = writeApp({ ...esm, "pages/b.js": sees, "single.js": sees, "mw.js": sees });
    writeFileSync(
      join(shared, "mw.js"),
      'export { defineMiddleware as onRequest } from "astro:middleware";',
    );
    const real = writeApp({ ...esm, "src/pages/a.js": sees });
    symlinkSync(join(shared, "pages"), join(real, "src/pages/linked"));
    symlinkSync(join(shared, "single.js"), join(real, "src/pages/single.js"));
    symlinkSync(join(shared, "mw.js"), join(real, "src/middleware.js"));
    const elsewhere = writeApp({});
    symlinkSync(real, join(elsewhere, "root"));
    const { files, middleware } = await load(join(elsewhere, "root"));
    expect(files.map(({ file }) => file)).toEqual(["a.js", "linked/b.js", "single.js"]);
    for (const page of files) expect((await seenBy(page)).virtual).toHaveProperty("sequence");
    expect(middleware).toBeTypeOf("function");
  });

  it("are answered for a middleware module beside a map of routes", async () => {
    const root = writeApp({
      ...esm,
      "mw.js": 'export { defineMiddleware as onRequest } from "astro:middleware";',
    });
    const loader = await createMapLoader({ root, routes: {}, middleware: "mw" });
    expect((await loader.load()).middleware).toBeTypeOf("function");
  });

  it.each(["astro:content", "astro:env/server", "astro:actions"])(
    "are refused by name when nobody provides them: %s",
    async (name) => {
      const error = await failureOf({
        "src/pages/a.js": 'export { GET } from "../lib/b.js";',
        "src/lib/b.js": `import * as all from "${name}"; export const GET = all;`,
      });
      expect(error).toMatchObject({
        code: "STARBRIDGE_ASTRO_MODULE_UNSUPPORTED",
        message: expect.stringContaining(`src/pages/a.js imports "${name}"`),
      });
    },
  );

  it("finds the package of a dependency that imports them", async () => {
    const root = writeApp({
      ...esm,
      "src/pages/a.js": 'export { sequence as GET } from "dep";',
      "node_modules/dep/package.json": '{ "type": "module", "exports": "./index.js" }',
      "node_modules/dep/index.js": 'export { sequence } from "astro/middleware";',
    });
    link(root, "starbridge");
    const { sequence } = await import("starbridge/middleware");
    expect(await (await pageOf(root, "a.js")).load()).toHaveProperty("GET", sequence);
  });
});
