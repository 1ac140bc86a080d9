// The list, on the platform's own class: what it says about a Response is true on this Node.
import { describe, expect, it } from "vitest";
import type { ResponseClass } from "./_response.ts";
import { responseCases, responseSemantics } from "./_response.ts";

responseSemantics("the platform", globalThis.Response as ResponseClass);

describe("the list", () => {
  it("says each sentence once in a chapter", () => {
    for (const [chapter, cases] of Object.entries(responseCases)) {
      const titles = cases.map(([title]) => title);
      expect(titles, chapter).toEqual([...new Set(titles)]);
    }
  });
});
