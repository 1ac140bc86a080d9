// Times the contenders of one scenario: all of them started and idle, then round after round, each in turn.
import { check, requestsOf } from "./check.mjs";
import { Child } from "./child.mjs";

/**
 * @typedef {object} Round
 * @property {number} requests
 * @property {number} seconds
 * @property {number} p50
 * @property {number} p99
 * @property {number} cpu microseconds of the server's process, for each answer
 */

/**
 * @typedef {object} Result
 * @property {import("./contenders.mjs").Contender} contender
 * @property {Round[]} rounds
 * @property {string} [problem] why it was not timed
 */

/** @returns {Promise<Result[]>} */
export async function time(scenario, contenders, bench) {
  const load = new Child("load.mjs", { core: bench.cores.load });
  const results = contenders.map((contender) => ({ contender, rounds: [] }));
  const servers = new Map();
  try {
    await load.ready;
    const starting = startAll(scenario, contenders, bench);
    for (const [at, result] of results.entries()) {
      try {
        bench.progress(`${scenario.name}: warms up ${result.contender.name}`);
        const server = await starting[at];
        servers.set(result, server);
        await warmUp(server, load, scenario, bench.options);
      } catch (error) {
        result.problem = firstLine(error);
        await servers.get(result)?.child.stop();
        servers.delete(result);
        await load.ask({ do: "close" });
      }
    }
    for (let at = 0; at < bench.options.rounds; at++) {
      bench.progress(`${scenario.name}: round ${at + 1} of ${bench.options.rounds}`);
      // Each round begins with another one: nobody is always the first after a pause.
      const entries = [...servers];
      const first = Math.floor((at * entries.length) / bench.options.rounds);
      for (const [result, server] of [...entries.slice(first), ...entries.slice(0, first)]) {
        result.rounds.push(await round(server, load, scenario, bench.options));
      }
    }
  } finally {
    await Promise.all(
      [load, ...[...servers.values()].map(({ child }) => child)].map((c) => c.stop()),
    );
  }
  return results;
}

/** All at once: a core that waits for a disk starts another one in the meantime. */
function startAll(scenario, contenders, bench) {
  return contenders.map((contender) => {
    const started = startChecked(scenario, contender, bench);
    started.catch(() => {});
    return started;
  });
}

/** Starts a contender, and stops it again when its answer is wrong. */
export async function startChecked(scenario, contender, bench) {
  bench.progress(`${scenario.name}: ${contender.name}`);
  const child = startServer(scenario, contender, bench);
  try {
    const { port } = await child.ready;
    const problem = await check(port, scenario);
    if (problem) throw new Error(problem);
    return { child, port };
  } catch (error) {
    await child.stop();
    throw error;
  }
}

/** A server in its process, not asked anything yet. */
export function startServer(scenario, contender, { workspaces, cores }) {
  const workspace = contender.before ? workspaces.before : workspaces.now;
  const { name, route, routes } = scenario;
  const setting = {
    contender,
    scenario: { name, route, routes },
    root: contender.guest === "own" ? "" : workspace.project(scenario.project, contender),
    folder: workspace.files,
    packageRoot: workspace.packageRoot,
  };
  return new Child("server.mjs", {
    args: [JSON.stringify(setting)],
    execArgv: ["--expose-gc"],
    core: cores.server,
  });
}

/**
 * Asks until the server has had its seconds of CPU, however long that takes beside other processes, and remembers what a
 * request costs it.
 */
export async function warmUp(server, load, scenario, { warmup, connections }) {
  let spent = 0;
  // Slices, because the first requests cost many times as much as the later ones.
  for (let slice = 0; slice < 50 && spent < warmup * 1e6; slice++) {
    const { cpu, requests } = await round(
      server,
      load,
      scenario,
      slice === 0 ? { wall: 0.1, connections } : { seconds: warmup / 4, connections },
    );
    spent += cpu * requests;
    server.cost = cpu;
  }
}

/**
 * One round: as many requests as cost the server some seconds of CPU (`seconds`), or a number of them (`count`), or for
 * some seconds on the clock (`wall`).
 *
 * @returns {Promise<Round>}
 */
export async function round(server, load, scenario, { seconds, count, wall, connections }) {
  const { child, port, cost } = server;
  const lines = connections ?? scenario.connections;
  const asked = wall ? undefined : (count ?? Math.max(2 * lines, (seconds * 1e6) / cost));
  const requests = requestsOf(scenario, port);
  await load.ask({ do: "open", port, requests, connections: lines, awake: load.isPinned });
  // The first answers on new connections are not counted.
  await load.ask({ do: "run", count: 2 * lines });
  const before = await child.ask("cpu");
  const ran = await load.ask({ do: "run", seconds: wall, count: asked });
  const after = await child.ask("cpu");
  await load.ask({ do: "close" });
  const cpu = after.user + after.system - before.user - before.system;
  return { ...ran, cpu: cpu / ran.requests };
}

/** What a report says of an error: of a process that ended, the line that names it. */
export function firstLine(error) {
  const lines = String(error.message).trim().split("\n");
  const named = lines.slice(1).find((line) => /^\w*Error\b/.test(line)) ?? "";
  return `${lines[0]} ${named}`.trim().slice(0, 400);
}
