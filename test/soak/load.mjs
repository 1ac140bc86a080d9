// Mixed traffic from a process of its own: a fifth of the clients leave at a random moment.
import { Agent, request } from "node:http";

const AT_ONCE = 24;
const ABORTED = 0.2;

const text = JSON.stringify({ order: Array.from({ length: 60 }, (_, id) => ({ id, count: 2 })) });

// How often, out of a hundred.
const traffic = [
  [25, () => ["GET", `/legacy/${Math.floor(random() * 1e6)}`]],
  [5, () => ["POST", "/legacy"]],
  [25, () => ["GET", `/api/items/${Math.floor(random() * 1e6)}`]],
  [15, () => ["POST", "/api/echo"]],
  [15, () => ["GET", "/api/stream"]],
  [10, () => ["GET", "/catalog.json"]],
  [5, () => ["GET", "/nobody/knows/this"]],
];

let random = Math.random;

process.on("message", async ({ port, milliseconds, seed }) => {
  random = randomOf(seed);
  process.send(await load(port, milliseconds));
});
process.on("disconnect", () => process.exit());

async function load(port, milliseconds) {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const deadline = Date.now() + milliseconds;
  const totals = { requests: 0, aborted: 0, wrong: [] };
  const worker = async () => {
    while (Date.now() < deadline) await visit(agent, port, totals);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  agent.destroy();
  return totals;
}

/** One request, to its end or to the moment when its client leaves. */
function visit(agent, port, totals) {
  const [method, path] = pick();
  const leaves = random() < ABORTED;
  const moment = leaves ? Math.floor(random() * 3) : -1;
  const bytes = Math.floor(random() * 40_000);
  totals.requests += 1;
  if (leaves) totals.aborted += 1;
  return new Promise((resolve) => {
    const headers = { "x-visitor": "soak" };
    if (method === "POST") {
      headers["content-type"] = "application/json";
      headers["content-length"] = String(Buffer.byteLength(text));
    }
    const sent = request({ agent, port, host: "127.0.0.1", method, path, headers });
    sent.on("close", resolve);
    sent.on("error", (error) => {
      if (!leaves && error.code !== "ECONNRESET") note(totals, `${path}: ${error.message}`);
    });
    sent.on("response", (answer) => {
      const expected = path.startsWith("/nobody") ? 404 : 200;
      if (answer.statusCode !== expected) note(totals, `${path}: ${answer.statusCode}`);
      if (moment === 1) return sent.destroy();
      let received = 0;
      answer.on("data", (chunk) => {
        received += chunk.length;
        if (moment === 2 && received >= bytes) sent.destroy();
      });
      answer.on("error", () => {});
    });
    if (moment === 0) {
      // In the request, or as soon as it is sent.
      if (method === "POST") sent.write(text.slice(0, bytes % text.length));
      else sent.end();
      setImmediate(() => sent.destroy());
    } else sent.end(method === "POST" ? text : undefined);
  });
}

function pick() {
  let left = random() * 100;
  for (const [often, make] of traffic) {
    left -= often;
    if (left < 0) return make();
  }
  return traffic[0][1]();
}

function note(totals, line) {
  if (totals.wrong.length < 5) totals.wrong.push(line);
}

/** Numbers from 0 to 1 that a seed tells (mulberry32). */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
