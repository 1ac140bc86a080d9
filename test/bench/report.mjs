// The Markdown: what was measured, one table for each scenario.
import { arch, cpus, platform, totalmem } from "node:os";
import { median, pairedRatio } from "./statistics.mjs";

/** The machine and the run, for whoever reads the figures later. */
export function describeRun({ options, cores, command, versions, load }) {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return [
    `Node ${process.versions.node}, ${platform()} ${arch()}, ${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GB; ${cores.text}; load average ${load.toFixed(1)} before the run.`,
    `\`${command}\`: ${options.rounds} rounds of ${options.seconds} s of the server's CPU each, contenders in turn, medians (lowest–highest).`,
    `${versions}.`,
  ].join("\n");
}

/** @param {import("./timed.mjs").Result[]} results */
export function tableOfTimes(scenario, results) {
  const timed = results.filter(({ rounds }) => rounds.length > 0);
  const column = ({ rounds }, pick) => rounds.map(pick);
  const cpuOf = (result) => column(result, ({ cpu }) => cpu);
  const speedOf = (result) => column(result, ({ requests, seconds }) => requests / seconds);
  const named = (name) => timed.find(({ contender }) => contender.name === name);
  const versus = (result, other) => {
    if (other === undefined || other === result) return ["–", "–"];
    const cpu = pairedRatio(cpuOf(result), cpuOf(other));
    const speed = pairedRatio(speedOf(other), speedOf(result));
    return [cpu.toFixed(2), speed.toFixed(2)];
  };
  const rows = timed.map((result) => {
    const [cpuToNode, speedToNode] = versus(result, named("node"));
    const [cpuToOwn, speedToOwn] = versus(result, named(result.contender.own));
    return [
      result.contender.title,
      span(cpuOf(result)),
      cpuToNode,
      cpuToOwn,
      span(speedOf(result), () => 0),
      speedToNode,
      speedToOwn,
      median(column(result, ({ p50 }) => p50)).toFixed(2),
      median(column(result, ({ p99 }) => p99)).toFixed(2),
    ];
  });
  const head = [
    scenario.title,
    "CPU µs per request",
    "× node:http",
    "× own route",
    "requests per second",
    "× node:http",
    "× own route",
    "p50 ms",
    "p99 ms",
  ];
  return markdown(head, rows);
}

/** The ratio of CPU per request of each contender in each scenario. */
export function summary(measured, against) {
  const all = new Map();
  for (const { results } of measured) {
    for (const { contender, rounds } of results)
      if (rounds.length > 0) all.set(contender.name, contender);
  }
  const rows = [...all.values()].map((contender) => [
    contender.title,
    ...measured.map(({ results }) => {
      const find = (name) => results.find((result) => result.contender.name === name);
      const ours = find(contender.name);
      const other = find(against(contender));
      if (!ours?.rounds.length || !other?.rounds.length) return "";
      const cpu = ({ rounds }) => rounds.map((round) => round.cpu);
      return pairedRatio(cpu(ours), cpu(other)).toFixed(2);
    }),
  ]);
  const filled = rows.filter((row) => row.slice(1).some((cell) => cell !== ""));
  return markdown(["", ...measured.map(({ scenario }) => scenario.name)], filled);
}

/** The median, and from where to where. */
export function span(values, digits = digitsFor) {
  const show = (value) => value.toFixed(digits(median(values)));
  return `${show(median(values))} (${show(Math.min(...values))}–${show(Math.max(...values))})`;
}

function digitsFor(value) {
  return value < 100 ? 1 : 0;
}

/** @param {string[]} head @param {string[][]} rows */
export function markdown(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, at) => (at === 0 ? "---" : "---:"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}
