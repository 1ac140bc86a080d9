// Modules that are loaded may open what a host keeps open for ever: the end of a command is its answer, not their end.
import { describe, expect, it } from "vitest";
import { esm, link, run, runJson, writeApp } from "./_cli.ts";

const open = `
  import { createServer } from "node:http";
  createServer().listen(0);
  setInterval(() => {}, 1000);
`;
const flag = "export const prerender = true;";
const page = 'export const GET = () => new Response("a");';

describe("a command that has loaded modules with open handles", () => {
  it("ends, when it was a build that has rendered with them", async () => {
    const root = writeApp({
      ...esm,
      "src/pages/a.js": `${open} ${flag} ${page}`,
      "src/middleware.js": `${open} export const onRequest = (context, next) => next();`,
    });
    link(root, "starbridge", "vite");
    expect(await run(root, ["build"])).toEqual({
      code: 0,
      stdout: "Built dist/starbridge: 1 route, 1 prerendered answer.\n",
      stderr: "",
    });
  });

  it("ends with its code, when the build has failed while it rendered", async () => {
    const failing = 'export const GET = () => { throw new Error("no"); };';
    const root = writeApp({ ...esm, "src/pages/a.js": `${open} ${flag} ${failing}` });
    link(root, "starbridge", "vite");
    const { code, answer } = await runJson<{ error: { code: string } }>(root, ["build"]);
    expect([code, answer.error.code]).toEqual([1, "STARBRIDGE_PRERENDER_FAILED"]);
  });

  it("ends, when it was a check, with the whole of an answer that is longer than a pipe takes", async () => {
    const ignored = Object.fromEntries(
      Array.from({ length: 800 }, (_, index) => [`src/pages/ignored-${index}.css`, ""]),
    );
    const root = writeApp({
      ...esm,
      ...ignored,
      "src/pages/a.js": `${open} ${page}`,
      "src/pages/b.js": `${open} export const GET = 1;`,
    });
    link(root, "starbridge", "vite");
    const { code, answer } = await runJson<{ problems: { code: string }[] }>(root, ["check"]);
    expect(code).toBe(1);
    expect(answer.problems.filter((one) => one.code === "ignored-file")).toHaveLength(800);
    expect(JSON.stringify(answer).length).toBeGreaterThan(64 * 1024);
  });

  it("ends, when only its config has opened them", async () => {
    const config = `${open} export default {};`;
    const root = writeApp({ ...esm, "starbridge.config.mjs": config, "src/pages/a.js": page });
    for (const command of ["routes", "types", "init"]) {
      expect((await run(root, [command])).code).toBe(0);
    }
  });
});
