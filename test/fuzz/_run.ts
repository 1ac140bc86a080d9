// Campaign after campaign, until the time or the cases are used up.
import { hostNumber, runCampaign } from "./_campaign.ts";
import type { Found, Plan } from "./_campaign.ts";
import type { Noise } from "./_noise.ts";
import { createRandom, mixSeeds } from "./_random.ts";
import type { FuzzHost } from "./_setup.ts";
import { drawSetup } from "./_setup.ts";

export interface RunOptions {
  host: FuzzHost;
  seed: number;
  noise: Noise;
  /** Requests per campaign. */
  cases: number;
  /** The campaign to begin with (0). */
  from?: number;
  /** Whether to go on after this many campaigns. */
  goesOn(campaigns: number): boolean;
  /** Called after each campaign. */
  onCampaign?(totals: Totals): void;
}

export interface Totals {
  campaigns: number;
  cases: number;
  pages: number;
  found: Found[];
}

/** What a campaign of a number is. */
export function planCampaign(
  host: FuzzHost,
  seed: number,
  campaign: number,
): Pick<Plan, "setup" | "seed"> {
  const own = mixSeeds(seed, hostNumber(host), campaign);
  return { setup: drawSetup(createRandom(own), host, campaign), seed: own };
}

export async function run({ host, seed, noise, cases, ...options }: RunOptions): Promise<Totals> {
  const totals: Totals = { campaigns: 0, cases: 0, pages: 0, found: [] };
  const seen = new Set<string>();
  for (let at = options.from ?? 0; options.goesOn(totals.campaigns); at++) {
    const plan = planCampaign(host, seed, at);
    const outcome = await runCampaign({ ...plan, noise, cases, most: 3 });
    totals.campaigns++;
    totals.cases += outcome.cases;
    totals.pages += outcome.pages;
    for (const found of outcome.found) {
      const report = `${found.report}\nseed ${seed}, campaign ${at}, request ${found.index}`;
      // One line per request and rule: the same finding comes back in every campaign.
      const key = `${found.rule} ${found.request.method} ${found.request.target}`;
      if (!seen.has(key)) totals.found.push({ ...found, report });
      seen.add(key);
    }
    options.onCampaign?.(totals);
  }
  return totals;
}
