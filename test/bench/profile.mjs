// Where a contender spends its time: the sampling profiler of V8 while it answers, warmed up, without its start.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Child } from "./child.mjs";
import { markdown } from "./report.mjs";
import { round, startChecked, warmUp } from "./timed.mjs";
import { out, repository } from "./workspace.mjs";

const TOP = 40;

/** Prints the top frames of each chosen scenario, and keeps the profiles for those who open them in a viewer. */
export async function profile({ plan }, bench) {
  for (const { scenario, contenders } of plan) {
    const contender = contenders.find(({ name }) => name === bench.options.profile);
    const { frames, cpu } = await record(scenario, contender, bench);
    console.log(`\n${contender.name}, ${scenario.name}: ${cpu.toFixed(1)} µs of CPU per request`);
    console.log("The profiler itself is part of that. µs: self time of a frame, per request.\n");
    const rows = frames
      .slice(0, TOP)
      .map(({ name, place, share }) => [
        `${(share * 100).toFixed(1)} %`,
        (share * cpu).toFixed(2),
        name,
        place,
      ]);
    console.log(markdown(["share", "µs", "frame", "where"], rows));
  }
}

async function record(scenario, contender, bench) {
  const { options } = bench;
  const load = new Child("load.mjs", { core: bench.cores.load });
  const server = await startChecked(scenario, contender, bench);
  try {
    await load.ready;
    await warmUp(server, load, scenario, options);
    await server.child.ask("startProfile");
    const { cpu } = await round(server, load, scenario, {
      ...options,
      seconds: options.seconds * 3,
    });
    const recorded = await server.child.ask("stopProfile");
    const file = join(out, "profiles", `${contender.name}-${scenario.name}.cpuprofile`);
    mkdirSync(join(out, "profiles"), { recursive: true });
    writeFileSync(file, JSON.stringify(recorded));
    console.log(`\nfor a viewer: ${file}`);
    return { frames: framesOf(recorded), cpu };
  } finally {
    await Promise.all([load.stop(), server.child.stop()]);
  }
}

/** Functions by the time that they themselves took; `share` is of the time that was not idle. */
function framesOf({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const times = new Map();
  let busy = 0;
  for (const [at, id] of samples.entries()) {
    const { callFrame } = byId.get(id);
    if (callFrame.functionName === "(idle)") continue;
    const place = placeOf(callFrame);
    const name = callFrame.functionName || "(anonymous)";
    const key = `${name} ${place}`;
    const frame = times.get(key) ?? { name, place, time: 0 };
    frame.time += timeDeltas[at];
    busy += timeDeltas[at];
    times.set(key, frame);
  }
  return [...times.values()]
    .sort((a, b) => b.time - a.time)
    .map(({ time, ...rest }) => ({ ...rest, share: time / busy }));
}

function placeOf({ url, lineNumber }) {
  if (url === "") return "";
  const path = url.startsWith("file:") ? fileURLToPath(url) : url;
  const short = path
    .replace(/^.*\/node_modules\//, "")
    .replace(/^.*\/out\/run-\d+-\w+\/package\//, "starbridge/")
    .replace(/^.*\/out\/run-\d+-\w+\//, "")
    .replace(`${repository}/`, "");
  return `${short}:${lineNumber + 1}`;
}
