import { Response as LightResponse } from "starbridge/web";
import { createTestApp } from "starbridge/testing";
import { describe, expect, it, onTestFinished } from "vitest";

/** An app whose page answers with what it is given, and whose middleware names the client and then waits. */
function appOf(answer: () => Response) {
  const waiting: (() => void)[] = [];
  const app = createTestApp({
    routes: { "constant.ts": { GET: answer } },
    logger: { info() {}, warn() {}, error() {} },
    middleware: async ({ request, cookies }, next) => {
      const response = await next();
      const client = request.headers.get("x-client") ?? "";
      response.headers.set("x-client", client);
      cookies.set("client", client);
      if (client === "slow") await new Promise<void>((resolve) => waiting.push(resolve));
      return response;
    },
  });
  onTestFinished(() => app.close());
  const ask = (client: string) => app.fetch("/constant", { headers: { "x-client": client } });
  const goOn = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  return { ask, goOn };
}

for (const [name, Class] of [
  ["native", Response],
  ["light", LightResponse],
] as const) {
  describe(`a ${name} Response that several requests are answered with`, () => {
    it("takes nothing from one client to another while the middleware of the first still waits", async () => {
      const constant = new Class("text");
      const { ask, goOn } = appOf(() => constant);
      const slow = ask("slow");
      await new Promise(setImmediate);
      const quick = await ask("quick");
      goOn();
      const first = await slow;
      expect(first.headers.get("x-client")).toBe("slow");
      expect(await first.text()).toBe("text");
      // Its body is the first one's.
      expect(quick.status).toBe(500);
      expect(quick.headers.get("x-client")).toBe(null);
      expect(quick.headers.getSetCookie()).toEqual([]);
    });

    it("answers everybody when it has no body, each with headers of his own", async () => {
      const constant = new Class(null, { status: 204 });
      const { ask, goOn } = appOf(() => constant);
      const slow = ask("slow");
      await new Promise(setImmediate);
      const quick = await ask("quick");
      goOn();
      for (const [answer, client] of [
        [quick, "quick"],
        [await slow, "slow"],
      ] as const) {
        expect(answer.status).toBe(204);
        expect(answer.headers.get("x-client")).toBe(client);
        expect(answer.headers.getSetCookie()).toEqual([`client=${client}`]);
      }
      expect([...constant.headers]).toEqual([]);
    });
  });
}
