import { createServer } from "node:http2";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { APIContext } from "starbridge";
import { starbridge } from "starbridge/connect";
import { describe, expect, it } from "vitest";
import { conformance } from "./_conformance.ts";
import { openHttp2 } from "./_http2.ts";
import { deferred, staysQuiet, within } from "./_quiet.ts";

conformance("http2");

describe("manners of http2", () => {
  staysQuiet();

  const serve = async (routes: Parameters<typeof starbridge>[0]) => {
    const bridge = starbridge(routes);
    const server = createServer(bridge).listen(0, "127.0.0.1");
    await once(server, "listening");
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = openHttp2(origin);
    const stop = async () => {
      client.close();
      server.close();
      await bridge.close();
    };
    return { origin, client, stop };
  };

  it("takes a bridge as its listener, the URL from :authority", async () => {
    const { origin, client, stop } = await serve({
      routes: {
        "a.ts": { GET: ({ url }: APIContext) => new Response(url.href, { statusText: "Dropped" }) },
      },
    });
    const answer = await client.fetch("/a?x=1");
    expect([answer.status, await answer.text()]).toEqual([200, `${origin}/a?x=1`]);
    expect((await client.fetch("/none")).status).toBe(404);
    await stop();
  });

  it("drops the headers that HTTP/2 forbids instead of failing", async () => {
    const headers = { connection: "keep-alive", "keep-alive": "x", upgrade: "x", "x-kept": "1" };
    const { client, stop } = await serve({
      routes: { "a.ts": { GET: () => new Response("a", { headers }) } },
    });
    const answer = await client.fetch("/a");
    expect([answer.status, answer.headers.get("x-kept"), answer.headers.has("connection")]).toEqual(
      [200, "1", false],
    );
    await stop();
  });

  // B9
  it("learns of a reset stream while others of the session go on", async () => {
    const started = deferred();
    const left = deferred();
    const { client, stop } = await serve({
      routes: {
        "a.ts": {
          GET: async ({ request }: APIContext) => {
            request.signal.addEventListener("abort", () => left.resolve());
            started.resolve();
            await left.promise;
            return new Response("late");
          },
        },
        "b.ts": { GET: () => new Response("b") },
      },
    });
    const gone = new AbortController();
    const asked = client.fetch("/a", { signal: gone.signal }).catch(() => undefined);
    await started.promise;
    gone.abort();
    await within(2000, "the abort", left.promise);
    await asked;
    expect(await (await client.fetch("/b")).text()).toBe("b");
    await stop();
  });
});
