// One list of faults for every host, in a process of its own. What is counted, and when: `_far.ts`.
import { afterAll, beforeAll, describe } from "vitest";
import { startFar } from "./_far.ts";
import type { Far } from "./_far.ts";
import type { FaultHost } from "./_host-names.ts";
import { isHttp2, isSecure } from "./_host-names.ts";
import { closing } from "./_closing.ts";
import { hostFaults } from "./_host-faults.ts";
import { moments } from "./_moments.ts";
import { oversized } from "./_oversized.ts";
import { resets } from "./_resets.ts";
import { slow } from "./_slow.ts";
import { halfOpen, onTheWire } from "./_wire.ts";
import { leaving } from "./_leaving.ts";

/** Registers the list for a host. */
export function faults(host: FaultHost): void {
  describe(`faults on ${host}`, () => {
    let far: Far;
    beforeAll(async () => {
      far = await startFar(host);
      // What Node makes on first use, and keeps, is made before anything is counted.
      for (const path of ["/ok", "/legacy", "/none", "/throws", "/stream?kind=short"]) {
        await far.witness({ path });
      }
      for (const path of ["/echo", "/upload", "/ignore"]) {
        await far.witness({ method: "POST", path, body: "warm" });
      }
    });
    afterAll(() => far?.stop());

    const here = (): Far => far;
    describe("clients that leave", () => leaving(here));
    describe("clients that are slow", () => slow(host, here));
    describe("what is too large", () => oversized(host, here));
    describe("hosts that interfere", () => hostFaults(host, here));
    if (isHttp2(host)) describe("resets", () => resets(here));
    else describe("connections", () => onTheWire(here));
    describe("random moments", () => moments(here));
    if (!isHttp2(host) && !isSecure(host)) describe("half-open connections", () => halfOpen(here));
    // Last: it ends the process.
    describe("shutdown", () => closing(host, here));
  });
}
