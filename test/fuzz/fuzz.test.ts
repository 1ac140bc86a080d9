// A short run of the fuzzer over every kind of every host. The long one: npm run fuzz.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listenForNoise } from "./_noise.ts";
import type { Noise } from "./_noise.ts";
import { run } from "./_run.ts";
import { HOSTS, countSetups } from "./_setup.ts";

const SEED = 20_260;
/** Requests per host. */
const CASES = 600;

let noise: Noise;
beforeAll(() => {
  noise = listenForNoise();
});
afterAll(() => noise.stop());

describe("requests that nobody should send", () => {
  // R1-R4, R6: every mount with every combination of the router's options.
  it.each(HOSTS)(
    "get past no guard of %s, and change nothing of its legacy side",
    async (host) => {
      const kinds = countSetups(host);
      const totals = await run({
        host,
        seed: SEED,
        noise,
        cases: Math.ceil(CASES / kinds),
        goesOn: (campaigns) => campaigns < kinds,
      });
      expect(totals.found.map(({ report }) => report).join("\n\n")).toBe("");
      expect(totals.cases).toBeGreaterThanOrEqual(CASES);
      // A run in which no file answers would find nothing, whatever is wrong.
      expect(totals.pages).toBeGreaterThan(CASES / 50);
    },
    60_000,
  );
});
