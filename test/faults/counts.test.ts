// The counts themselves: each leak, made on purpose, is found by them.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { leavesNothing, startFar } from "./_far.ts";
import type { Far } from "./_far.ts";
import { LEAKS } from "./_leaks.ts";

const REQUESTS = 40;

describe("what is counted", () => {
  let far: Far;
  beforeAll(async () => {
    far = await startFar("express 5");
    for (let index = 0; index < REQUESTS; index += 1) await far.witness();
  });
  afterAll(() => far?.stop());

  const ask = async (): Promise<void> => {
    for (let index = 0; index < REQUESTS; index += 1) await far.witness();
  };
  const look = () => leavesNothing(far, ask, { patience: 200 });

  it("is the same before and after requests that leave nothing", async () => {
    const { before, after } = await look();
    expect(after.memory.heap - before.memory.heap).toBeLessThan(REQUESTS * 3000);
  });

  it.each(LEAKS)("tells of %s", async (name) => {
    await far.ask({ what: "leak", name });
    if (name === "a few kilobytes" || name === "a buffer") {
      const { before, after } = await look();
      const kind = name === "a buffer" ? "buffers" : "heap";
      const grown = after.memory[kind] - before.memory[kind];
      expect(grown).toBeGreaterThan(REQUESTS * 3000);
    } else await expect(look()).rejects.toThrow();
  });
});
