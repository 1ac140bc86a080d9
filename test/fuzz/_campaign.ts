// One campaign: a host drawn from a seed, started with the bridge and without, and a number of requests to both.
//
// The generator and the shrinker are our own, not fast-check's: cases are numbered, so that any of them can be drawn
// again without those before it; many are on their way at a time, where a property awaits one after the other; a finding
// does not end the run; and a request is text, which a shrinker of forty lines makes small against the live hosts.
import { Client } from "./_client.ts";
import type { Asker } from "./_client.ts";
import { startConnect } from "./_connect.ts";
import { startExpress } from "./_express.ts";
import { startFastify } from "./_fastify.ts";
import { drawRequest } from "./_grammar.ts";
import { Http2Client, toHttp2Command } from "./_http2-client.ts";
import { judge } from "./_judge.ts";
import type { Finding, Rule } from "./_judge.ts";
import type { Running } from "./_legacy.ts";
import { startNode } from "./_node.ts";
import type { Noise } from "./_noise.ts";
import { createRandom, mixSeeds } from "./_random.ts";
import { toCommand } from "./_request.ts";
import type { WireRequest } from "./_request.ts";
import type { Setup } from "./_setup.ts";
import { HOSTS, describeSetup } from "./_setup.ts";
import { shrink } from "./_shrink.ts";

/** What a campaign is to do. */
export interface Plan {
  setup: Setup;
  /** Seeds the requests. */
  seed: number;
  cases: number;
  noise: Noise;
  /** Rules that count (all of them). */
  rules?: readonly Rule[];
  /** Findings after which it ends (1). */
  most?: number;
  /** Milliseconds after which a silent host hangs (10,000). */
  patience?: number;
}

/** A finding with all that is needed to see it again. */
export interface Found extends Finding {
  request: WireRequest;
  /** Which request of the campaign it was, counted from 0. */
  index: number;
  /** For people: the host, a line for the shell, what was wrong. */
  report: string;
}

export interface Outcome {
  /** Requests judged; each went to two hosts. */
  cases: number;
  /** How many a file answered. */
  pages: number;
  found: Found[];
}

/** Requests on their way at a time. */
const LANES = 8;

/** Starts both hosts, runs the cases, shrinks what fails, and stops the hosts. */
export async function runCampaign(plan: Plan): Promise<Outcome> {
  const { setup } = plan;
  const hosts = await Promise.all([start(setup, true), start(setup, false)]);
  const { patience = 10_000 } = plan;
  const lanes = Array.from({ length: LANES }, () => new Lane(setup, hosts, patience));
  try {
    return await runCases(plan, lanes, hosts[0].port);
  } finally {
    for (const lane of lanes) lane.close();
    await Promise.all(hosts.map((host) => host.stop()));
  }
}

function start(setup: Setup, isBridged: boolean): Promise<Running> {
  if (setup.host === "connect") return startConnect(setup, isBridged);
  if (setup.host === "node:http" || setup.host === "http2") return startNode(setup, isBridged);
  const isExpress = setup.host.startsWith("express");
  return isExpress ? startExpress(setup, isBridged) : startFastify(setup, isBridged);
}

/** The request of a number. */
export function drawCase(
  { setup, seed }: Pick<Plan, "setup" | "seed">,
  index: number,
): WireRequest {
  const random = createRandom(mixSeeds(seed, index));
  const { mount, table, choices } = setup;
  return drawRequest(random, { mount: mount.path, table, choices });
}

async function runCases(plan: Plan, lanes: Lane[], port: number): Promise<Outcome> {
  const { setup, noise, rules, most = 1 } = plan;
  const commandOf = setup.host === "http2" ? toHttp2Command : toCommand;
  const outcome: Outcome = { cases: 0, pages: 0, found: [] };
  const counts = ({ rule }: Finding): boolean => rules === undefined || rules.includes(rule);
  for (let first = 0; first < plan.cases && outcome.found.length < most; first += LANES * 8) {
    const size = Math.min(LANES * 8, plan.cases - first);
    const failed: { index: number; rule: Rule }[] = [];
    let index = first;
    await Promise.all(
      lanes.map(async (lane) => {
        while (index < first + size) {
          const mine = index++;
          const { findings, isPage } = await lane.ask(drawCase(plan, mine));
          outcome.cases++;
          if (isPage) outcome.pages++;
          const finding = findings.find(counts);
          if (finding) failed.push({ index: mine, rule: finding.rule });
        }
      }),
    );
    const heard = await noise.take();
    if (heard.length > 0) {
      // Somebody of this batch did it: ask one by one.
      for (let at = first; at < first + size; at++) failed.push({ index: at, rule: "noise" });
    }
    const [lane] = lanes;
    for (const { index: at, rule } of failed.sort((a, b) => a.index - b.index)) {
      if (outcome.found.length >= most) break;
      const found = await look(plan, lane as Lane, at, rule);
      if (found === undefined) continue;
      outcome.found.push({
        ...found,
        report: `${found.rule}: ${found.what}\n${describeSetup(setup)}\n${commandOf(found.request, port)}`,
      });
    }
    if (failed.length > 0 && outcome.found.length === 0 && failed[0]) {
      const [{ index: at, rule }] = failed as [(typeof failed)[0]];
      const what = `seen once, and not again when asked alone\n${heard.join("\n")}`;
      const request = drawCase(plan, at);
      const report = `${rule}: ${what}\n${describeSetup(setup)}\n${commandOf(request, port)}`;
      outcome.found.push({ rule, what, request, index: at, report });
    }
  }
  return outcome;
}

/** Asks a failed case again, alone, and shrinks it. */
async function look(plan: Plan, lane: Lane, index: number, rule: Rule) {
  const { noise } = plan;
  let last: Finding | undefined;
  const fails = async (request: WireRequest): Promise<boolean> => {
    const { findings } = await lane.ask(request);
    const heard = await noise.take();
    if (heard.length > 0) findings.push({ rule: "noise", what: heard.join("\n") });
    const finding = findings.find((one) => one.rule === rule);
    last = finding ?? last;
    return finding !== undefined;
  };
  const request = drawCase(plan, index);
  if (!(await fails(request))) return undefined;
  const small = await shrink(request, fails);
  return { ...(last as Finding), request: small, index };
}

/** One connection to each of the two hosts. */
class Lane {
  readonly #setup: Setup;
  readonly #bridged: Asker;
  readonly #alone: Asker;

  constructor(setup: Setup, [bridged, alone]: readonly [Running, Running], patience: number) {
    this.#setup = setup;
    const Speaker = setup.host === "http2" ? Http2Client : Client;
    this.#bridged = new Speaker(bridged.port, patience);
    this.#alone = new Speaker(alone.port, patience);
  }

  async ask(request: WireRequest): Promise<{ findings: Finding[]; isPage: boolean }> {
    const [answer, alone] = await Promise.all([
      this.#bridged.ask(request),
      this.#alone.ask(request),
    ]);
    const findings = judge({ setup: this.#setup, request, answer, alone });
    return { findings, isPage: /\r\nx-echo: /i.test(answer.bytes) };
  }

  close(): void {
    this.#bridged.close();
    this.#alone.close();
  }
}

/** The number of a host, for its seed. */
export function hostNumber(host: Setup["host"]): number {
  return HOSTS.indexOf(host);
}
