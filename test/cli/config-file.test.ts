import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { mergeOptions } from "../../lib/config-file.ts";
import type { BridgeOptions } from "../../lib/types.ts";
import { runNode } from "../lib/loader/_app.ts";
import { commonJs, esm, install, link, run, runJson, withoutTypeScript, writeApp } from "./_cli.ts";

const typed = `
import { defineConfig } from "starbridge";
import { rule } from "./rule.ts";
export default defineConfig({ trailingSlash: rule as "never" });
`;
const page = { "src/pages/a.js": "exports.GET = () => {};" };
const repository = fileURLToPath(new URL("../../", import.meta.url));

interface Loaded {
  options?: BridgeOptions;
  code?: string;
  message?: string;
}

/** What `loadConfigFile` gives in a process of its own: a config is imported once in each. */
async function load(root: string, flags: string[] = []): Promise<Loaded> {
  const installed = join(root, "node_modules/starbridge");
  const built = join(existsSync(installed) ? installed : repository, "dist/lib/config-file.js");
  const script = `
    const { loadConfigFile } = await import(${JSON.stringify(pathToFileURL(built).href)});
    const loaded = await loadConfigFile(process.cwd()).then(
      (options) => ({ options }),
      ({ code, message }) => ({ code, message }),
    );
    if (process.env.NODE_ENV !== undefined) throw new Error("NODE_ENV was set.");
    console.log(JSON.stringify(loaded));`;
  // A script of --eval would have `module` as a global.
  writeFileSync(join(root, "load.mjs"), script);
  const { stdout, stderr } = await runNode(root, [...flags, "load.mjs"]);
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Loaded;
}

