// The end of a server, where the lists of the hosts have no case of their own: no framework, HTTP/2, middie.
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import middie from "@fastify/middie";
import fastify from "fastify";
import type { APIContext } from "starbridge";
import { starbridge } from "starbridge/connect";
import starbridgePlugin from "starbridge/fastify";
import { describe, expect, it } from "vitest";
import { closesGracefully, slowPages } from "../bridges/_graceful.ts";
import { openHttp2 } from "../bridges/_http2.ts";
import { deferred, staysQuiet, within } from "../bridges/_quiet.ts";

// D-66 B41
describe("closing with a slow request and open streams", () => {
  staysQuiet();

  it("finishes the one and ends the others, without a framework", async () => {
    const pages = slowPages();
    const bridge = starbridge(pages.options);
    const server = createServer(bridge).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await closesGracefully(`http://127.0.0.1:${port}`, pages, () => {
      const closed = new Promise((done) => server.close(done));
      return Promise.all([closed, bridge.close()]);
    });
  });

  it("finishes the one and ends the others, under middie", async () => {
    const pages = slowPages();
    const app = fastify();
    await app.register(middie);
    const bridge = starbridge(pages.options);
    app.use(bridge);
    app.addHook("preClose", () => bridge.close());
    const origin = await app.listen({ port: 0, host: "127.0.0.1" });
    await closesGracefully(origin, pages, () => app.close());
  });

  it("finishes the one and ends the others, on HTTP/2", async () => {
    const pages = slowPages();
    const bridge = starbridge(pages.options);
    const server = createHttp2Server(bridge).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const client = openHttp2(`http://127.0.0.1:${port}`);
    const slow = client.fetch("/slow");
    const events = await client.fetch("/events");
    const ended = events.text().catch(() => "broken off");
    await pages.started;
    const closed = bridge.close();
    pages.finish();
    expect(await (await within(5000, "the slow answer", slow)).text()).toBe("finished");
    await within(8000, "the end of the stream", ended);
    await within(8000, "the close", closed);
    expect(pages.cancels()).toBe(1);
    client.close();
    await new Promise((done) => server.close(done));
  });

  // B41 B52: neither the app nor the process keeps anything of the requests it was closed under.
  it("aborts no signal of a request that was finished, on Fastify", async () => {
    const started = deferred();
    const gate = deferred();
    let aborts = 0;
    const app = fastify();
    await app.register(starbridgePlugin, {
      routes: {
        "a.ts": {
          GET: async ({ request }: APIContext) => {
            request.signal.addEventListener("abort", () => (aborts += 1));
            started.resolve();
            await gate.promise;
            return new Response("finished");
          },
        },
      },
    });
    const origin = await app.listen({ port: 0, host: "127.0.0.1" });
    const asked = fetch(`${origin}/a`);
    await started.promise;
    const closed = app.close();
    gate.resolve();
    expect(await (await asked).text()).toBe("finished");
    await within(8000, "the close", closed);
    expect(aborts).toBe(0);
  });
});
