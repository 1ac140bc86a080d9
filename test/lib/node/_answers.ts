// Answers as they stood on the wire.
import type { ServerResponse } from "node:http";
import { sendResponse } from "../../../lib/node/send.ts";
import type { RawAnswer } from "../../_raw.ts";
import { turn } from "./_servers.ts";
import type { servers } from "./_servers.ts";

/** A body that is there at once. */
export function stream(...parts: string[]): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(Buffer.from(part));
      controller.close();
    },
  });
}

/** A body that takes more than a turn of the event loop for each part. */
export function slowStream(...parts: string[]): ReadableStream {
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      for (let turns = 0; turns < 5; turns++) await new Promise((r) => setImmediate(r));
      const part = parts[at++];
      if (part === undefined) controller.close();
      else controller.enqueue(Buffer.from(part));
    },
  });
}

/** Gives a function that sends one answer over the wire and returns it as it stood there. */
export function wireOf(start: ReturnType<typeof servers>) {
  return async (
    make: () => Response,
    method = "GET",
    prepare: (res: ServerResponse) => void = () => {},
  ): Promise<RawAnswer> => {
    const { open } = await start.http(async (_req, res) => {
      prepare(res);
      await sendResponse(res, make());
    });
    const connection = await open();
    connection.send(`${method} / HTTP/1.1`);
    return connection.answer(method === "HEAD");
  };
}

/** A body that never ends, and counts. */
export function endless(pace: "immediate" | "microtask" | "sync") {
  const counts = { produced: 0, cancelled: 0 };
  const chunk = new Uint8Array(65_536);
  const give = (controller: ReadableStreamDefaultController) => {
    counts.produced += chunk.byteLength;
    controller.enqueue(chunk);
  };
  const pull = {
    immediate: async (controller: ReadableStreamDefaultController) => {
      await turn();
      give(controller);
    },
    microtask: async (controller: ReadableStreamDefaultController) => {
      await null;
      give(controller);
    },
    sync: give,
  }[pace];
  const body = new ReadableStream({
    pull,
    cancel() {
      counts.cancelled++;
    },
  });
  return { body, counts };
}
