import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runNode } from "../lib/loader/_app.ts";
import { link, run, runJson, tsc, writeApp } from "./_cli.ts";

interface Started {
  created: string[];
  kept: string[];
  hosts: { name: string; lines: [string, string]; place: string }[];
}

function manifest(values: object): Record<string, string> {
  return { "package.json": JSON.stringify(values) };
}

const express = { dependencies: { express: "^5.0.0" } };
const typescript = { devDependencies: { typescript: "^5.0.0" } };

/** Asks the app in a folder for `/health`, as a host would load it. */
const ASK = `
  import("starbridge/testing").then(async ({ createTestApp }) => {
    const app = createTestApp({ root: process.cwd() });
    const response = await app.fetch("/health");
    console.log(response.status, await response.text());
    await app.close();
  });`;

describe("starbridge init", () => {
  it("adds an endpoint and a middleware and shows the two lines of the host", async () => {
    const root = writeApp(manifest({ type: "module", ...express }));
    const { code, stdout, stderr } = await run(root, ["init"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe(`Created src/pages/health.js
Created src/middleware.js

Express: add two lines, the second above the body parsers:

    import { starbridge } from "starbridge/express";
    app.use(starbridge({ root: import.meta.dirname }));

\`root\` is the folder that holds src/. Then: GET /health.
`);
  });

  it.each([
    ["ES modules", { type: "module" }],
    ["CommonJS", { type: "commonjs" }],
    ["a package without a type", {}],
  ])("adds JavaScript that runs to a project of %s", async (_, values) => {
    const root = writeApp(manifest({ ...values, ...express }));
    link(root, "starbridge");
    const { answer } = await runJson<Started>(root, ["init"]);
    expect(answer.created).toEqual(["src/pages/health.js", "src/middleware.js"]);
    expect(await runNode(root, ["-e", ASK])).toEqual({
      code: 0,
      stdout: '200 {"ok":true}\n',
      stderr: "",
    });
    expect((await run(root, ["check", "--strict"])).code).toBe(0);
  });

  it("adds TypeScript that compiles where typescript is installed", async () => {
    const options = { target: "es2023", lib: ["es2023", "dom"], module: "nodenext", strict: true };
    const root = writeApp({
      ...manifest({ type: "module", ...express, ...typescript }),
      "tsconfig.json": JSON.stringify({
        compilerOptions: { ...options, noEmit: true, types: ["node"] },
        include: ["src"],
      }),
    });
    link(root, "starbridge", "@types");
    const { answer } = await runJson<Started>(root, ["init"]);
    expect(answer.created).toEqual(["src/pages/health.ts", "src/middleware.ts"]);
    expect(await runNode(root, [tsc, "-p", root])).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("never writes over a file, nor beside one of the same name", async () => {
    const files = {
      ...manifest({ type: "module", ...typescript }),
      "src/pages/health.ts": "// mine",
      "src/middleware/index.js": "// mine too",
    };
    const root = writeApp(files);
    const { code, answer } = await runJson<Started>(root, ["init"]);
    expect(code).toBe(0);
    expect(answer.created).toEqual([]);
    expect(answer.kept).toEqual(["src/pages/health.ts", "src/middleware/index.js"]);
    for (const [name, text] of Object.entries(files)) {
      expect(readFileSync(join(root, name), "utf8")).toBe(text);
    }
  });

  it("changes nothing when it runs again", async () => {
    const root = writeApp(manifest({ type: "module" }));
    const first = await runJson<Started>(root, ["init"]);
    const second = await runJson<Started>(root, ["init"]);
    expect(second.answer).toEqual({ ...first.answer, created: [], kept: first.answer.created });
  });

  it("uses the folders of the config and leaves a middleware out that it rules out", async () => {
    const root = writeApp({
      ...manifest({ type: "module" }),
      "starbridge.config.js": "export default { pages: 'api', middleware: false };",
    });
    const { answer } = await runJson<Started>(root, ["init"]);
    expect(answer.created).toEqual(["api/health.js"]);
  });

  it.each([
    [
      "Fastify",
      { type: "module", dependencies: { fastify: "5" } },
      "starbridge/fastify",
      "await app.register(starbridge, { root: import.meta.dirname });",
    ],
    [
      "Express",
      { dependencies: { express: "4" } },
      'require("starbridge/express")',
      "app.use(starbridge({ root: __dirname }));",
    ],
    [
      "Express",
      { dependencies: { express: "4" }, ...typescript },
      'import { starbridge } from "starbridge/express"',
      "root: __dirname",
    ],
    [
      "NestJS on Express",
      { dependencies: { "@nestjs/platform-express": "11" } },
      "starbridge/connect",
      "app.use(",
    ],
    [
      "connect",
      { type: "module", dependencies: { connect: "3" } },
      "starbridge/connect",
      "app.use(",
    ],
    ["node:http", { type: "module" }, "starbridge/connect", "createServer(starbridge("],
  ])("knows %s by the dependencies", async (name, values, first, second) => {
    const { answer } = await runJson<Started>(writeApp(manifest(values)), ["init"]);
    expect(answer.hosts.map((host) => host.name)).toEqual([name]);
    expect(answer.hosts[0]?.lines[0]).toContain(first);
    expect(answer.hosts[0]?.lines[1]).toContain(second);
  });

  it("shows both hosts of a project that has two", async () => {
    const values = { dependencies: { express: "5", fastify: "5" } };
    const { answer } = await runJson<Started>(writeApp(manifest(values)), ["init"]);
    expect(answer.hosts.map((host) => host.name)).toEqual(["Express", "Fastify"]);
  });

  it("names a package.json that is not JSON", async () => {
    const { code, stderr } = await run(writeApp({ "package.json": "{" }), ["init"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error STARBRIDGE_MODULE_FAILED .*package\.json could not be loaded/);
  });
});
