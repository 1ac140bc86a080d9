// The load, in a process of its own: sockets that each send the next request when the last answer is complete.
// Made by hand because a load generator with a real HTTP client costs more CPU than the servers it is to measure, and on
// a small machine it takes that from them. No pipelining.
import { connect } from "node:net";
import { performance } from "node:perf_hooks";
import { AnswerReader } from "./answer-reader.mjs";

process.on("message", async ({ id, ask }) => {
  try {
    process.send({ id, value: await answers[ask.do](ask) });
  } catch (error) {
    process.send({ id, error: error.stack });
  }
});
process.on("disconnect", () => process.exit());
process.send({ id: "listening", value: {} });

/** @type {{ lines: Line[], requests: Buffer[], awake: boolean } | undefined} */
let open;

const answers = {
  /** Opens the connections and asks on each of them for a moment: what is measured later has met them. */
  async open({ port, requests, connections, awake }) {
    const bytes = requests.map((text) => Buffer.from(text, "latin1"));
    const lines = await Promise.all(Array.from({ length: connections }, () => openLine(port)));
    open = { lines, requests: bytes, awake };
  },
  run: ({ seconds, count }) => run(open, seconds, count),
  close() {
    for (const { socket } of open?.lines ?? []) socket.destroy();
    open = undefined;
  },
};

/**
 * @typedef {object} Line
 * @property {import("node:net").Socket} socket
 * @property {(buffer: Buffer, length: number) => void} onBytes
 * @property {(error: Error) => void} onEnd
 */

/** @returns {Promise<Line>} */
function openLine(port) {
  return new Promise((resolve, reject) => {
    const line = { onBytes() {}, onEnd: reject };
    const callback = (length, buffer) => {
      line.onBytes(buffer, length);
      return true;
    };
    const onread = { buffer: Buffer.allocUnsafe(256 * 1024), callback };
    line.socket = connect({ port, host: "127.0.0.1", onread, noDelay: true }, () => resolve(line));
    line.socket.on("error", (error) => line.onEnd(error));
    line.socket.on("close", () => line.onEnd(new Error("The server closed the connection.")));
  });
}

/** Asks for some seconds, or for a number of answers. */
async function run(
  { lines, requests, awake },
  seconds = Number.POSITIVE_INFINITY,
  count = Infinity,
) {
  const stopTurning = awake ? turn() : undefined;
  const began = performance.now();
  const until = began + seconds * 1000;
  const times = [];
  let asked = 0;
  await Promise.all(
    lines.map(
      (line) =>
        new Promise((resolve, reject) => {
          const reader = new AnswerReader();
          let sent = 0;
          const ask = () => {
            sent = performance.now();
            if (sent >= until || asked >= count) resolve();
            else line.socket.write(requests[asked++ % requests.length]);
          };
          line.onEnd = reject;
          line.onBytes = (buffer, length) => {
            try {
              if (!reader.read(buffer, length)) return;
              times.push(performance.now() - sent);
              ask();
            } catch (error) {
              reject(error);
            }
          };
          ask();
        }),
    ),
  );
  const elapsed = (performance.now() - began) / 1000;
  stopTurning?.();
  const sorted = Float64Array.from(times).sort();
  return {
    requests: times.length,
    seconds: elapsed,
    p50: sorted[Math.floor(sorted.length * 0.5)],
    p99: sorted[Math.floor(sorted.length * 0.99)],
  };
}

/**
 * Keeps a core of its own awake. To wake a sleeping core takes the one that writes 10 µs and more on a virtual machine:
 * servers that are slower than the load would pay that for each answer, and faster ones never.
 */
function turn() {
  let isOver = false;
  const again = () => {
    if (!isOver) setImmediate(again);
  };
  again();
  return () => {
    isOver = true;
  };
}
