// Times the start of the contenders of one scenario, each in a new process, round after round.
import { check } from "./check.mjs";
import { firstLine, startServer } from "./timed.mjs";
import { markdown, span } from "./report.mjs";
import { median } from "./statistics.mjs";

/** @returns {Promise<{ table: string, problems: string[] }>} */
export async function measureStart(scenario, contenders, bench) {
  const { rounds } = bench.options;
  const results = contenders.map((contender) => ({ contender, starts: [] }));
  // The first one is for the disk's cache and the check, and is not counted.
  for (let at = 0; at <= rounds; at++) {
    bench.progress(`${scenario.name}: round ${at} of ${rounds}`);
    for (const result of results) {
      if (result.problem) continue;
      let child;
      try {
        child = startServer(scenario, result.contender, bench);
        const start = await child.ready;
        if (at > 0) result.starts.push(start);
        else result.problem = await check(start.port, scenario);
      } catch (error) {
        result.problem = firstLine(error);
      } finally {
        await child?.stop();
      }
    }
  }
  return { table: tableOfStarts(scenario, results), problems: problemsOf(scenario, results) };
}

function tableOfStarts(scenario, results) {
  const timed = results.filter(({ starts }) => starts.length > 0);
  const pick = (result, key) => result.starts.map((start) => start[key]);
  const rows = timed.map((result) => {
    const own = timed.find(({ contender }) => contender.name === result.contender.own);
    const more =
      own &&
      median(pick(result, "listening").map((value, at) => value - pick(own, "listening")[at]));
    return [
      result.contender.title,
      span(pick(result, "listening")),
      more === undefined ? "–" : more.toFixed(1),
      span(pick(result, "imported")),
      span(pick(result, "ready")),
      span(pick(result, "cpu")),
    ];
  });
  const head = [
    scenario.title,
    "listening after ms",
    "more than own routes, ms",
    "import of the guest, ms",
    "mounted and ready, ms",
    "CPU of that, ms",
  ];
  return markdown(head, rows);
}

export function problemsOf(scenario, results) {
  return results
    .filter(({ problem }) => problem)
    .map(({ contender, problem }) => `${contender.name} in ${scenario.name}: ${problem}`);
}
