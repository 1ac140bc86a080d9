// Hosts that are bundled themselves, as the READMEs of two examples say: one file, run far from its sources and from any
// node_modules.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readCommands, requestAsCurl, runToEnd, startExample } from "./_example.ts";

const examples = [
  { name: "bundled-esbuild", milk: [404, expect.stringContaining("Cannot GET /products/milk")] },
  { name: "bundled-vite", milk: [200, '{"legacy":"nobody knows milk"}'] },
];

describe.each(examples)("the example $name", ({ name, milk }) => {
  it("answers from its one file as its README says", async () => {
    const folder = mkdtempSync(join(tmpdir(), "starbridge-bundled-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const { lines, start, curls } = await readCommands(name);
    const [script = "", target = ""] = start;
    expect(lines).toContain(`cd ${target}`);
    expect(lines).toContain("NODE_ENV=production node server.mjs");

    expect(await runToEnd([script, folder])).toEqual({ code: 0, output: "" });
    expect(readdirSync(folder)).toEqual(["server.mjs"]);
    const code = readFileSync(join(folder, "server.mjs"), "utf8");
    expect(code).not.toMatch(/from ?"(?!node:)(?:starbridge|express|fastify|astro)/);

    const server = await startExample(["server.mjs"], undefined, 0, {
      cwd: folder,
      env: { NODE_ENV: "production" },
    });
    const answers: unknown[] = [];
    for (const curl of curls) {
      const { response, body } = await requestAsCurl(curl, server.url);
      answers.push([response.status, body, response.headers.get("x-route")]);
    }
    const { stderr } = await server.stop();
    expect(answers).toEqual([
      [200, '{"status":"ok"}', "/health"],
      [200, '{"name":"Tea","cents":300}', "/products/[sku]"],
      [...milk, null],
      [200, '{"from":"legacy"}', null],
    ]);
    expect(stderr).toBe("");
  });
});
