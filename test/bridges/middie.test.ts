import middie from "@fastify/middie";
import fastify from "fastify";
import { starbridge } from "starbridge/connect";
import { describe, expect, it } from "vitest";
import { conformance } from "./_conformance.ts";
import { connectManners } from "./_connect.ts";
import { staysQuiet } from "./_quiet.ts";

conformance("fastify + middie");

describe("manners under middie", () => {
  staysQuiet();
  connectManners("fastify + middie");

  it("serves in front of Fastify's routes, whose parsers still see the body of what falls through", async () => {
    const app = fastify();
    await app.register(middie);
    const bridge = starbridge({ routes: { "a.ts": { GET: () => new Response("page") } } });
    app.use(bridge);
    app.post("/a", (request) => ({ legacy: request.body }));
    const page = await app.inject("/a");
    expect([page.statusCode, page.body]).toEqual([200, "page"]);
    const posted = await app.inject({ method: "POST", url: "/a", payload: { a: 1 } });
    expect(posted.json()).toEqual({ legacy: { a: 1 } });
    await bridge.close();
    await app.close();
  });
});
