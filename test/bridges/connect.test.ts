import connect from "connect";
import { starbridge } from "starbridge/connect";
import { describe, expect, it } from "vitest";
import { conformance } from "./_conformance.ts";
import { connectManners } from "./_connect.ts";
import { closesGracefully, slowPages } from "./_graceful.ts";
import { listener } from "./_listen.ts";
import { staysQuiet } from "./_quiet.ts";

conformance("connect");

describe("manners of connect", () => {
  staysQuiet();
  const listen = listener();
  connectManners("connect");

  it("closes gracefully", async () => {
    const pages = slowPages();
    const bridge = starbridge(pages.options);
    const { origin, server } = await listen(connect().use(bridge));
    await closesGracefully(origin, pages, () => {
      const closed = new Promise((done) => server.close(done));
      return Promise.all([closed, bridge.close()]);
    });
  });

  it("leaves connect's own answer to what nobody serves", async () => {
    const { get } = await listen(connect().use(starbridge({ routes: {} })));
    const answer = await get("/none");
    expect([answer.status, await answer.text()]).toMatchObject([
      404,
      expect.stringContaining("Cannot GET /none"),
    ]);
  });
});
