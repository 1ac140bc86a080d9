// The host's AsyncLocalStorage is there wherever user code runs, and never crosses to another request.
import { AsyncLocalStorage } from "node:async_hooks";
import type { APIContext } from "starbridge";
import { expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";
import { deferred, within } from "./_quiet.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const JSON_TYPE = { "content-type": "application/json" };

export function storage(host: HostName): void {
  // B49
  it("keeps the host's AsyncLocalStorage in the chain, the endpoint, pulls and abort listeners", async () => {
    const store = new AsyncLocalStorage<string>();
    const seen: Record<string, string | undefined> = {};
    const done = deferred();
    const POST = async ({ request }: APIContext): Promise<Response> => {
      await request.text();
      seen.endpoint = store.getStore();
      request.signal.addEventListener("abort", () => {
        seen.abort = store.getStore();
        done.resolve();
      });
      let pulls = 0;
      const body = new ReadableStream(
        {
          pull(controller) {
            pulls += 1;
            seen[`pull ${pulls}`] = store.getStore();
            if (pulls < 4) controller.enqueue(bytes("x".repeat(100_000)));
            else return new Promise(() => {});
            return undefined;
          },
        },
        { highWaterMark: 0 },
      );
      return new Response(body);
    };
    const server = await start(host, {
      before: [() => store.enterWith("of the host")],
      options: {
        routes: {
          "a.ts": { POST },
          "b.ts": { GET: () => new Response(store.getStore() ?? "none") },
        },
        middleware: (_context, next) => {
          seen.chain = store.getStore();
          return next();
        },
      },
    });
    const gone = new AbortController();
    const answer = await server.fetch("/a", {
      method: "POST",
      body: "b",
      headers: JSON_TYPE,
      signal: gone.signal,
    });
    const reader = answer.body?.getReader();
    const reading = async (): Promise<void> => {
      while (reader && !(await reader.read()).done);
    };
    void reading().catch(() => {});
    await expect.poll(() => Object.keys(seen), { timeout: 5000 }).toContain("pull 4");
    gone.abort();
    await within(2000, "the abort", done.promise);
    expect(new Set(Object.values(seen))).toEqual(new Set(["of the host"]));
  });

  // B49
  it("tells the requests of one connection apart", async () => {
    const store = new AsyncLocalStorage<string>();
    const GET = async ({ request }: APIContext): Promise<Response> => {
      const before = store.getStore();
      await new Promise((resolve) => setImmediate(resolve));
      return Response.json([before, store.getStore(), request.headers.get("x-id")]);
    };
    const server = await start(host, {
      before: [({ req }) => store.enterWith(String(req.headers["x-id"]))],
      options: { routes: { "a.ts": { GET } } },
    });
    for (const id of ["1", "2", "3"]) {
      const answer = await server.fetch("/a", { headers: { "x-id": id } });
      expect(await answer.json()).toEqual([id, id, id]);
    }
  });
}
