// Goes through the plan, and puts the report together.
import { tableOfGoals } from "./goals.mjs";
import { measureHeap } from "./heap.mjs";
import { describeRun, summary, tableOfTimes } from "./report.mjs";
import { measureStart, problemsOf } from "./start.mjs";
import { time } from "./timed.mjs";

/** @returns {Promise<string>} */
export async function measureAll({ plan, leftOut }, bench) {
  const sections = [];
  const measured = [];
  const problems = leftOut.map(({ name, reason }) => `- ${name}: ${reason}`);
  for (const { scenario, contenders } of plan) {
    const { table, problems: found, results } = await measure(scenario, contenders, bench);
    problems.push(...found.map((problem) => `- ${problem}`));
    if (results) measured.push({ scenario, results });
    sections.push(`### ${scenario.title}\n\n${table}`);
    bench.progress("");
    console.log(`\n${table}`);
  }
  const overview = overviewOf(measured);
  console.log(`\n${overview}`);
  if (problems.length > 0) console.log(`\nLeft out:\n${problems.join("\n")}`);
  return [
    "## Benchmark",
    describeRun(bench),
    ...(overview === "" ? [] : [overview]),
    ...sections,
    ...(problems.length > 0 ? ["### Left out", problems.join("\n")] : []),
    "",
  ].join("\n\n");
}

async function measure(scenario, contenders, bench) {
  if (scenario.measure === "start") return measureStart(scenario, contenders, bench);
  if (scenario.measure === "memory") return measureHeap(scenario, contenders, bench);
  const results = await time(scenario, contenders, bench);
  return {
    results,
    table: tableOfTimes(scenario, results),
    problems: problemsOf(scenario, results),
  };
}

function overviewOf(measured) {
  if (measured.length === 0) return "";
  return [
    "CPU per request as a ratio to plain node:http; higher is better:",
    summary(measured, () => "node"),
    "The same as a ratio to the host's own route:",
    summary(measured, ({ own }) => own),
    tableOfGoals(measured),
  ]
    .filter(Boolean)
    .join("\n\n");
}
