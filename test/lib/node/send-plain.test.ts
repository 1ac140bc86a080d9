import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { starbridge } from "starbridge/connect";
import type { APIContext, MiddlewareNext } from "starbridge";
import { Response as LightResponse } from "starbridge/web";
import { servers } from "./_servers.ts";

const start = servers();

describe("an endpoint that does not wait", () => {
  it("is answered within the call of the host, its middleware included", async () => {
    const bridge = starbridge({
      dev: false,
      routes: { "a.ts": { GET: () => new LightResponse("at once") } },
      middleware: (_context: APIContext, next: MiddlewareNext) => next(),
    });
    await bridge.ready();
    const ended: boolean[] = [];
    const { get } = await start.http((req: IncomingMessage, res: ServerResponse) => {
      bridge(req, res);
      ended.push(res.writableEnded);
    });
    expect(await (await get("/a")).text()).toBe("at once");
    expect(ended).toEqual([true]);
    await bridge.close();
  });
});
