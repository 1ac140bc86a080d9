import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { astroTarget } from "../../../lib/loader/astro-target.ts";

const roots = new Set(["/app", "/shared/page.ts"]);
const target = (specifier: string, parent?: string) => astroTarget(specifier, parent, roots);

describe("an import of one of Astro's modules", () => {
  it("is answered for a file under a root, given by URL or by path", () => {
    for (const parent of ["/app/src/a.ts", "/app/a b.ts", "/shared/page.ts"]) {
      for (const spelling of [parent, pathToFileURL(parent).href]) {
        expect(target("astro:middleware", spelling)).toBe("middleware");
        expect(target("astro/middleware", spelling)).toBe("middleware");
        expect(target("astro", spelling)).toBe("types");
        expect(target("astro:content", spelling)).toBe("unsupported");
      }
    }
  });

  it("is not answered for any other file, nor without one", () => {
    const others = [
      "/apple/a.ts",
      "/shared/other.ts",
      "/shared/page.ts.bak",
      "/",
      "data:text/javascript,",
    ];
    for (const parent of [...others, "https://x.test/app/a.ts", "node:fs", undefined]) {
      for (const specifier of ["astro:middleware", "astro/middleware", "astro", "astro:content"]) {
        expect(target(specifier, parent)).toBeUndefined();
      }
    }
  });

  it("is none when it only looks like one", () => {
    for (const specifier of ["astro/zod", "astro-seo", "astronomy", "./astro", "@x/astro", "fs"]) {
      expect(target(specifier, "/app/a.ts")).toBeUndefined();
    }
  });

  it("leaves to packages under a root their own astro, and gives them the middleware", () => {
    const dependency = "/app/node_modules/dep/index.js";
    expect(target("astro", dependency)).toBeUndefined();
    expect(target("astro/middleware", dependency)).toBe("middleware");
    expect(target("astro:middleware", dependency)).toBe("middleware");
  });

  it("leaves the astro package alone", () => {
    const astro = "/app/node_modules/astro/dist/index.js";
    expect(target("astro", astro)).toBeUndefined();
    expect(target("astro/middleware", astro)).toBeUndefined();
  });
});
