import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { mergeOptions } from "../../lib/config-file.ts";
import type { BridgeOptions } from "../../lib/types.ts";
import { runNode } from "../lib/loader/_app.ts";
import { esm, install, link, run, runJson, withoutTypeScript, writeApp } from "./_cli.ts";

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
  const { stdout, stderr } = await runNode(root, [...flags, "--input-type=module", "-e", script]);
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

  it("is refused as TypeScript where neither Node nor vite runs it", async () => {
    const root = writeApp({ ...esm, "starbridge.config.ts": "export default {};" });
    install(root);
    expect(await load(root, withoutTypeScript)).toMatchObject({
      code: "STARBRIDGE_TYPESCRIPT_UNSUPPORTED",
      message: "starbridge.config.ts is TypeScript, and this process does not run TypeScript.",
    });
  });

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
