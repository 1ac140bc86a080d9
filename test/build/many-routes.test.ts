import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { buildProject, project } from "./_project.ts";

const run = promisify(execFile);

function pages(count: number): Record<string, string> {
  const files: Record<string, string> = {};
  for (let at = 0; at < count; at++) {
    files[`src/pages/r${at}/[id].ts`] =
      `export const prerender = true;\nexport const getStaticPaths = () => [{ params: { id: "a" } }];\nexport const GET = (): Response => new Response("made ${at}");`;
  }
  return files;
}

/** What the start of a host loads, and what it answers: in a process that has loaded nothing else. */
async function startUp(root: string, path: string) {
  const script = `
    import { createTestApp } from "starbridge/testing";
    const app = createTestApp({ root: process.cwd(), build: "dist/starbridge" });
    await app.ready();
    const text = await (await app.fetch(${JSON.stringify(path)})).text();
    console.log(text);
    await app.close();
  `;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: root,
  });
  return stdout.trim();
}

describe("a project with 2,000 routes", () => {
  it("is built with progress for each file and each path, and served", async () => {
    const root = project(pages(2000));
    const { routes, prerendered, progress } = await buildProject(root);
    expect([routes, prerendered]).toEqual([2000, 2000]);
    expect(progress).toHaveLength(4000);
    expect(progress[1999]).toMatch(/^2000\/2000 /);
    expect(progress[3999]).toMatch(/^2000\/2000 \/r/);
    expect(await startUp(root, "/r1999/a")).toBe("made 1999");
  });
});
