// Shutdown as an orchestrator sees it: what is short is finished, what never ends is ended.
import type { APIContext, BridgeOptions } from "starbridge";
import { expect } from "vitest";
import { deferred, within } from "./_quiet.ts";

/** Endpoints for `closesGracefully()`. */
export interface SlowPages {
  options: BridgeOptions;
  started: Promise<void>;
  finish(): void;
  cancels(): number;
}

/** One endpoint that waits for `finish()`, one that streams for ever. */
export function slowPages(): SlowPages {
  const started = deferred();
  const gate = deferred();
  let cancels = 0;
  const slow = async (): Promise<Response> => {
    started.resolve();
    await gate.promise;
    return new Response("finished");
  };
  const events = (_context: APIContext): Response => {
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode("data: hello\n\n")),
      cancel() {
        cancels += 1;
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
  return {
    options: { routes: { "slow.ts": { GET: slow }, "events.ts": { GET: events } } },
    started: started.promise,
    finish: () => gate.resolve(),
    cancels: () => cancels,
  };
}

// D-66
/** Closes a server with one slow request and two open event streams. */
export async function closesGracefully(
  origin: string,
  pages: SlowPages,
  close: () => Promise<unknown>,
): Promise<void> {
  const slow = fetch(`${origin}/slow`);
  const streams = await Promise.all([fetch(`${origin}/events`), fetch(`${origin}/events`)]);
  const ends = streams.map((answer) => answer.text().catch(() => "broken off"));
  await pages.started;

  const closed = close();
  pages.finish();
  const answer = await within(5000, "the slow answer", slow);
  expect([answer.status, await answer.text()]).toEqual([200, "finished"]);
  await within(8000, "the end of the streams", Promise.all(ends));
  await within(8000, "the close", closed);
  expect(pages.cancels()).toBe(2);
}
