// Hosts that are bundled themselves, as the READMEs of two examples say: one file, run far from its sources and from any
// node_modules.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { BuildOptions } from "esbuild";
import { build } from "esbuild";
import { describe, expect, it, onTestFinished } from "vitest";
import { readCommands, requestAsCurl, runToEnd, startExample } from "./_example.ts";

const examples = [
  { name: "bundled-esbuild", milk: [404, expect.stringContaining("Cannot GET /products/milk")] },
  { name: "bundled-vite", milk: [200, '{"legacy":"nobody knows milk"}'] },
];

const root = join(import.meta.dirname, "../..");

/** A temporary folder with these files, gone when the test ends. */
function folderOf(files: Record<string, string> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "starbridge-bundled-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** What `esbuild --bundle --platform=node` makes of a host, as a file of its own. */
async function bundle(outfile: string, options: BuildOptions): Promise<void> {
  const { warnings } = await build({
    bundle: true,
    platform: "node",
    outfile,
    absWorkingDir: root,
    logLevel: "silent",
    ...options,
  });
  // CommonJS has no import.meta.
  expect(warnings.filter(({ id }) => id !== "empty-import-meta")).toEqual([]);
}

describe.each(examples)("the example $name", ({ name, milk }) => {
  it("answers from its one file as its README says", async () => {
    const folder = folderOf();
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

describe("a host that is bundled into CommonJS", () => {
  it("answers from its map of modules", async () => {
    const example = join(root, "examples/bundled-esbuild");
    const files = ["health.ts", "products/[sku].ts"];
    const entries = files.map((file) => {
      const path = JSON.stringify(join(example, "src/pages", file));
      return `${JSON.stringify(file)}: () => import(${path}),`;
    });
    const folder = folderOf({ "pages.ts": `export const routes = {${entries.join("")}};` });
    await bundle(join(folder, "out/server.cjs"), {
      entryPoints: [join(example, "server.ts")],
      alias: {
        "astro:middleware": "starbridge/middleware",
        "starbridge:pages": join(folder, "pages.ts"),
      },
    });
    for (const NODE_ENV of ["production", "development"]) {
      const env = { NODE_ENV };
      const server = await startExample([join(folder, "out/server.cjs")], undefined, 0, { env });
      const answers: unknown[] = [];
      for (const path of ["/health", "/products/tea", "/legacy"]) {
        const response = await fetch(server.url + path);
        answers.push([await response.text(), response.headers.get("x-route")]);
      }
      const { stderr } = await server.stop();
      expect(answers).toEqual([
        ['{"status":"ok"}', "/health"],
        ['{"name":"Tea","cents":300}', "/products/[sku]"],
        ['{"from":"legacy"}', null],
      ]);
      expect(stderr).toBe("");
    }
  });
});

describe.each(["esm", "cjs"] as const)(
  "a host that is bundled without its pages (%s)",
  (format) => {
    it("runs them, and says what to do where they need a module of the package", async () => {
      const answer = 'export const GET = () => new Response("ran");';
      const folder = folderOf({
        "package.json": '{ "type": "module" }',
        "src/pages/plain.js": answer,
        "src/pages/virtual.js": `import "astro:middleware";${answer}`,
        "src/pages/entry.js": `export * from "../entry.js";${answer}`,
        "src/entry.js": 'export * from "astro/middleware";',
        "src/pages/broken.js": 'import "astronomy";',
        "src/pages/required.js": `import Module from "node:module";
          Module.createRequire(import.meta.url)("./_required.cjs");`,
        "src/pages/_required.cjs": 'require("astro/middleware");',
      });
      const paths = ["/plain", "/virtual", "/entry", "/broken", "/required"];
      const host = `
      import { createApp } from "starbridge";
      const failures = [];
      const logger = { info() {}, warn() {}, error: ({ err }) => failures.push(err) };
      const app = createApp({ root: process.argv[2], logger });
      app.ready().then(async () => {
        for (const path of ${JSON.stringify(paths)}) {
          const text = await (await app.fetch(new Request("http://localhost" + path))).text();
          const { code, message, hint } = failures.shift() ?? {};
          console.log(JSON.stringify([path, code ?? text, message, hint]));
        }
      });`;
      const outfile = join(folder, format === "esm" ? "out/host.mjs" : "out/host.cjs");
      await bundle(outfile, { stdin: { contents: host, resolveDir: root }, format });
      const { code, output } = await runToEnd([outfile, folder]);
      const lines = output.split("\n").filter((line) => line !== "");
      expect(code, output).toBe(0);
      expect(lines.map((line) => JSON.parse(line).slice(0, 2))).toEqual([
        ["/plain", "ran"],
        ["/virtual", "STARBRIDGE_ASTRO_MODULE_IN_BUNDLE"],
        ["/entry", "STARBRIDGE_ASTRO_MODULE_IN_BUNDLE"],
        ["/broken", "STARBRIDGE_MODULE_FAILED"],
        ["/required", "STARBRIDGE_ASTRO_MODULE_IN_BUNDLE"],
      ]);
      const [, , message, hint] = JSON.parse(lines[1] ?? "");
      expect(message).toContain("src/pages/virtual.js");
      expect(hint).toMatch(/`routes`.*external/);
    });
  },
);
