// Mixed traffic for minutes on two servers, one with the bridge and one that does the same by itself, and what
// becomes of their memory:
//   node test/soak/run.mjs                                both hosts, ten minutes for each server
//   node test/soak/run.mjs --host fastify --minutes 4 --seed 7
//   node test/soak/run.mjs --minutes 0.2 --leak 800       keeps as many bytes of each request: must fail
// The two take turns, so that whatever else the machine does happens to both. Ends with 1 when heap or resident
// memory grows more with the bridge, or when listeners or handles are more at the end than at the beginning.
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { growsMore, slopeOf } from "./slope.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const MIB = 1024 * 1024;

/**
 * Below these nobody can tell growth from chance: MB per 100,000 requests (one is ten bytes a request), and MB in
 * the whole run. A process that has just begun compiles its code, and its pages come and go in larger pieces.
 */
const FLOORS = { heap: { slope: 1, total: 3 }, rss: { slope: 8, total: 25 } };

const { values } = parseArgs({
  options: {
    host: { type: "string", multiple: true, default: ["express5", "fastify"] },
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    leak: { type: "string", default: "0" },
  },
});
const seed = Number(values.seed);
// How often each server has its turn, and the turns at the beginning that are not looked at.
const turns = Number(values.minutes) < 1 ? 9 : 24;
const warmUp = turns / 3;
const unknown = values.host.filter((host) => !["express5", "fastify"].includes(host));
if (unknown.length > 0 || !(Number(values.minutes) > 0)) {
  console.error("Hosts are express5 and fastify, and minutes a number.");
  process.exit(2);
}

const root = realpathSync(mkdtempSync(join(tmpdir(), "starbridge-soak-")));
try {
  build(root);
  for (const host of values.host) if (!(await soak(host))) process.exitCode = 1;
} finally {
  rmSync(root, { recursive: true, force: true });
}

function build(folder) {
  cpSync(here("fixtures/project"), folder, { recursive: true });
  symlinkSync(here("../../node_modules"), join(folder, "node_modules"), "junction");
  const bin = here("../../dist/lib/cli/bin.js");
  execFileSync(process.execPath, [bin, "build", "--root", folder], { stdio: "pipe" });
}

async function soak(host) {
  console.log(`${host}, ${values.minutes} minutes each, seed ${seed}, Node ${process.version}`);
  const built = readdirSync(join(root, "dist/starbridge"), { recursive: true });
  const file = join(
    root,
    "dist/starbridge",
    built.find((name) => name.endsWith("catalog.json")),
  );
  const servers = await Promise.all([
    startServer({ host, root, leak: Number(values.leak) }),
    startServer({ host, file, leak: 0 }),
  ]);
  const load = fork(fileURLToPath(new URL("load.mjs", import.meta.url)));
  const milliseconds = (Number(values.minutes) * 60_000) / turns;
  for (let turn = 0; turn < turns; turn += 1) {
    for (const server of servers) {
      load.send({ port: server.port, milliseconds, seed: seed * turns + turn });
      const [totals] = await once(load, "message");
      server.aborted += totals.aborted;
      server.wrong.push(...totals.wrong);
      server.samples.push(await server.sample());
    }
  }
  for (const { child } of servers) child.disconnect();
  load.disconnect();
  return report(servers);
}

async function startServer(options) {
  const child = fork(
    fileURLToPath(new URL("server.mjs", import.meta.url)),
    [JSON.stringify(options)],
    {
      execArgv: ["--expose-gc"],
      env: { ...process.env, NODE_ENV: "production" },
    },
  );
  child.once("exit", (code) => {
    if (code !== 0) {
      console.error(`A server ended with ${code}.`);
      process.exit(1);
    }
  });
  const [{ port }] = await once(child, "message");
  const sample = async () => {
    child.send({ ask: "sample" });
    return (await once(child, "message"))[0].answer;
  };
  return { child, port, sample, samples: [], aborted: 0, wrong: [] };
}

function report(servers) {
  const measured = servers.map(({ samples }) => samples.slice(warmUp));
  const slopes = (key) =>
    measured.map((samples) => slopeOf(samples.map((one) => [one.requests / 1e5, one[key] / MIB])));
  const last = servers.map(({ samples }) => samples.at(-1));
  const change = (key) => measured.map((samples) => [samples[0][key], samples.at(-1)[key]]);

  row("", ["with the bridge", "without"]);
  row(
    "requests",
    last.map(({ requests }) => String(requests)),
  );
  row(
    "aborted by the client",
    servers.map(({ aborted }) => String(aborted)),
  );
  for (const key of ["heap", "rss"]) {
    row(
      `${key}, MB per 100,000 requests`,
      slopes(key).map(({ slope, margin }) => `${slope.toFixed(2)} ± ${margin.toFixed(2)}`),
    );
    row(
      `${key}, MB`,
      change(key).map((pair) => arrow(pair.map((bytes) => (bytes / MIB).toFixed(1)))),
    );
  }
  for (const key of ["listeners", "handles"]) row(key, change(key).map(arrow));
  row(
    "event loop delay, ms",
    last.map(({ delay }) => delay.map((one) => one.toFixed(1)).join(" ")),
  );
  row("", ["p50 p99 p99.9 max", ""]);

  const failures = [
    ...Object.entries(FLOORS)
      .filter(([key, floor]) => {
        const [first, last] = change(key)[0];
        return (last - first) / MIB > floor.total && growsMore(...slopes(key), floor.slope);
      })
      .map(([key]) => `${key} grows more with the bridge than without`),
    ...["listeners", "handles"]
      .filter((key) => change(key)[0][1] > change(key)[0][0])
      .map((key) => `there are more ${key} than at the beginning`),
    ...servers.flatMap(({ wrong }) => wrong.slice(0, 5)),
  ];
  console.log(failures.length > 0 ? `FAILED: ${failures.join("; ")}\n` : "passed\n");
  return failures.length === 0;
}

function arrow([first, last]) {
  return `${first} → ${last}`;
}

function row(name, cells) {
  console.log(`  ${name.padEnd(30)}${cells.map((cell) => cell.padEnd(26)).join("")}`.trimEnd());
}
