import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runNode } from "../lib/loader/_app.ts";
import { link, run, runJson, tsc, withoutTypeScript, writeApp } from "./_cli.ts";

interface Started {
  notes: string[];
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

const runsTypeScript = withoutTypeScript.length > 0;

/** What the app in a folder answers; empty when it does not. */
async function asked(root: string): Promise<string> {
  return (await runNode(root, ["-e", ASK])).stdout;
}

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

  // What npm init -y writes, and a server.js that is JavaScript.
  const legacy = manifest({ type: "commonjs", ...express, ...typescript });

  it("adds TypeScript to a CommonJS package that Node itself runs", async () => {
    const root = writeApp({ ...legacy, "server.js": "" });
    link(root, "starbridge");
    const { answer } = await runJson<Started>(root, ["init"]);
    expect(answer.created).toEqual([
      "src/package.json",
      "src/pages/health.ts",
      "src/middleware.ts",
    ]);
    expect(answer.hosts[0]?.lines).toEqual([
      'const { starbridge } = require("starbridge/express");',
      "app.use(starbridge({ root: __dirname }));",
    ]);
    expect(await asked(root)).toBe(runsTypeScript ? '200 {"ok":true}\n' : "");
    expect((await runJson<Started>(root, ["init"])).answer.created).toEqual([]);
  });

  it("adds it beside modules of the host, which stay CommonJS", async () => {
    const root = writeApp({ ...legacy, "src/server.js": "module.exports = 1;" });
    link(root, "starbridge");
    const { answer } = await runJson<Started>(root, ["init"]);
    expect(answer.created).toEqual([
      "src/pages/package.json",
      "src/pages/health.ts",
      "src/middleware.mts",
    ]);
    expect(await asked(root)).toBe(runsTypeScript ? '200 {"ok":true}\n' : "");
    expect((await runNode(root, ["src/server.js"])).stderr).toBe("");
    expect((await run(root, ["check", "--strict"])).code).toBe(0);
    expect((await runJson<Started>(root, ["init"])).answer.created).toEqual([]);
  });

  it("says what is missing where pages are CommonJS already", async () => {
    const files = { ...legacy, "src/pages/a.js": "exports.GET = () => {};" };
    const { answer } = await runJson<Started>(writeApp(files), ["init"]);
    expect(answer.created).toEqual(["src/pages/health.ts", "src/middleware.mts"]);
    expect(answer.notes[0]).toMatch(/src\/pages needs a package\.json of its own/);
  });

  it.each([
    ["a package", { devDependencies: { typescript: "5", tsx: "4" } }],
    ["a script", { devDependencies: { typescript: "5" }, scripts: { build: "tsc -p ." } }],
  ])("leaves the kind of modules to the compiler that %s tells of", async (_, values) => {
    const root = writeApp(manifest({ type: "commonjs", ...express, ...values }));
    const { answer } = await runJson<Started>(root, ["init"]);
    expect(answer.created).toEqual(["src/pages/health.ts", "src/middleware.ts"]);
    expect(answer.notes).toEqual([]);
    expect(answer.hosts[0]?.lines).toEqual([
      'import { starbridge } from "starbridge/express";',
      "app.use(starbridge({ root: __dirname }));",
    ]);
  });

  it("says so when nobody runs TypeScript", async () => {
    const root = writeApp(manifest({ type: "module", ...typescript }));
    const { answer } = await runJson<Started>(root, ["init"], { flags: withoutTypeScript });
    expect(answer.notes).toEqual([
      expect.stringMatching(/does not run TypeScript: start the host/),
    ]);
  });

  it("writes for the package.json that is nearest to the file", async () => {
    const root = writeApp({
      ...manifest({ type: "commonjs", ...express }),
      "src/package.json": '{ "type": "module" }',
    });
    link(root, "starbridge");
    const { answer } = await runJson<Started>(root, ["init"]);
    expect(answer.created).toEqual(["src/pages/health.js", "src/middleware.js"]);
    expect(readFileSync(join(root, "src/pages/health.js"), "utf8")).toContain("export const GET");
    expect(answer.hosts[0]?.lines[0]).toContain("require(");
    expect(await asked(root)).toBe('200 {"ok":true}\n');
  });

