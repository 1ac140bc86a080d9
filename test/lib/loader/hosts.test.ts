// Endpoint files in hosts of all kinds, each a process of its own. Which Node runs them is the suite's affair.
import { describe, expect, it } from "vitest";
import type { Finished } from "./_app.ts";
import { fileLoaderPath, link, runNode, writeApp } from "./_app.ts";

const report = JSON.stringify(new URL("./fixtures/report.cjs", import.meta.url).pathname);
const loader = JSON.stringify(fileLoaderPath);

const esmHost = (ending: string) => `
  import reports from ${report};
  import { sequence } from "starbridge/middleware";
  import { createFileLoader } from ${loader};
  import { service } from "./src/service.${ending}";
  const root = process.cwd();
  reports.report(createFileLoader, root, { sequence, service });
`;
const commonJsHost = (ending: string) => `
  const { report } = require(${report});
  const { sequence } = require("starbridge/middleware");
  const { createFileLoader } = require(${loader});
  const { service } = require("./src/service.${ending}");
  report(createFileLoader, __dirname, { sequence, service });
`;
const esmPages = (ending: string) => ({
  [`src/service.${ending}`]: "export const service = {};",
  [`src/middleware.${ending}`]: `
    import { defineMiddleware } from "astro:middleware";
    export const onRequest = defineMiddleware((context, next) => next());`,
  [`src/pages/page.${ending}`]: `
    ${ending === "ts" ? 'import type { APIRoute } from "astro";' : 'import "astro";'}
    import { sequence } from "astro:middleware";
    import * as entry from "astro/middleware";
    import { service } from "../service.${ending}";
    Object.assign(globalThis, { seen: { virtual: { sequence }, entry, service } });
    export const GET${ending === "ts" ? ": APIRoute" : ""} = () => new Response();`,
  [`src/pages/content.${ending}`]: `
    import { getCollection } from "astro:content";
    export const GET = getCollection;`,
});
const commonJsPages = {
  "src/service.js": "exports.service = {};",
  "src/middleware.js": `
    const { defineMiddleware } = require("astro:middleware");
    exports.onRequest = defineMiddleware((context, next) => next());`,
  "src/pages/page.js": `
    require("astro");
    const virtual = require("astro:middleware");
    const entry = require("astro/middleware");
    const { service } = require("../service.js");
    globalThis.seen = { virtual, entry, service };
    module.exports = Object.assign({}, { GET: () => new Response() });`,
  "src/pages/content.js": 'exports.GET = require("astro:content").getCollection;',
};

const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript);
const packageOf = (type?: string) => ({ "package.json": JSON.stringify({ name: "app", type }) });

/** It ended by itself, said nothing else, and every module was there once. */
function expectOneOfEach({ code, stdout, stderr }: Finished): void {
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout)).toEqual({
    GET: "function",
    sameAsVirtual: true,
    sameAsEntry: true,
    oneService: true,
    middleware: "function",
    unsupported: "STARBRIDGE_ASTRO_MODULE_UNSUPPORTED",
  });
}

function run(host: string, files: Record<string, string>, args: string[] = []): Promise<Finished> {
  const root = writeApp(files);
  link(root, "starbridge", "tsx");
  // What Node says of itself (22.12: require() of an ES module) is not of interest.
  return runNode(root, ["--disable-warning=ExperimentalWarning", ...args, host]);
}

