import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { createApp } from "starbridge";
import { describe, expect, it } from "vitest";
import { run } from "./_process.ts";
import { buildProject, built, captureLog, project, repository, serve } from "./_project.ts";

const GET = "export const GET = (): Response => new Response('made');";
const FLAG = "export const prerender = true;\n";

/** Starts an app in a process that has no Vite, and says what it logs and answers. */
const start = (env: string) => `
  ${env}
  import { starbridge } from "starbridge/connect";
  const logger = { info() {}, warn: (text) => console.log("warn:", text), error() {} };
  const bridge = starbridge({ root: process.cwd(), logger });
  await bridge.ready().then(() => console.log("ready"), ({ code, message }) => console.log(code, message));
  await bridge.close();
`;

describe("a host with a build and without NODE_ENV=production", () => {
  it("is told that the build is not used", async () => {
    const root = project({ "src/pages/a.ts": GET });
    await buildProject(root);
    installAlone(root);
    const { stdout } = await run(root, start("delete process.env.NODE_ENV;"));
    expect(stdout).toContain(
      'warn: The build in dist/starbridge is not used, because NODE_ENV is not "production": set it, or dev: false.',
    );
    const hasTypes = Boolean((process.features as { typescript?: unknown }).typescript);
    if (!hasTypes) {
      expect(stdout).toMatch(
        /STARBRIDGE_TYPESCRIPT_UNSUPPORTED .*The build in dist\/starbridge is not used in development: set NODE_ENV=production/,
      );
    }
    rmSync(join(root, "src"), { recursive: true });
    expect((await run(root, start("delete process.env.NODE_ENV;"))).stdout).toMatch(
      /STARBRIDGE_PAGES_NOT_FOUND .*The build in dist\/starbridge is not used in development/,
    );
    expect((await run(root, start(""))).stdout).toBe("ready\n");
  });

  it("is told where a build was looked for, when there is neither that nor a folder of pages", async () => {
    const app = createApp({ root: project({}), logger: captureLog().logger });
    const failure = await app.ready().catch((error) => error);
    expect(failure.message).toBe(
      "The folder of endpoint files src/pages does not exist. There is no build in dist/starbridge, either.",
    );
  });
});

describe("the option warmup", () => {
  it.each(["eager", "idle"] as const)(
    "loads what may run of a build, and not what was prerendered: %s",
    async (warmup) => {
      const root = project({
        "node_modules/dev-only/package.json": `{ "name": "dev-only", "exports": "./index.cjs" }`,
        "node_modules/dev-only/index.cjs": "exports.text = 'made';",
        "src/pages/a.ts": `import { text } from "dev-only";\n${FLAG}export const GET = () => new Response(text);`,
        "src/pages/b.ts": `globalThis.hasLoaded = (globalThis.hasLoaded ?? 0) + 1;\n${GET}`,
      });
      await buildProject(root);
      rmSync(join(root, "node_modules/dev-only"), { recursive: true });
      const app = serve(root, { warmup });
      await app.ready();
      await expect.poll(() => Reflect.get(globalThis, "hasLoaded")).toBe(1);
      expect(app.log.text()).toBe("");
      expect(await app.text("/a")).toBe("made");
      Reflect.deleteProperty(globalThis, "hasLoaded");
    },
  );
});

describe("a damaged build", () => {
  it("is called so when a chunk is gone", async () => {
    const root = project({ "src/pages/a.ts": GET });
    const { folder } = await buildProject(root);
    const chunk = readdirSync(folder, { recursive: true, encoding: "utf8" }).find(
      (name) => name.endsWith("mjs") && name.includes("page.a"),
    );
    rmSync(join(folder, chunk ?? ""));
    const app = serve(root);
    expect(await app.status("/a")).toBe(500);
    expect(app.log.text()).toMatch(
      /The build manifest\.mjs cannot be used: its file .*server\/page\.a-.* is gone/,
    );
  });

  it("is called so when its manifest is empty", async () => {
    const root = project({ "src/pages/a.ts": GET });
    const { folder } = await buildProject(root);
    writeFileSync(join(folder, "manifest.mjs"), "");
    await expect(serve(root).ready()).rejects.toMatchObject({
      code: "STARBRIDGE_BUILD_UNUSABLE",
      message: expect.stringContaining("it is damaged"),
    });
  });
});

describe("the flag of a CommonJS page", () => {
  it("counts in a build", async () => {
    const { result, text, status } = await built({
      "package.json": "{}",
      "src/pages/a.js":
        "exports.prerender = true;\nlet n = 0;\nexports.GET = () => new Response(String(++n));",
      "src/pages/b.js":
        "module.exports = { GET: () => new Response('b', { prerender: 1 }), prerender: true };",
      "src/pages/c.js": "module.exports = { prerender: false, GET: () => new Response('c') };",
      "src/pages/d.js": `exports.GET = exports.prerender = void 0;\n// exports.prerender = true\nexports.prerender = false;\nexports.GET = () => new Response('d');`,
      "src/pages/[e].js": `exports.prerender = true;\nexports.getStaticPaths = () => [{ params: { e: "x" } }];\nexports.GET = ({ params }) => new Response(params.e);`,
    });
    expect(result.prerendered).toBe(3);
    expect([await text("/a"), await text("/a")]).toEqual(["1", "1"]);
    expect([await text("/b"), await text("/c"), await text("/d"), await text("/x")]).toEqual([
      "b",
      "c",
      "d",
      "x",
    ]);
    expect(await status("/y")).toBe(404);
  });
});

/** Puts a copy of this package into a project, with what it depends on and nothing else: npm install --omit=dev. */
function installAlone(root: string): void {
  const modules = join(root, "node_modules");
  rmSync(join(modules, "starbridge"), { recursive: true });
  for (const part of ["dist", "package.json"]) {
    cpSync(join(repository, part), join(modules, "starbridge", part), { recursive: true });
  }
  const { dependencies } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(repository, "node_modules", name), join(modules, name), "junction");
  }
}