  it.each([
    ["tsconfig.json", { "tsconfig.json": "{}" }, {}],
    ["sources", { "src/db/index.ts": "" }, {}],
    ["a server", { "server.mts": "" }, {}],
    ["tsx", {}, { devDependencies: { tsx: "4" } }],
    ["ts-node", {}, { devDependencies: { "ts-node": "10" } }],
    ["Node's types", {}, { devDependencies: { "@types/node": "24" } }],
    ["an optional dependency", {}, { optionalDependencies: { typescript: "5" } }],
  ])("knows TypeScript by %s", async (_, files, values) => {
    const root = writeApp({ ...manifest({ type: "module", ...express, ...values }), ...files });
    const { answer } = await runJson<Started>(root, ["init"]);
    expect(answer.created).toEqual(["src/pages/health.ts", "src/middleware.ts"]);
  });

  it("takes neither declarations nor the configs of tools for TypeScript", async () => {
    const root = writeApp({
      ...manifest({ type: "module", ...express }),
      "starbridge.config.mts": "export default {};",
      "src/env.d.ts": "",
      "node_modules/x/index.ts": "",
    });
    link(root, "vite");
    const { answer } = await runJson<Started>(root, ["init"]);
    expect(answer.created).toEqual(["src/pages/health.js", "src/middleware.js"]);
  });

  it("finds host and language at the root of a workspace", async () => {
    const workspace = {
      private: true,
      workspaces: ["apps/*"],
      ...typescript,
      dependencies: { fastify: "5" },
    };
    const root = writeApp({
      ...manifest(workspace),
      "apps/api/package.json": '{ "type": "module", "dependencies": { "starbridge": "1" } }',
    });
    const { answer } = await runJson<Started>(join(root, "apps/api"), ["init"]);
    expect(answer.created).toEqual(["src/pages/health.ts", "src/middleware.ts"]);
    expect(answer.hosts.map((host) => host.name)).toEqual(["Fastify"]);
  });

  it("asks no package above that is none of the project's", async () => {
    const root = writeApp({
      ...manifest({ ...typescript, dependencies: { fastify: "5" } }),
      "app/package.json": JSON.stringify({ type: "module", ...express }),
    });
    const { answer } = await runJson<Started>(join(root, "app"), ["init"]);
    expect(answer.created).toEqual(["src/pages/health.js", "src/middleware.js"]);
    expect(answer.hosts.map((host) => host.name)).toEqual(["Express"]);
  });