describe("endpoint files that import Astro's modules", () => {
  it("run in an ESM host", async () => {
    const files = { ...packageOf("module"), ...esmPages("js"), "host.js": esmHost("js") };
    expectOneOfEach(await run("host.js", files));
  });

  it("run as CommonJS in a CommonJS host", async () => {
    const files = { ...packageOf("commonjs"), ...commonJsPages, "host.js": commonJsHost("js") };
    expectOneOfEach(await run("host.js", files));
  });

  it("run as ES modules in a CommonJS host", async () => {
    const files = {
      ...packageOf("commonjs"),
      ...esmPages("js"),
      "src/package.json": '{ "type": "module" }',
      "host.js": commonJsHost("js"),
    };
    expectOneOfEach(await run("host.js", files));
  });

  it("run under tsx in an ES module package", async () => {
    const files = { ...packageOf("module"), ...esmPages("ts"), "host.ts": esmHost("ts") };
    expectOneOfEach(await run("host.ts", files, ["--import", "tsx"]));
  });

  it.each([undefined, "commonjs"])(
    "run under tsx in a package of type %s, where they become CommonJS",
    async (type) => {
      const files = { ...packageOf(type), ...esmPages("ts"), "host.ts": commonJsHost("ts") };
      expectOneOfEach(await run("host.ts", files, ["--import", "tsx"]));
    },
  );

  it("run as JavaScript under tsx too", async () => {
    const files = { ...packageOf("commonjs"), ...commonJsPages, "host.js": commonJsHost("js") };
    expectOneOfEach(await run("host.js", files, ["--import", "tsx"]));
  });

  // ts-node and swc-node are of this kind.
  it("run under a loader that hooks into require alone, as one instance with the host's", async () => {
    const files = { ...packageOf(), ...esmPages("ts"), "host.ts": commonJsHost("ts") };
    expectOneOfEach(await run("host.ts", files, ["--require", "tsx/cjs"]));
  });

  it("run as TypeScript where Node strips types, and are refused at start where nobody does", async () => {
    const host = esmHost("ts").replace("./src/service.ts", "./service.js");
    const files = {
      ...packageOf("module"),
      ...esmPages("ts"),
      "service.js": "export const service = {};",
      "src/service.ts": 'export { service } from "../service.js";',
      "host.js": host,
    };
    const finished = await run("host.js", files);
    if (stripsTypes) expectOneOfEach(finished);
    else {
      expect(finished.code).toBe(1);
      expect(finished.stderr).toContain("STARBRIDGE_TYPESCRIPT_UNSUPPORTED");
      expect(finished.stderr).toContain("src/pages/content.ts is TypeScript");
    }
  });

  // Node 22 gives the CommonJS TypeScript that it imports a require() that knows neither ES modules nor hooks.
  it.each([undefined, "commonjs"])(
    "run as CommonJS TypeScript in a package of type %s where Node strips types",
    async (type) => {
      const pages = Object.entries(commonJsPages).map(([file, text]) => {
        const typed = text.replaceAll(".js", ".ts").replace("exports.", "(exports as any).");
        return [file.replace(".js", ".ts"), `import type { APIRoute } from "astro";${typed}`];
      });
      const files = {
        ...packageOf(type),
        ...Object.fromEntries(pages),
        "host.js": commonJsHost("ts").replace("./src/service.ts", stripsTypes ? "$&" : "./own.js"),
        "own.js": "exports.service = {};",
      };
      const finished = await run("host.js", files);
      if (stripsTypes) expectOneOfEach(finished);
      else expect(finished.stderr).toContain("STARBRIDGE_TYPESCRIPT_UNSUPPORTED");
    },
  );

  it("are not run to find out whether TypeScript runs", async () => {
    const files = {
      ...packageOf("module"),
      "src/pages/page.ts": "process.stdout.write('ran');",
      "host.js": `
        import { createFileLoader } from ${loader};
        const loaded = createFileLoader({ root: process.cwd() }).load();
        await loaded.then(() => "fine", (error) => error.code).then(console.log);`,
    };
    const plain = await run("host.js", files);
    expect(plain.stdout.trim()).toBe(stripsTypes ? "fine" : "STARBRIDGE_TYPESCRIPT_UNSUPPORTED");
    // This loader hooks into import() alone: nothing of it can be seen from outside.
    const hooked = await run("host.js", files, ["--import", "tsx/esm"]);
    expect(hooked.stdout.trim()).toBe("fine");
  });
});
