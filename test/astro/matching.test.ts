// Matching as a whole, against a naive matcher, on generated tables and paths.
import fc from "fast-check";
import { createTestApp } from "starbridge/testing";
import { describe, expect, it } from "vitest";
import type { Handlers } from "./_app.ts";
import { captureLog } from "./_app.ts";
import type { TrailingSlash } from "./_reference.ts";
import { referenceMatch, referenceRedirect, referenceTable } from "./_reference.ts";

const word = fc.constantFrom("a", "b", "ab", "c-d", "x.json", "404");
const name = fc.constantFrom("id", "slug", "p1");
const segment = fc.oneof(
  { weight: 4, arbitrary: word },
  { weight: 3, arbitrary: name.map((n) => `[${n}]`) },
  { weight: 2, arbitrary: name.map((n) => `[...${n}]`) },
  { weight: 1, arbitrary: fc.tuple(word, name).map(([w, n]) => `${w}-[${n}]`) },
  { weight: 1, arbitrary: name.map((n) => `[${n}].json`) },
  { weight: 1, arbitrary: name.map((n) => `[...${n}].json`) },
  { weight: 1, arbitrary: name.map((n) => `a-[...${n}]`) },
  { weight: 1, arbitrary: fc.constant("[lang]-[id]") },
);
// One rest in a route: with several, R-71 gives orders that run in circles, and Astro's outcome is chance.
const hasOneRest = (segments: string[]) => segments.join("/").split("[...").length <= 2;
const file = fc
  .tuple(fc.array(segment, { maxLength: 3 }).filter(hasOneRest), fc.boolean())
  .map(([segments, index]) => {
    const path = index || segments.length === 0 ? [...segments, "index"] : segments;
    return `${path.join("/")}.ts`;
  });
/** Tables without two files of one route: which of those answers is not what is tested here. */
const table = fc.uniqueArray(file, {
  minLength: 1,
  maxLength: 10,
  selector: (name) => name.replace(/(^|\/)index\.ts$/, ".ts").replace(/^\.ts$/, ""),
});
const path = fc
  .tuple(
    fc.array(
      fc.constantFrom("a", "b", "ab", "c-d", "x.json", ".json", "a-", "a-b", "en-us-1", "zz"),
      {
        maxLength: 4,
      },
    ),
    fc.constantFrom("", "/"),
  )
  .map(([segments, end]) => (segments.length === 0 ? "/" : `/${segments.join("/")}${end}`));

/** An endpoint that answers with its file and its params, `undefined` ones left out. */
const answers = (file: string): Handlers => ({
  GET: ({ params }) => Response.json({ file, params }),
});

async function agree(files: string[], paths: string[], trailingSlash: TrailingSlash) {
  // 404 files would answer what matches nothing.
  const names = files.filter((name) => !/^404(\/index)?\.ts$/.test(name));
  const reference = referenceTable(names, trailingSlash);
  const app = await createTestApp({
    routes: Object.fromEntries(names.map((name) => [name, answers(name)])),
    trailingSlash,
    logger: captureLog().logger,
  });
  try {
    // Astro redirects no path that begins with a dot, so those keep their slash: see trailing-slash.test.ts.
    const redirected = (path: string) => trailingSlash === "ignore" || !path.startsWith("/.");
    for (const path of paths.filter(redirected)) {
      const response = await app.fetch(`http://localhost${path}`, { redirect: "manual" });
      const location = response.headers.get("location");
      const found = response.status === 200 ? JSON.parse(await response.text()) : undefined;
      const to = referenceRedirect(path, trailingSlash);
      const expected = to === undefined ? referenceMatch(reference, path) : undefined;
      // Through JSON, which drops the params that are undefined, as the answer did.
      expect({ path, location, ...found }).toEqual(
        JSON.parse(JSON.stringify({ path, location: to ?? null, ...expected })),
      );
    }
  } finally {
    await app.close();
  }
}

describe("matching", () => {
  // R-20 R-23 R-24 R-25 R-26 R-40 R-41 R-70 R-71 R-72 R-73
  it.each(["ignore", "always", "never"] as const)(
    "finds the file and the params that a sorted list of patterns finds, under %s",
    async (trailingSlash) => {
      await fc.assert(
        fc.asyncProperty(table, fc.array(path, { minLength: 1, maxLength: 12 }), (files, paths) =>
          agree(files, paths, trailingSlash),
        ),
        { numRuns: 300 },
      );
    },
  );

  // R-70 R-73
  it("does not depend on the order in which files are listed", async () => {
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.array(path, { minLength: 1, maxLength: 6 }),
        async (files, paths) => {
          const [forth, back] = await Promise.all([
            read(files, paths),
            read([...files].reverse(), paths),
          ]);
          expect(forth).toEqual(back);
        },
      ),
      { numRuns: 100 },
    );
  });
});

async function read(files: string[], paths: string[]): Promise<string[]> {
  const app = await createTestApp({
    routes: Object.fromEntries(files.map((name) => [name, answers(name)])),
    logger: captureLog().logger,
  });
  try {
    const found: string[] = [];
    for (const path of paths) found.push(await (await app.fetch(path)).text());
    return found;
  } finally {
    await app.close();
  }
}
