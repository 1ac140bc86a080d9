import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { esm, link, run, runJson, withoutTypeScript, writeApp } from "./_cli.ts";

interface Built {
  routes: number;
  prerendered: number;
  folder: string;
  warnings: string[];
}

const project = {
  ...esm,
  "src/pages/a.ts": "export const GET = (): Response => new Response('a');",
  "src/pages/feed.xml.ts":
    "export const prerender = true; export const GET = () => new Response('<feed/>');",
};

describe("starbridge build", () => {
  it("builds, says what and where, and shows no progress where nobody looks", async () => {
    const root = writeApp(project);
    link(root, "starbridge", "vite");
    const { code, stdout, stderr } = await run(root, ["build"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe("Built dist/starbridge: 2 routes, 1 prerendered answer.\n");
    expect(existsSync(join(root, "dist/starbridge/manifest.mjs"))).toBe(true);
  });

  it("gives the same as JSON, to the folder of the config", async () => {
    const root = writeApp({
      ...project,
      "starbridge.config.mjs": "console.log('reading'); export default { build: 'out' };",
    });
    link(root, "starbridge", "vite");
    const { code, answer, stderr } = await runJson<Built>(root, ["build"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "reading\n" });
    expect(answer).toEqual({ routes: 2, prerendered: 1, folder: join(root, "out"), warnings: [] });
  });

  it("ends with 1 and the code when a file cannot be built", async () => {
    const root = writeApp({ ...project, "src/pages/b.ts": 'import "./nowhere.ts";' });
    link(root, "starbridge", "vite");
    const { code, answer } = await runJson<{ error: { code: string; message: string } }>(root, [
      "build",
    ]);
    expect(code).toBe(1);
    expect(answer.error.code).toMatch(/^STARBRIDGE_/);
    expect(answer.error.message).toContain("b.ts");
  });

  it("warns of a TypeScript config that the host cannot read without vite", async () => {
    const root = writeApp({ ...project, "starbridge.config.ts": "export default {};" });
    link(root, "starbridge", "vite");
    const { code, answer, stderr } = await runJson<Built>(root, ["build"], {
      flags: withoutTypeScript,
    });
    expect(code).toBe(0);
    expect(answer.warnings).toEqual([expect.stringContaining("starbridge.config.mjs")]);
    expect(stderr).toBe(`warning ${answer.warnings[0]}\n`);
  });
});
