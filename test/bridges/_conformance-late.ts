// Answers and errors that come when nobody waits for them any more.
import type { APIContext } from "starbridge";
import { expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";
import { deferred, within } from "./_quiet.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export function late(host: HostName): void {
  // D-49 B45
  it("drops the answer of an endpoint when the host answered first, and cancels its body", async () => {
    let cancelled = 0;
    const answered = deferred();
    const GET = async (): Promise<Response> => {
      await answered.promise;
      const body = new ReadableStream({
        pull: (controller) => controller.enqueue(bytes("late")),
        cancel() {
          cancelled += 1;
        },
      });
      return new Response(body);
    };
    const server = await start(host, {
      options: { routes: { "a.ts": { GET } } },
      // A timeout of the host, which answers while the endpoint is still at work.
      before: [({ answer }) => void setImmediate(() => answer(503, "timed out"))],
    });
    const got = await server.fetch("/a");
    expect([got.status, await got.text()]).toEqual([503, "timed out"]);
    answered.resolve();
    await expect.poll(() => cancelled, { timeout: 2000 }).toBe(1);
    expect(server.errors).toEqual([]);
    expect(server.lateErrors).toEqual([]);
    expect(server.logs.filter(({ level }) => level !== "debug" && level !== "info")).toEqual([]);
  });

  // B44
  it("does not call the host's error handler for a client that is gone", async () => {
    const started = deferred();
    const failed = deferred();
    const GET = async ({ request }: APIContext): Promise<Response> => {
      started.resolve();
      await new Promise((left) => request.signal.addEventListener("abort", left));
      failed.resolve();
      throw new Error("too late to tell");
    };
    const server = await start(host, { options: { routes: { "a.ts": { GET } } } });
    const gone = new AbortController();
    const asked = server.fetch("/a", { signal: gone.signal }).catch(() => undefined);
    await started.promise;
    gone.abort();
    await within(2000, "the failure", failed.promise);
    await asked;
    await server.fetch("/none");
    expect(server.errors).toEqual([]);
  });
}
