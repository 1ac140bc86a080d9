import { afterEach, describe, expect, it } from "vitest";
import { InFlight } from "../../../lib/node/in-flight.ts";
import type { Flight } from "../../../lib/node/in-flight.ts";
import { servers } from "./_servers.ts";

const start = servers();

describe("the requests a bridge is busy with", () => {
  const open: (() => void)[] = [];
  afterEach(() => {
    for (const end of open.splice(0)) end();
  });

  /** A request that is under way, and what ends it. */
  async function under(inFlight: InFlight): Promise<{ flight: Flight; closed: Promise<unknown> }> {
    return new Promise((resolve) => {
      void start
        .http((req, res) => {
          const flight = inFlight.begin(req, res);
          const closed = new Promise((done) => res.once("close", done));
          open.push(() => res.end());
          resolve({ flight, closed });
        })
        .then(({ get }) => get("/").catch(() => undefined));
    });
  }

  it("are none at first, and closing waits for none", async () => {
    expect(await new InFlight().drain(1, 1)).toBe(0);
  });

  it("are waited for until they end", async () => {
    const inFlight = new InFlight();
    const { flight } = await under(inFlight);
    const drained = inFlight.drain(5000, 10_000);
    flight.end();
    expect(await drained).toBe(0);
  });

  it("are cut off after the grace time once their answer is being sent", async () => {
    const inFlight = new InFlight();
    const { flight, closed } = await under(inFlight);
    flight.isAnswering = true;
    expect(await inFlight.drain(1, 10_000)).toBe(0);
    await closed;
  });

  it("are not waited for without end while a handler does not settle", async () => {
    const inFlight = new InFlight();
    await under(inFlight);
    expect(await inFlight.drain(1, 20)).toBe(1);
  });
});
