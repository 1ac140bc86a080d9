// What the project wants to hold: CPU per request of a migrated endpoint against the route it replaces, and against peers.
import { markdown } from "./report.mjs";
import { pairedRatio } from "./statistics.mjs";

const built = (host, ratios) =>
  Object.entries(ratios).map(([scenario, least]) => ({
    scenario,
    ours: `starbridge-${host}-built`,
    other: host,
    least,
  }));

const native = (ours, other, least) => ({ scenario: "json", ours, other, least });

const goals = [
  ...built("express", {
    json: 1.3,
    middleware: 1.45,
    "params-200": 2.3,
    "post-1k": 1.5,
    "post-1m": 1,
    buffer: 1,
    stream: 1,
    legacy: 0.98,
  }),
  ...built("fastify", {
    json: 0.93,
    middleware: 1.05,
    "params-200": 0.95,
    "post-1k": 0.95,
    "post-1m": 1,
    buffer: 1,
    stream: 1,
    legacy: 0.99,
  }),
  native("starbridge-express-native", "express", 0.65),
  native("starbridge-express-native", "express-etag", 1.05),
  native("starbridge-fastify-native", "fastify", 0.5),
];

/**
 * A table of the goals that this run can tell of; empty when there is none. Other processes only ever make a round
 * dearer: where the ratio of the lowest rounds is far from that of the medians, the machine was not quiet.
 */
export function tableOfGoals(measured) {
  const rows = measured.flatMap(({ scenario, results }) => {
    const find = (name) =>
      results.find(({ contender, rounds }) => contender.name === name && rounds.length > 0);
    const own = goals.filter((goal) => goal.scenario === scenario.name);
    return [...own, ...peersOf(scenario, results)].flatMap(({ ours, other, least }) => {
      const [one, two] = [find(ours), find(other)];
      if (!one || !two) return [];
      const ratio = pairedRatio(cpuOf(one), cpuOf(two));
      const met = ratio >= least ? "yes" : "**no**";
      const lowest = Math.min(...cpuOf(two)) / Math.min(...cpuOf(one));
      const figures = [least, ratio, lowest].map((value) => value.toFixed(2));
      return [[`${ours} against ${other}`, scenario.name, ...figures, met]];
    });
  });
  if (rows.length === 0) return "";
  return markdown(
    ["goal: CPU per request", "scenario", "at least", "measured", "lowest rounds", "met"],
    rows,
  );
}

const NO_PEERS = new Set(["own", "by-hand", "starbridge"]);

/** Ahead of every peer in Express, of Astro's adapter by far. */
function peersOf(scenario, results) {
  return results
    .map(({ contender }) => contender)
    .filter(({ guest, host }) => host === "express" && !NO_PEERS.has(guest))
    .map(({ name, guest }) => ({
      scenario: scenario.name,
      ours: "starbridge-express-built",
      other: name,
      least: guest === "astro" ? 8 : 1,
    }));
}

function cpuOf({ rounds }) {
  return rounds.map(({ cpu }) => cpu);
}
