// The endpoints that faults happen to. They count themselves: handlers at work, streams that are open.
import { once } from "node:events";
import type { EventEmitter } from "node:events";
import type { APIContext, BridgeOptions } from "starbridge";
import type { Seen } from "./_counts.ts";

/** What the pages are busy with. */
export interface Work {
  /** Handlers that have not settled. */
  handlers: number;
  /** Streams that neither ended nor were cancelled. */
  streams: number;
  /** Bytes that streams gave since the start. */
  produced: number;
}

type Handler = (context: APIContext) => Response | Promise<Response>;

const CHUNK = 65_536;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * @param started Told the `id` of the query when a handler begins.
 */
export function createPages(seen: Seen, started: (id: string) => void) {
  const work: Work = { handlers: 0, streams: 0, produced: 0 };

  const page =
    (handler: Handler): Handler =>
    async (context) => {
      work.handlers += 1;
      seen.add("context", context);
      started(context.url.searchParams.get("id") ?? "");
      try {
        return await handler(context);
      } finally {
        work.handlers -= 1;
      }
    };

  const stream = (kind: string): ReadableStream => {
    work.streams += 1;
    let given = 0;
    const body = new ReadableStream({
      async pull(controller) {
        if (kind === "silent") return await new Promise(() => {});
        if (kind === "turns") await turn();
        // A client of many small pieces has more to do than the server.
        if (kind === "little") await new Promise((resolve) => setTimeout(resolve, 10));
        if (kind === "failing" && given === 3) {
          await turn();
          work.streams -= 1;
          return controller.error(new Error("failed on purpose"));
        }
        if (kind === "short" && given === 3) {
          work.streams -= 1;
          return controller.close();
        }
        const size = kind === "little" ? 10 : CHUNK;
        given += 1;
        work.produced += size;
        controller.enqueue(new Uint8Array(size));
      },
      cancel() {
        work.streams -= 1;
      },
    });
    seen.add("stream", body);
    return body;
  };

  const readAll: Handler = async ({ request }) => {
    seen.add("request", request);
    let length = 0;
    for await (const chunk of request.body ?? []) length += chunk.byteLength;
    return new Response(String(length));
  };

  const routes: NonNullable<BridgeOptions["routes"]> = {
    "ok.ts": { GET: () => new Response("ok") },
    "echo.ts": { POST: page(async ({ request }) => new Response(await request.text())) },
    "upload.ts": { POST: page(readAll) },
    "ignore.ts": { POST: page(() => new Response("ignored")) },
    "refuse.ts": { POST: page(() => new Response("refused", { status: 413 })) },
    "throws.ts": {
      GET: page(() => {
        throw new Error("thrown on purpose");
      }),
    },
    "pass.ts": { GET: page((context) => context.pass()) },
    "stream.ts": {
      GET: page(({ url }) => new Response(stream(url.searchParams.get("kind") ?? "endless"))),
    },
    // Waits for the client to leave, and is told.
    "signal.ts": {
      GET: page(async ({ request }) => {
        seen.add("request", request);
        seen.add("signal", request.signal);
        if (!request.signal.aborted) await eventOf(request.signal);
        return new Response("late");
      }),
    },
    // Does not ask whether somebody is there, and answers when nobody is.
    "late.ts": {
      GET: page(async (context) => {
        const response = rawResponse(context);
        if (!isClosed(response)) await once(response, "close");
        await turn();
        const how = context.url.searchParams.get("how");
        if (how === "throw") throw new Error("thrown late, on purpose");
        return new Response(how === "stream" ? stream("endless") : "late");
      }),
    },
  };
  return { routes, work };
}

function eventOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true }),
  );
}

interface RawResponse extends EventEmitter {
  destroyed?: boolean;
  stream?: { destroyed: boolean };
}

function rawResponse({ host }: APIContext): RawResponse {
  const known = host as { res?: RawResponse; reply?: { raw: RawResponse } };
  const raw = known.res ?? known.reply?.raw;
  if (raw === undefined) throw new Error("A host without a response.");
  return raw;
}

function isClosed(response: RawResponse): boolean {
  return response.destroyed === true || response.stream?.destroyed === true;
}
