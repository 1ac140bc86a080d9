// The heap of each contender after a collection: when it is warm, and after each quarter of many more requests.
import { setTimeout as pause } from "node:timers/promises";
import { Child } from "./child.mjs";
import { markdown } from "./report.mjs";
import { problemsOf } from "./start.mjs";
import { firstLine, round, startChecked } from "./timed.mjs";

const QUARTERS = 4;

/** @returns {Promise<{ table: string, problems: string[] }>} */
export async function measureHeap(scenario, contenders, bench) {
  const results = [];
  for (const contender of contenders) {
    const result = { contender };
    results.push(result);
    try {
      result.samples = await sample(scenario, contender, bench);
    } catch (error) {
      result.problem = firstLine(error);
    }
  }
  return {
    table: tableOfHeaps(scenario, results, bench.options.requests),
    problems: problemsOf(scenario, results),
  };
}

async function sample(scenario, contender, bench) {
  const { requests, connections } = bench.options;
  const load = new Child("load.mjs", { core: bench.cores.load });
  const server = await startChecked(scenario, contender, bench);
  const samples = [];
  try {
    await load.ready;
    for (let quarter = 0; quarter <= QUARTERS; quarter++) {
      bench.progress(`${scenario.name}: ${contender.name}, ${quarter} of ${QUARTERS}`);
      await round(server, load, scenario, { count: requests / QUARTERS, connections });
      // The server has yet to see that the connections were closed.
      await pause(200);
      samples.push(await server.child.ask("memory"));
    }
    return samples;
  } finally {
    await Promise.all([load.stop(), server.child.stop()]);
  }
}

function tableOfHeaps(scenario, results, requests) {
  const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(2);
  const rows = results
    .filter(({ samples }) => samples)
    .map(({ contender, samples }) => [
      contender.title,
      ...samples.map(({ heapUsed }) => megabytes(heapUsed)),
      megabytes(samples.at(-1).heapUsed - samples[0].heapUsed),
      megabytes(samples.at(-1).rss),
    ]);
  const after = samplesTitles(requests);
  return markdown([scenario.title, ...after, "growth, MB", "RSS at the end, MB"], rows);
}

function samplesTitles(requests) {
  const at = (quarter) => ((requests / QUARTERS) * quarter).toLocaleString("en");
  return [
    `MB after ${at(1)}`,
    ...Array.from({ length: QUARTERS }, (_, quarter) => `after ${at(quarter + 2)}`),
  ];
}
