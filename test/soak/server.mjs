// A host in a process of its own. Tells its port, and what it counts and weighs when it is asked.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { start } from "./routes.mjs";

const { host, root, file, leak } = JSON.parse(process.argv[2]);
const kept = [];
let requests = 0;
const server = await start(host, {
  root,
  file,
  visit() {
    requests += 1;
    // For the run that shows that a leak is found.
    if (leak > 0) kept.push(Array.from({ length: leak / 8 }, () => Math.random()));
  },
});
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();

process.on("message", async ({ ask }) => {
  // What garbage collection takes here is not the delay that a request meets.
  delay.disable();
  const answer = ask === "sample" ? await sample() : undefined;
  delay.enable();
  process.send({ answer });
});
process.on("disconnect", () => process.exit());
process.send({ port: server.address().port });

async function sample() {
  await untilIdle();
  for (let round = 0; round < 4; round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc();
  }
  const { heapUsed, rss, external } = process.memoryUsage();
  return {
    requests,
    heap: heapUsed,
    rss,
    external,
    listeners: listeners(process) + listeners(server),
    handles: process.getActiveResourcesInfo().filter((kind) => kind !== "Immediate").length,
    delay: [50, 99, 99.9, 100].map((percent) => delay.percentile(percent) / 1e6),
  };
}

/** The load has closed its connections; this side hears of it a little later. */
async function untilIdle() {
  const deadline = Date.now() + 5000;
  const connections = () =>
    new Promise((resolve, reject) => {
      server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  while ((await connections()) > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function listeners(emitter) {
  return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);
}
