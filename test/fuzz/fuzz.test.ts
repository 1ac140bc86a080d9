// A short run of the fuzzer over every kind of every host. The long one: npm run fuzz.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listenForNoise } from "./_noise.ts";
import type { Noise } from "./_noise.ts";
import { planCampaign, run } from "./_run.ts";
import { HOSTS, countSetups } from "./_setup.ts";

const SEED = 20_260;
/** Requests per host. */
const CASES = 600;
/** Options of the bridge are drawn: so many campaigns, and all of them have been met. */
const CAMPAIGNS = 18;

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
      const kinds = Math.max(countSetups(host), CAMPAIGNS);
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

  it.each(HOSTS)("meet every option on %s", (host) => {
    const kinds = Math.max(countSetups(host), CAMPAIGNS);
    const met = new Set<unknown>();
    for (let campaign = 0; campaign < kinds; campaign++) {
      const { choices } = planCampaign(host, SEED, campaign).setup;
      for (const [name, value] of Object.entries(choices)) met.add(`${name} ${value}`);
    }
    for (const value of ["always", "never", "ignore", undefined]) {
      expect(met).toContain(`trailingSlash ${value}`);
    }
    for (const value of [true, false, "astro"]) expect(met).toContain(`checkOrigin ${value}`);
    for (const value of [true, false]) expect(met).toContain(`rewrites ${value}`);
  });
});