  it("keeps the ending of a middleware that the config names", async () => {
    const root = writeApp({
      ...manifest({ ...express }),
      "starbridge.config.cjs": "module.exports = { middleware: 'src/chain.mjs' };",
    });
    link(root, "starbridge");
    const { answer } = await runJson<Started>(root, ["init"]);
    expect(answer.created).toEqual(["src/pages/health.js", "src/chain.mjs"]);
    expect(await asked(root)).toBe('200 {"ok":true}\n');
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
      "Fastify",
      { dependencies: { fastify: "5" } },
      'require("starbridge/fastify")',
      /^app\.register\(starbridge, \{ root: __dirname \}\);$/,
    ],
    ["Express", { type: "module", peerDependencies: { express: "4" } }, "express", "app.use("],
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
    expect(answer.hosts[0]?.lines[1]).toEqual(
      typeof second === "string" ? expect.stringContaining(second) : expect.stringMatching(second),
    );
  });

  const imported = 'import express from "express";\nexpress();\n';
  const required = 'const express = require("express");\nexpress();\n';
  const module = ['import { starbridge } from "starbridge/express";', "import.meta.dirname"];
  const commonJs = ['const { starbridge } = require("starbridge/express");', "__dirname"];

  it.each([
    ["server.mjs in a package of CommonJS", { type: "commonjs" }, "server.mjs", imported, module],
    ["server.mts in a package of CommonJS", { type: "commonjs" }, "server.mts", imported, module],
    ["server.cjs in a package of ES modules", { type: "module" }, "server.cjs", required, commonJs],
    ["import in a package without a type", {}, "server.js", imported, module],
    ["import in TypeScript that Node runs", typescript, "index.ts", imported, module],
    ["require in a package without a type", {}, "app.js", required, commonJs],
    ["what start runs", { scripts: { start: "node -r ./a.cjs ./bin" } }, "bin.mjs", "", module],
    ["main", { type: "module", main: "./lib.cjs" }, "lib.cjs", "", commonJs],
  ])("writes for the file of the host: %s", async (_, values, file, text, [first, folder]) => {
    const files = { ...manifest({ ...express, ...values }), "a.cjs": required, [file]: text };
    const { answer } = await runJson<Started>(writeApp(files), ["init"]);
    expect(answer.hosts[0]?.lines).toEqual([first, `app.use(starbridge({ root: ${folder} }));`]);
  });

  const compiles = (compilerOptions: object, scripts: object, type = "commonjs") => ({
    ...manifest({ type, ...express, ...typescript, scripts }),
    "tsconfig.json": JSON.stringify({ compilerOptions }),
  });
  const up = (way: string) => `\`\${__dirname}/${way}\``;
  const dist = { outDir: "dist", rootDir: "src" };

  it.each([
    ["below src", manifest(express), "src/server.js", required, up("..")],
    [
      "below src, an ES module",
      manifest({ type: "module", main: "src/bin/server.js", ...express }),
      "src/bin/server.js",
      imported,
      'new URL("../..", import.meta.url)',
    ],
    [
      "compiled into another folder",
      compiles(dist, { build: "tsc", start: "node dist/server.js" }),
      "src/server.ts",
      imported,
      up(".."),
    ],
    [
      "compiled deeper than it was",
      compiles({ outDir: "dist" }, { build: "tsc", start: "node dist/src/server" }),
      "src/server.ts",
      imported,
      up("../.."),
    ],
    [
      "compiled, and run by a tool as well, at one depth",
      compiles(dist, { dev: "tsx src/server.ts", build: "tsc", start: "node dist/server.js" }),
      "src/server.ts",
      imported,
      up(".."),
    ],
    [
      "compiled, and run by a tool as well, at another depth",
      compiles({ outDir: "dist" }, { dev: "tsx main.ts", start: "node dist/main.js" }),
      "main.ts",
      imported,
      "process.cwd()",
    ],
    [
      "compiled to who knows where",
      compiles({ outDir: "dist" }, { build: "tsc" }),
      "src/server.ts",
      imported,
      "process.cwd()",
    ],
    [
      "compiled by nest",
      compiles(dist, { build: "nest build", start: "nest start", "start:prod": "node dist/main" }),
      "src/main.ts",
      imported,
      up(".."),
    ],
  ])("finds the root from a host that is %s", async (_, files, file, text, root) => {
    const { answer } = await runJson<Started>(writeApp({ ...files, [file]: text }), ["init"]);
    expect(answer.hosts[0]?.lines[1]).toBe(`app.use(starbridge({ root: ${root} }));`);
  });

  it("says of a compiled host that its pages are not compiled with it", async () => {
    const files = {
      ...compiles(dist, { build: "tsc", start: "node dist/server.js" }),
      "src/server.ts": imported,
    };
    const { answer } = await runJson<Started>(writeApp(files), ["init"]);
    expect(answer.notes).toEqual([
      expect.stringMatching(/^The host runs from dist, .* build them, npx starbridge build/),
    ]);
  });

  it("prints lines that run in a compiled host", async () => {
    const options = { ...dist, target: "es2023", module: "node16", types: ["node"], strict: true };
    const root = writeApp({
      ...compiles(options, { build: "tsc", start: "node dist/server.js" }),
      "starbridge.config.cjs": "module.exports = { middleware: false };",
      "src/pages/health.js": "exports.GET = () => new Response('found');",
      "src/server.ts": imported,
    });
    link(root, "starbridge", "express", "@types");
    const { answer } = await runJson<Started>(root, ["init"]);
    const [first, second] = answer.hosts[0]?.lines ?? [];
    const server = `
      import express = require("express");
      import type { AddressInfo } from "node:net";
      ${first}
      const app = express();
      ${second}
      const server = app.listen(0, async () => {
        const { port } = server.address() as AddressInfo;
        console.log(await (await fetch("http://localhost:" + port + "/health")).text());
        server.close();
      });`;
    writeFileSync(join(root, "src/server.ts"), server);
    const { stdout, code } = await runNode(root, [tsc, "-p", root, "--skipLibCheck"]);
    expect({ stdout, code }).toEqual({ stdout: "", code: 0 });
    expect((await runNode(root, ["dist/server.js"])).stdout).toBe("found\n");
  });

  it.each([
    ["express", "NestJS on Express", "starbridge/connect", "app.use(starbridge("],
    ["fastify", "NestJS on Fastify", "starbridge/fastify", "await app.register(starbridge, "],
  ])("shows Nest on %s, and not what that runs on", async (platform, name, entry, second) => {
    const dependencies = { [`@nestjs/platform-${platform}`]: "11", [platform]: "5" };
    const { answer } = await runJson<Started>(writeApp(manifest({ dependencies })), ["init"]);
    expect(answer.hosts.map((host) => host.name)).toEqual([name]);
    expect(answer.hosts[0]?.lines[0]).toContain(entry);
    expect(answer.hosts[0]?.lines[1]).toContain(second);
  });

  it("shows both hosts of a project that has two", async () => {
    const values = { dependencies: { express: "5", fastify: "5" } };
    const { answer } = await runJson<Started>(writeApp(manifest(values)), ["init"]);
    expect(answer.hosts.map((host) => host.name)).toEqual(["Express", "Fastify"]);
  });

  it("prints lines for Fastify that run in CommonJS", async () => {
    const root = writeApp(manifest({ dependencies: { fastify: "5" } }));
    link(root, "starbridge", "fastify");
    const { answer } = await runJson<Started>(root, ["init"]);
    const [first, second] = answer.hosts[0]?.lines ?? [];
    const ask = 'app.inject("/health").then((answer) => console.log(answer.body))';
    writeFileSync(
      join(root, "server.js"),
      `const app = require("fastify")();\n${first}\n${second}\n${ask};`,
    );
    expect((await runNode(root, ["server.js"])).stdout).toBe('{"ok":true}\n');
  });

  it("reads a package.json with a byte order mark, as npm does", async () => {
    const root = writeApp({ "package.json": `\uFEFF${JSON.stringify({ type: "module" })}` });
    const { code } = await runJson<Started>(root, ["init"]);
    expect(code).toBe(0);
    expect(readFileSync(join(root, "src/pages/health.js"), "utf8")).toContain("export const");
  });

  it.each([
    ["src/pages", { "src/pages": "" }, "STARBRIDGE_PAGES_NOT_FOUND src/pages is a file"],
    ["src", { src: "" }, "STARBRIDGE_PAGES_NOT_FOUND src is a file"],
    [
      "package.json",
      { "package.json": "null" },
      /STARBRIDGE_MODULE_FAILED .* it holds no object\./,
    ],
  ])("refuses to go on when %s is not what it should be", async (_, files, message) => {
    const { code, stderr } = await run(writeApp({ ...manifest({}), ...files }), ["init"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  it("names a root that is a file", async () => {
    const root = writeApp(manifest({}));
    const { code, stderr } = await run(root, ["init", "--root", "package.json"]);
    expect(code).toBe(2);
    expect(stderr).toContain("package.json is a file, not a folder.");
  });

  it("names a package.json that is not JSON", async () => {
    const { code, stderr } = await run(writeApp({ "package.json": "{" }), ["init"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error STARBRIDGE_MODULE_FAILED .*package\.json could not be loaded/);
  });
});
