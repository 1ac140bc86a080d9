// The fuzzer can fail: bridges that are broken on purpose are found, each by the rule that is about it.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BREAKS, findBreak } from "./_broken.ts";
import { listenForNoise } from "./_noise.ts";
import type { Noise } from "./_noise.ts";

const SEED = 20_261;

let noise: Noise;
beforeAll(() => {
  noise = listenForNoise();
});
afterAll(() => noise.stop());

describe("a bridge that", () => {
  it.each(BREAKS)(
    "$name is found by the rule about $rule",
    async (broken) => {
      const { found } = await findBreak(broken, { seed: SEED, most: 8000, noise });
      expect(found?.rule).toBe(broken.rule);
      // Small enough to be read: shrinking has worked.
      expect(found?.request.target.length).toBeLessThan(60);
      expect(found?.report).toMatch(/^(?:curl|printf|node) /m);
    },
    60_000,
  );
});
