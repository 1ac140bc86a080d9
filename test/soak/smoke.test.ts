// That the soak runs, prints, and can fail; how memory behaves is for minutes, not for seconds.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("run.mjs", import.meta.url));

function soak(...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, "--seed", "5", ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

describe("the soak", () => {
  it.each(["express5", "fastify"])("runs on %s and prints what it found", async (host) => {
    const { code, output } = await soak("--host", host, "--minutes", "0.03");
    const names = ["heap", "rss", "listeners", "handles", "event loop delay"];
    for (const name of names) expect(output).toMatch(new RegExp(`^  ${name}`, "m"));
    expect(output).not.toMatch(/: \d{3}\b(?!,)/);
    expect([code, output]).toEqual([0, expect.stringMatching(/^passed$/m)]);
  });

  it("fails when a server with the bridge keeps something of each request", async () => {
    const { code, output } = await soak(
      "--host",
      "express5",
      "--minutes",
      "0.05",
      "--leak",
      "20000",
    );
    expect(output).toContain("heap grows more with the bridge");
    expect(code).toBe(1);
  });
});
