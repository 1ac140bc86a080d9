// createTestApp beside a build: what is tested is what stands in the editor.
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createTestApp } from "starbridge/testing";
import type { BridgeOptions } from "starbridge";
import { buildProject, captureLog, project, write } from "./_project.ts";

/** A project whose build is older than its sources, and what a test app over it answers. */
async function stale(options: BridgeOptions = {}) {
  const root = project({
    "src/pages/a.js": 'export const GET = () => new Response("old");',
    "src/pages/posts/[id].js": `
      export const prerender = true;
      export const getStaticPaths = () => [{ params: { id: "old" } }];
      export const GET = ({ params }) => new Response("old " + params.id);`,
  });
  await buildProject(root);
  write(root, {
    "src/pages/a.js": 'export const GET = () => new Response("new");',
    "src/pages/posts/[id].js": `
      export const prerender = true;
      export const getStaticPaths = () => [{ params: { id: "new" } }];
      export const GET = ({ params }) => new Response("new " + params.id, { status: 201 });`,
  });
  const app = createTestApp({ logger: captureLog().logger, ...options, root });
  onTestFinished(() => app.close());
  return async (path: string) => {
    const response = await app.fetch(path);
    return `${response.status} ${await response.text()}`;
  };
}

describe("a test app beside a build", () => {
  it.each(["test", "production", undefined])("tests the sources, with NODE_ENV %s", async (env) => {
    vi.stubEnv("NODE_ENV", env);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await (await stale())("/a")).toBe("200 new");
  });

  it("tests the sources with dev: false, too", async () => {
    expect(await (await stale({ dev: false }))("/a")).toBe("200 new");
  });

  it("runs prerendered endpoints, for the paths that they list", async () => {
    const answer = await stale();
    expect(await answer("/posts/new")).toBe("201 new new");
    expect(await answer("/posts/old")).toMatch(/^404 /);
  });

  it("tests the build that the option names", async () => {
    const answer = await stale({ build: "dist/starbridge" });
    expect(await answer("/a")).toBe("200 old");
    expect(await answer("/posts/old")).toBe("200 old old");
  });

  it("does not start when the build that the option names is not there", async () => {
    const root = project({ "src/pages/a.js": 'export const GET = () => new Response("a");' });
    const app = createTestApp({ root, build: "elsewhere", logger: captureLog().logger });
    await expect(app.ready()).rejects.toMatchObject({
      code: "STARBRIDGE_BUILD_UNUSABLE",
      message: "The build elsewhere cannot be used: it is not there.",
    });
  });

  it("does not take a build from the config file, which says where it is made", async () => {
    const root = project({
      "starbridge.config.mjs": 'export default { build: "out" };',
      "src/pages/a.js": 'export const GET = () => new Response("old");',
    });
    await buildProject(root, { build: "out" });
    write(root, { "src/pages/a.js": 'export const GET = () => new Response("new");' });
    const app = createTestApp({ root });
    onTestFinished(() => app.close());
    expect(await (await app.fetch("/a")).text()).toBe("new");
  });
});
