import { describe, expect, it } from "vitest";
import { fixture, run } from "./_package.ts";

interface Footprint {
  /** Names of what is not as it was. */
  changes: string[];
  answered: Record<string, number>;
}

describe("a process with the bridge in it", () => {
  // D-69, R9: a guest changes nothing that all code of the process shares.
  it.each(["express", "fastify"])(
    "keeps its globals, prototypes and process listeners over import, start, 1,000 requests and close on %s",
    async (host) => {
      const { code, stdout, stderr } = await run(process.execPath, [
        fixture("footprint.mjs"),
        host,
      ]);
      // It also ended by itself once the host was closed, and printed nothing.
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const { changes, answered } = JSON.parse(stdout) as Footprint;
      expect(changes).toEqual([]);
      // The requests were really answered by both worlds: seven kinds in turn.
      expect(answered).toEqual({
        "GET /legacy 200": 143,
        "GET /hello 200": 143,
        "POST /hello 200": 143,
        "GET /stream 200": 143,
        "GET /fails 500": 143,
        "GET /nowhere 404": 143,
        "HEAD /hello 200": 142,
      });
    },
  );
});