describe("the config file", () => {
  it.each([
    ["an ES module", "starbridge.config.js", "module", "export default { warmup: 'idle' };"],
    [
      "a CommonJS module",
      "starbridge.config.js",
      "commonjs",
      "module.exports = { warmup: 'idle' };",
    ],
    [
      "compiled to CommonJS",
      "starbridge.config.js",
      "commonjs",
      "exports.default = { warmup: 'idle' };",
    ],
    [".mjs", "starbridge.config.mjs", "commonjs", "export default { warmup: 'idle' };"],
  ])("may be %s", async (_, file, type, text) => {
    const root = writeApp({ "package.json": JSON.stringify({ type }), [file]: text });
    expect(await load(root)).toEqual({ options: { warmup: "idle" } });
  });

  it("may be absent", async () => {
    expect(await load(writeApp(esm))).toEqual({});
  });

  it("may be TypeScript where vite is installed, whatever Node runs", async () => {
    const files = {
      ...esm,
      "starbridge.config.ts": typed,
      "rule.ts": "export const rule: string = 'never';",
    };
    const root = writeApp(files);
    link(root, "starbridge", "vite");
    expect(await load(root, withoutTypeScript)).toEqual({ options: { trailingSlash: "never" } });
  });

  // Node 22 gives the CommonJS TypeScript that it imports a require() that fails on most ES modules.
  it("may be CommonJS TypeScript that requires the package and imports types of it", async () => {
    const text = `
      import type { BridgeOptions } from "starbridge";
      const { defineConfig } = require("starbridge");
      module.exports = defineConfig({ trailingSlash: "never" } satisfies BridgeOptions);`;
    const root = writeApp({ ...esm, "starbridge.config.cts": text });
    link(root, "starbridge");
    const loaded = { options: { trailingSlash: "never" } };
    expect(await load(root, withoutTypeScript)).toEqual(loaded);
    expect(await load(root)).toEqual(loaded);
  });

  it("is refused as TypeScript where neither Node nor vite runs it", async () => {
    const root = writeApp({ ...esm, "starbridge.config.ts": "export default {};" });
    install(root);
    expect(await load(root, withoutTypeScript)).toMatchObject({
      code: "STARBRIDGE_TYPESCRIPT_UNSUPPORTED",
      message: "starbridge.config.ts is TypeScript, and this process does not run TypeScript.",
    });
  });

  const esSyntax = `import { defineConfig } from "starbridge";
    export default defineConfig({ warmup: "idle" });`;
  const esTyped = esSyntax.replace("})", "} as const)");
  const cjsSyntax = "const warmup = 'idle'; module.exports = { warmup };";
  const cjsTyped = cjsSyntax.replace("warmup", "warmup: string");
  const kinds = ['{ "type": "commonjs" }', '{ "type": "module" }', "{}"];
  const sources: [string, string, string][] = [
    ["import and export", "ts", esTyped],
    ["import and export", "mts", esTyped],
    ["import and export", "cts", esTyped],
    ["import and export", "js", esSyntax],
    ["import and export", "mjs", esSyntax],
    ["import and export", "cjs", esSyntax],
    ["module.exports", "ts", cjsTyped],
    ["module.exports", "mts", cjsTyped],
    ["module.exports", "cts", cjsTyped],
    ["module.exports", "js", cjsSyntax],
    ["module.exports", "mjs", cjsSyntax],
    ["module.exports", "cjs", cjsSyntax],
  ];

  it.each(sources)("with %s may be .%s in every package where vite is", async (_, end, text) => {
    const file = { [`starbridge.config.${end}`]: text };
    const roots = kinds.map((kind) => writeApp({ "package.json": kind, ...file }));
    for (const root of roots) {
      link(root, "starbridge", "vite");
      expect(await load(root)).toEqual({ options: { warmup: "idle" } });
    }
  });

  it("may be TypeScript of every kind for a Node that does not run it, where vite is", async () => {
    const typed = sources.filter(([, end]) => end.endsWith("ts"));
    for (const [, end, text] of typed) {
      const root = writeApp({ ...commonJs, [`starbridge.config.${end}`]: text });
      link(root, "starbridge", "vite");
      expect(await load(root, withoutTypeScript)).toEqual({ options: { warmup: "idle" } });
    }
  });

  const site = "https://x.test";
  const rule = { "rule.ts": "export const rule: string = 'idle';" };
  const ruled = "export default { warmup: rule };";
  const imports: [string, Record<string, string>][] = [
    [
      "a file without its ending",
      { ...rule, "starbridge.config.ts": `import { rule } from "./rule"; ${ruled}` },
    ],
    [
      "TypeScript under the ending of what becomes of it",
      { ...rule, "starbridge.config.ts": `import { rule } from "./rule.js"; ${ruled}` },
    ],
    [
      "TypeScript into JavaScript",
      { ...rule, "starbridge.config.js": `import { rule } from "./rule.ts"; ${ruled}` },
    ],
    [
      "a folder",
      {
        "rules/index.ts": rule["rule.ts"],
        "starbridge.config.ts": `import { rule } from "./rules"; ${ruled}`,
      },
    ],
    [
      "JSON",
      {
        "options.json": '{ "warmup": "idle" }',
        "starbridge.config.ts": 'import options from "./options.json"; export default options;',
      },
    ],
  ];

  it.each(imports)("may import %s on every Node where vite is", async (_, files) => {
    const root = writeApp({ ...esm, ...files });
    link(root, "starbridge", "vite");
    for (const flags of [[], withoutTypeScript]) {
      expect(await load(root, flags)).toEqual({ options: { warmup: "idle" } });
    }
  });

  it.each([
    ["import x = require()", 'import sb = require("starbridge"); module.exports = sb.defineConfig'],
    ["export =", 'import { defineConfig } from "starbridge"; export = defineConfig'],
    ["both", 'import sb = require("starbridge"); export = sb.defineConfig'],
    ["its export default", 'import sb = require("starbridge"); export default sb.defineConfig'],
    ["require()", 'const { defineConfig } = require("starbridge"); module.exports = defineConfig'],
  ])("may be TypeScript's own CommonJS, with %s, where vite is", async (_, text) => {
    for (const kind of kinds) {
      const file = { "starbridge.config.cts": `${text}({ site: "${site}" as string });` };
      const root = writeApp({ "package.json": kind, ...file });
      link(root, "starbridge", "vite");
      for (const flags of [[], withoutTypeScript]) {
        expect(await load(root, flags)).toEqual({ options: { site } });
      }
    }
  });

  it("has the host's own instance of what it imports", async () => {
    const root = writeApp({
      ...esm,
      "db.js":
        "globalThis.loads = (globalThis.loads ?? 0) + 1; export const { loads } = globalThis;",
      "limit.ts": 'export { loads as limit } from "./db";',
      "starbridge.config.ts": `import { limit } from "./limit";
        export default { security: { bodySizeLimit: limit + (globalThis as any).loads } };`,
    });
    link(root, "vite");
    for (const flags of [[], withoutTypeScript]) {
      const loaded = await load(root, [...flags, "--import", "./db.js"]);
      expect(loaded).toEqual({ options: { security: { bodySizeLimit: 2 } } });
    }
  });

  it("may import a middleware that imports Astro's modules", async () => {
    const chain = `import { defineMiddleware } from "astro:middleware";
      export const onRequest = defineMiddleware((context, next) => next());`;
    const text = (end: string) => `import { onRequest } from "./chain.${end}";
      export default { middleware: onRequest, site: "${site}" };`;
    const plain = writeApp({ ...esm, "chain.js": chain, "starbridge.config.js": text("js") });
    install(plain);
    expect(await load(plain)).toEqual({ options: { site } });
    const typed = writeApp({ ...esm, "chain.ts": chain, "starbridge.config.ts": text("ts") });
    link(typed, "vite");
    for (const flags of [[], withoutTypeScript]) {
      expect(await load(typed, flags)).toEqual({ options: { site } });
    }
  });

  it.each([
    ["ends the process", "process.exit(0);"],
    ["never settles", "await new Promise(() => {});"],
  ])("is named by every command when it %s", async (_, text) => {
    const root = writeApp({ ...page, "starbridge.config.mjs": text });
    for (const command of ["routes", "check", "types", "build", "init"]) {
      const { code, stderr } = await run(root, [command]);
      expect(code).toBe(1);
      expect(stderr).toContain(
        "error ended The process ended while reading starbridge.config.mjs (exit code ",
      );
    }
  });

  it("may be in a folder whose name means something in a URL", async () => {
    const files = {
      "a#b/c?d/package.json": '{ "type": "commonjs" }',
      "a#b/c?d/starbridge.config.ts": typed,
      "a#b/c?d/rule.ts": "export const rule: string = 'never';",
    };
    const root = join(writeApp(files), "a#b/c?d");
    link(root, "starbridge", "vite");
    const loaded = { options: { trailingSlash: "never" } };
    expect(await load(root, withoutTypeScript)).toEqual(loaded);
    expect(await load(root)).toEqual(loaded);
  });

  it("names the endings that are ES modules where only vite could help", async () => {
    const root = writeApp({ ...commonJs, "starbridge.config.js": esSyntax });
    install(root);
    const { code, stderr } = await run(root, ["routes"]);
    expect(code).toBe(1);
    expect(stderr).toContain("Cannot use import statement outside a module");
    expect(stderr).toMatch(/starbridge\.config\.js:1\)/);
    expect(stderr).toContain("in a file that ends in .mts or .mjs");
  });

  /** The first place in a config that the stack of an error names, when it loads and when its function is called. */
  async function placesIn(root: string, flags: string[]): Promise<(string | undefined)[]> {
    const built = pathToFileURL(join(repository, "dist/lib/config-file.js")).href;
    const script = `
      const { loadConfigFile } = await import(${JSON.stringify(built)});
      const caught = async (run) => { try { return await run(); } catch (error) { return error; } };
      const loaded = await caught(() => loadConfigFile(process.cwd()));
      const error = loaded instanceof Error ? loaded.cause : await caught(() => loaded.locals());
      console.log(JSON.stringify(error.stack.match(/starbridge\\.config\\.\\w+:\\d+/g)));`;
    writeFileSync(join(root, "places.mjs"), script);
    const { stdout, stderr } = await runNode(root, [...flags, "places.mjs"]);
    if (stdout === "") throw new Error(stderr);
    return JSON.parse(stdout) as string[];
  }

  // Types that go, and an import that moves: what runs has other lines than the source.
  const placed = (last: string) => `import { join } from "node:path";
interface Unused {
  readonly a: string;
}
import { rule } from "./rule";
/* a comment
   of two lines */

${last}`;
  it.each([
    ["a throw", "throw new Error(join(rule, 'x'));", 9],
    [
      "a function at request time",
      "export default {\n  locals() {\n    throw new Error(join(rule, 'x'));\n  },\n};",
      11,
    ],
    [
      "a function beside CommonJS",
      "const folder = __dirname;\nexport default {\n  locals: () => { throw new Error(join(rule, folder)); },\n};",
      11,
    ],
  ])(
    "names the line of the source in the stack of %s when vite reads it",
    async (_, last, line) => {
      const root = writeApp({ ...esm, ...rule, "starbridge.config.ts": placed(last) });
      link(root, "vite");
      for (const flags of [[], withoutTypeScript]) {
        expect((await placesIn(root, flags))[0]).toBe(`starbridge.config.ts:${line}`);
      }
      const mjs = placed(last).replace(/interface[^}]*\}/, "\n\n");
      const plain = writeApp({ ...esm, ...rule, "starbridge.config.mjs": mjs });
      link(plain, "vite");
      expect((await placesIn(plain, []))[0]).toBe(`starbridge.config.mjs:${line}`);
    },
  );

  it("is not run twice when it fails while it runs", async () => {
    const root = writeApp({
      ...esm,
      "starbridge.config.js": "process.stderr.write('ran '); export default JSON.parse('{');",
    });
    link(root, "vite");
    expect((await run(root, ["routes"])).stderr.match(/ran /g)).toHaveLength(1);
  });

  const ran = "process.stderr.write('ran ');";
  const mixed: [string, Record<string, string>][] = [
    ["uses __dirname", { "starbridge.config.js": `${ran} export default { root: __dirname };` }],
    [
      "is CommonJS in a package of ES modules",
      { "starbridge.config.js": `${ran} module.exports = {};` },
    ],
    [
      "requires what it needs in an .mjs file",
      {
        "package.json": "{}",
        "starbridge.config.mjs": `${ran} const { join } = require("node:path"); export default { root: join(".") };`,
      },
    ],
    [
      "imports a file that uses __dirname",
      {
        "db.js": `${ran} export const folder = __dirname;`,
        "starbridge.config.js": "import './db.js'; export default {};",
      },
    ],
    [
      "declares __dirname for TypeScript alone",
      {
        "starbridge.config.ts": `declare const __dirname: string; ${ran} export default { root: __dirname };`,
      },
    ],
    [
      "imports a file without its ending, which imports one that uses __filename",
      {
        "db.js": `${ran} export const { length } = __filename;`,
        "deep.js": "export { length } from './db.js';",
        "starbridge.config.js": "import './deep'; export default {};",
      },
    ],
  ];

  it.each(mixed)("is not run twice when it %s, and vite reads it", async (_, files) => {
    const root = writeApp({ ...esm, ...page, ...files });
    link(root, "vite");
    const { stderr } = await run(root, ["routes"]);
    expect(stderr).toBe("ran ");
  });

  it.each([
    [
      "has names of CommonJS by itself",
      "const __dirname = import.meta.dirname; const [{ require }] = [{ require: 1 }]; __dirname + require;",
    ],
    ["asks whether it is CommonJS", "if (typeof module !== 'undefined') module.exports = {};"],
    [
      "uses those names for something else",
      "const a = { module: 1 }; a.module; class B { exports() {} } // require",
    ],
  ])("is left to Node when it %s", async (_, text) => {
    const root = writeApp({
      ...esm,
      "starbridge.config.js": `${text}\nthrow new Error(new Error().stack.includes("file:") ? "by Node" : "by Vite");`,
    });
    link(root, "vite");
    expect((await load(root)).message).toContain("by Node");
  });

  it("is refused as JSON, and with every other ending that is not read", async () => {
    const root = writeApp({ ...page, "starbridge.config.json": "{}", "options.txt": "" });
    const endings = "only files that end in .ts, .mts, .cts, .js, .mjs, .cjs are read.";
    expect(await load(root)).toEqual({
      code: "STARBRIDGE_CONFIG_FILE_INVALID",
      message: `The config file starbridge.config.json cannot be used: ${endings}`,
    });
    expect((await run(root, ["routes"])).stderr).toContain(endings);
    expect((await run(root, ["routes", "--config", "options.txt"])).stderr).toContain(
      `The config file options.txt cannot be used: ${endings}`,
    );
    // It may hold what another one reads.
    writeFileSync(join(root, "starbridge.config.mjs"), "export default {};");
    expect(await load(root)).toEqual({ options: {} });
  });

  it("is refused when there are two", async () => {
    const root = writeApp({
      ...page,
      "starbridge.config.mjs": "export default {};",
      "starbridge.config.cts": "module.exports = {};",
    });
    expect(await load(root)).toEqual({
      code: "STARBRIDGE_CONFIG_FILE_AMBIGUOUS",
      message: `There is more than one config file in ${root}: starbridge.config.cts, starbridge.config.mjs.`,
    });
    expect((await run(root, ["routes", "--config", "starbridge.config.mjs"])).code).toBe(0);
  });

  it.each([
    ["an ES module", "starbridge.config.mjs", "export default Promise.resolve({ root: 'app' });"],
    ["CommonJS", "starbridge.config.cjs", "module.exports = Promise.resolve({ root: 'app' });"],
  ])("may give a promise as %s", async (_, file, text) => {
    const root = writeApp({ [file]: text });
    expect(await load(root)).toEqual({ options: { root: `${root}/app` } });
  });

  it.each([
    ["ts", "export default {\n  site: = 1,\n};", 2],
    ["mjs", "export default {\n\n  site: = 1,\n};", 3],
    ["cjs", "module.exports = {\n  site: = 1,\n};", 2],
  ])(
    "with broken syntax as .%s is told of with its line and without colours",
    async (end, text, line) => {
      const root = writeApp({ ...page, [`starbridge.config.${end}`]: text });
      link(root, "vite");
      for (const flags of [[], withoutTypeScript]) {
        const { stderr } = await run(root, ["routes"], { flags, env: { FORCE_COLOR: "0" } });
        expect(stderr).toMatch(/SyntaxError: \S.* \(.*starbridge\.config\.\w+:\d+(?::\d+)?\)\.$/m);
        expect(stderr).toContain(`starbridge.config.${end}:${line}`);
        expect(stderr).not.toContain("\u001b");
      }
    },
  );

  it("has a root that is relative to the file", async () => {
    const root = writeApp({ ...esm, "starbridge.config.js": "export default { root: 'app' };" });
    expect(await load(root)).toEqual({ options: { root: `${root}/app` } });
  });

  it.each([
    [
      "an unknown key, with the nearest right one",
      "export default { trailingSlashes: 'never' };",
      "STARBRIDGE_UNKNOWN_OPTION",
      /^starbridge\.config\.mjs: There is no option "trailingSlashes"; did you mean "trailingSlash"\?/,
    ],
    [
      "an unknown key inside of a key",
      "export default { security: { checkOrigins: true } };",
      "STARBRIDGE_UNKNOWN_OPTION",
      /did you mean "security\.checkOrigin"\?/,
    ],
    [
      "a wrong value",
      "export default { trailingSlash: 'maybe' };",
      "STARBRIDGE_INVALID_OPTION",
      /^starbridge\.config\.mjs: The option "trailingSlash" must be "always" or "never" or "ignore", but it is "maybe"\.$/,
    ],
    [
      "a file without a default export",
      "export const site = 'https://x.test';",
      "STARBRIDGE_CONFIG_FILE_INVALID",
      /^The config file starbridge\.config\.mjs cannot be used: it has no default export \(it exports site\)\.$/,
    ],
    [
      "a function",
      "export default () => ({});",
      "STARBRIDGE_CONFIG_FILE_INVALID",
      /starbridge\.config\.mjs cannot be used: its default export is a function instead of an object with options\.$/,
    ],
    [
      "what is no plain object",
      "export default new Map();",
      "STARBRIDGE_CONFIG_FILE_INVALID",
      /its default export is an instance of Map instead of an object with options\.$/,
    ],
    [
      "a promise that is rejected",
      "export default Promise.reject(new Error('no database'));",
      "STARBRIDGE_CONFIG_FILE_INVALID",
      /^The config file starbridge\.config\.mjs cannot be used: Error: no database/,
    ],
    [
      "a file that throws",
      "throw new Error('no database');",
      "STARBRIDGE_CONFIG_FILE_INVALID",
      /^The config file starbridge\.config\.mjs cannot be used: Error: no database/,
    ],
    [
      "broken syntax",
      "export default {",
      "STARBRIDGE_CONFIG_FILE_INVALID",
      /^The config file starbridge\.config\.mjs cannot be used: SyntaxError: /,
    ],
    [
      "an import of a file that does not exist",
      "import './nowhere.js'; export default {};",
      "STARBRIDGE_CONFIG_FILE_INVALID",
      /^The config file starbridge\.config\.mjs cannot be used: Error.*: Cannot find module .*nowhere\.js/,
    ],
  ])("is refused with %s", async (_, text, code, message) => {
    const root = writeApp({ ...page, "starbridge.config.mjs": text });
    expect(await load(root)).toEqual({ code, message: expect.stringMatching(message) });
    const { code: exitCode, stderr } = await run(root, ["routes"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`error ${code} `);
  });

  it("is read by the command line through vite as well", async () => {
    const files = {
      ...page,
      "starbridge.config.ts": "export default { methodMismatch: '406' as string };",
    };
    const root = writeApp(files);
    link(root, "vite");
    const { code, answer } = await runJson<{ error: { code: string } }>(root, ["routes"], {
      flags: withoutTypeScript,
    });
    expect({ code, error: answer.error.code }).toEqual({
      code: 1,
      error: "STARBRIDGE_INVALID_OPTION",
    });
  });
});

describe("options in code", () => {
  it("win over those of the file, each setting of security by itself", () => {
    const file: BridgeOptions = {
      site: "https://a.test",
      warmup: "idle",
      security: { checkOrigin: false, bodySizeLimit: 1 },
    };
    expect(mergeOptions(file, { warmup: "eager", security: { bodySizeLimit: 2 } })).toEqual({
      site: "https://a.test",
      warmup: "eager",
      security: { checkOrigin: false, bodySizeLimit: 2 },
    });
  });

  it("hide nothing of the file where they are undefined", () => {
    const file: BridgeOptions = { dev: false, security: { checkOrigin: false } };
    expect(mergeOptions(file, { dev: undefined, security: { checkOrigin: undefined } })).toEqual(
      file,
    );
    expect(mergeOptions(file, { security: undefined })).toEqual(file);
    expect(mergeOptions(undefined, { dev: true })).toEqual({ dev: true });
  });
});
