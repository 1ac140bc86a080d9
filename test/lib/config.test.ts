import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../lib/config.ts";
import type { BridgeOptions } from "../../lib/types.ts";

/** What is said of options that no type lets pass. */
function refusalOf(options: object): string {
  try {
    resolveConfig(options as BridgeOptions);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("They were taken.");
}

describe("the option shared", () => {
  it("may be globs, or a map of the host's files by source", () => {
    expect(resolveConfig().shared).toEqual([]);
    expect(resolveConfig({ shared: ["src/db.ts", "!src/*.ts"] }).shared).toHaveLength(2);
    const map = { "src/db.ts": "dist/db.js" };
    expect(resolveConfig({ shared: map }).shared).toEqual(map);
  });

  it.each([
    [
      { shared: "src/db.ts" },
      'The option "shared" must be a list of globs, or a map of the host\'s files by source file, but it is "src/db.ts".',
    ],
    [
      { shared: ["src/db.ts", 1] },
      'The option "shared[1]" must be a glob, but it is the number 1.',
    ],
    [
      { shared: { "src/db.ts": true } },
      'The option "shared["src/db.ts"]" must be the file that the host loads, relative to root, but it is the boolean true.',
    ],
    [
      { shared: { "src/*.ts": "dist/*.js" } },
      'The option "shared["src/*.ts"]" must be the path of one file, globs stand in a list, but it is "dist/*.js".',
    ],
  ])("is refused as %j", (options, message) => {
    expect(refusalOf(options)).toBe(message);
  });

  it("is guessed from a name that is almost right", () => {
    expect(refusalOf({ share: [] })).toContain(
      'There is no option "share"; did you mean "shared"?',
    );
  });
});
