// Pages that import what the host has loaded, in hosts of all kinds, each a process of its own. Which Node runs them is
// the suite's affair.
import { describe, expect, it } from "vitest";
import type { Finished } from "../lib/loader/_app.ts";
import { link, runNode, writeApp } from "../lib/loader/_app.ts";

const report = JSON.stringify(new URL("./fixtures/report.cjs", import.meta.url).pathname);
const pool = "globalThis.opened = (globalThis.opened ?? 0) + 1;";

const esmHost = (ending: string, options = "{}") => `
  import reports from ${report};
  import { createApp } from "starbridge";
  import { sequence } from "starbridge/middleware";
  import { service } from "./src/service.${ending}";
  reports.report(createApp, process.cwd(), { sequence, service, ending: "${ending}" }, ${options});
`;
const commonJsHost = (ending: string, pages = ending) => `
  const { report } = require(${report});
  const { createApp } = require("starbridge");
  const { sequence } = require("starbridge/middleware");
  const { service } = require("./src/service.${ending}");
  report(createApp, __dirname, { sequence, service, ending: "${pages}" });
`;
const esmService = `${pool} export const service = {};`;
const esmPages = (ending: string, service = ending) => ({
  [`src/middleware.${ending}`]: `
    import { defineMiddleware } from "astro:middleware";
    export const onRequest = defineMiddleware((context, next) => next());`,
  [`src/pages/page.${ending}`]: `
    ${ending === "ts" ? 'import type { APIRoute } from "astro";' : 'import "astro";'}
    import { sequence } from "astro:middleware";
    import * as entry from "astro/middleware";
    import { service } from "../service.${service}";
    const version = Math.random();
    Object.assign(globalThis, { seen: { virtual: { sequence }, entry, service } });
    export const GET${ending === "ts" ? ": APIRoute" : ""} = () => new Response(String(version));`,
  [`src/pages/content.${ending}`]: `
    import { getCollection } from "astro:content";
    export const GET = getCollection;`,
});
const commonJsPages = {
  "src/service.js": `${pool} exports.service = {};`,
  "src/middleware.js": `
    const { defineMiddleware } = require("astro:middleware");
    exports.onRequest = defineMiddleware((context, next) => next());`,
  "src/pages/page.js": `
    require("astro");
    const virtual = require("astro:middleware");
    const entry = require("astro/middleware");
    const { service } = require("../service.js");
    const version = Math.random();
    globalThis.seen = { virtual, entry, service };
    module.exports = Object.assign({}, { GET: () => new Response(String(version)) });`,
  "src/pages/content.js": 'exports.GET = require("astro:content").getCollection;',
};
const packageOf = (type?: string) => ({ "package.json": JSON.stringify({ name: "app", type }) });

async function run(host: string, files: Record<string, string>, args: string[] = []) {
  const root = writeApp(files);
  link(root, "starbridge", "tsx");
  // What Node says of itself (22.12: require() of an ES module) is not of interest.
  return runNode(root, ["--disable-warning=ExperimentalWarning", ...args, host]);
}

/** It ended by itself, said nothing else, and every module was there once, after a reload too. */
function expectOneOfEach({ code, stdout, stderr }: Finished): void {
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const seen = { status: 200, sameAsVirtual: true, sameAsEntry: true, oneService: true };
  const { warnings, ...answer } = JSON.parse(stdout);
  expect(answer).toEqual({ seen, seenAgain: seen, content: 500, opened: 1 });
  expect(new Set(warnings.map((text: string) => text.slice(0, 60)))).toHaveLength(1);
  expect(warnings[0]).toContain('imports "astro:content"');
}

describe("a page in development shares the host's modules", () => {
  it("in an ESM host", async () => {
    const files = { ...packageOf("module"), ...esmPages("js"), "src/service.js": esmService };
    expectOneOfEach(await run("host.js", { ...files, "host.js": esmHost("js") }));
  });

  it("in a CommonJS host whose pages are CommonJS", async () => {
    const files = { ...packageOf("commonjs"), ...commonJsPages };
    expectOneOfEach(await run("host.js", { ...files, "host.js": commonJsHost("js") }));
  });

  it("in a CommonJS host whose pages are ES modules", async () => {
    const files = {
      ...packageOf(),
      ...esmPages("ts", "js"),
      "src/service.js": commonJsPages["src/service.js"],
      "host.js": commonJsHost("js", "ts"),
    };
    expectOneOfEach(await run("host.js", files));
  });

  it("under tsx in an ES module package", async () => {
    const files = { ...packageOf("module"), ...esmPages("ts"), "src/service.ts": esmService };
    expectOneOfEach(
      await run("host.ts", { ...files, "host.ts": esmHost("ts") }, ["--import", "tsx"]),
    );
  });

  it.each([undefined, "commonjs"])("under tsx in a package of type %s", async (type) => {
    const files = { ...packageOf(type), ...esmPages("ts"), "src/service.ts": esmService };
    const host = { "host.ts": commonJsHost("ts") };
    expectOneOfEach(await run("host.ts", { ...files, ...host }, ["--import", "tsx"]));
  });

  // ts-node and swc-node are of this kind.
  it("under a loader that hooks into require alone", async () => {
    const files = { ...packageOf(), ...esmPages("ts"), "src/service.ts": esmService };
    const host = { "host.ts": commonJsHost("ts") };
    expectOneOfEach(await run("host.ts", { ...files, ...host }, ["--require", "tsx/cjs"]));
  });

  it("where Node strips types", async () => {
    const files = { ...packageOf("module"), ...esmPages("ts"), "src/service.ts": esmService };
    const finished = await run("host.ts", { ...files, "host.ts": esmHost("ts") });
    if ((process.features as { typescript?: unknown }).typescript) expectOneOfEach(finished);
    else expect(finished.stderr).toContain("ERR_UNKNOWN_FILE_EXTENSION");
  });

  it("in a host that was compiled into another folder", async () => {
    const host = esmHost("js").replace("./src/", "./out/").replace('ending: "js"', 'ending: "ts"');
    const files = {
      ...packageOf("module"),
      ...esmPages("ts"),
      "tsconfig.json": '{ "compilerOptions": { "rootDir": "src", "outDir": "out" } }',
      "src/service.ts": esmService,
      "out/service.js": esmService,
      "host.js": host,
    };
    expectOneOfEach(await run("host.js", files));
  });
});
