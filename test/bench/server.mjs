// One contender in a process of its own: `node server.mjs <setting as JSON>`, driven by messages of its parent.
import { performance } from "node:perf_hooks";
import { Session } from "node:inspector/promises";

/**
 * @typedef {object} Setting
 * @property {import("./contenders.mjs").Contender} contender
 * @property {import("./scenarios.mjs").Scenario} scenario
 * @property {string} root the project whose pages are served
 * @property {string} folder where the prerendered file lies, for a host that serves it itself
 * @property {string} packageRoot the copy of Starbridge
 */

const HOSTS = { express4: "express", connect: "node", middie: "fastify" };

/** @type {Setting} */
const setting = JSON.parse(process.argv[2]);
const { contender, scenario } = setting;
/** @type {Session | undefined} */
let profiler;

const answers = {
  cpu: () => process.cpuUsage(),
  memory() {
    globalThis.gc();
    globalThis.gc();
    return process.memoryUsage();
  },
  async startProfile() {
    profiler = new Session();
    profiler.connect();
    await profiler.post("Profiler.enable");
    await profiler.post("Profiler.setSamplingInterval", { interval: 200 });
    await profiler.post("Profiler.start");
  },
  async stopProfile() {
    const { profile } = await profiler.post("Profiler.stop");
    return profile;
  },
};

process.on("message", async ({ id, ask }) => {
  try {
    process.send({ id, value: await answers[ask]() });
  } catch (error) {
    process.send({ id, error: error.stack });
  }
});
process.on("disconnect", () => process.exit());
process.send({ id: "listening", value: await start() });

async function start() {
  const { createHost } = await import(`./hosts/${HOSTS[contender.host] ?? contender.host}.mjs`);
  const host = await createHost(setting);
  const before = performance.now();
  let imported = before;
  let cpu = process.cpuUsage();
  if (contender.guest === "own") await host.own();
  else {
    const { createGuest } = await import(`./guests/${contender.guest}.mjs`);
    const guest = await createGuest(setting);
    imported = performance.now();
    cpu = process.cpuUsage();
    await host.mount(guest);
    await guest.ready?.();
    if (scenario.name === "legacy") await host.own();
  }
  const ready = performance.now();
  const cpuOfReady = process.cpuUsage(cpu);
  const server = await host.listen();
  const { port } = server.address();
  return {
    port,
    imported: imported - before,
    ready: ready - imported,
    listening: performance.now(),
    cpu: (cpuOfReady.user + cpuOfReady.system) / 1000,
  };
}
