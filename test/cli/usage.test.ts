import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { version } from "../../lib/version.ts";
import { bin, esm, link, run, runFromGone, runJson, writeApp } from "./_cli.ts";

interface Failed {
  error: { code: string; message: string; hint: string };
}

const page = { ...esm, "src/pages/a.js": "export const GET = () => new Response();" };

describe("the command line", () => {
  it("shows its help on stdout when it is asked for, with the exit codes", async () => {
    const { code, stdout, stderr } = await run(writeApp({}), ["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const name of ["build", "routes", "check", "types", "init"])
      expect(stdout).toContain(name);
    expect(stdout).toContain("0 fine, 1 problems found, 2 wrong usage, 3 internal error");
  });

  it.each(["-v", "-V", "--version"])("shows its version for %s", async (flag) => {
    expect(await run(writeApp({}), [flag])).toEqual({
      code: 0,
      stdout: `${version}\n`,
      stderr: "",
    });
  });

  it("shows the help of a command, with the options of all commands", async () => {
    const asked = await run(writeApp({}), ["help", "check"]);
    expect(asked).toMatchObject({ code: 0, stderr: "" });
    for (const name of ["check", "--strict", "--root", "--json"])
      expect(asked.stdout).toContain(name);
    expect(await run(writeApp({}), ["check", "--help"])).toEqual(asked);
  });

  it.each([["--help"], ["help"], ["build", "--help"], ["help", "build"]])(
    "prints the help as JSON when JSON is asked for: %s %s",
    async (...args) => {
      const given = args.filter((arg) => arg !== undefined);
      const { code, answer, stderr } = await runJson<{ help: string }>(writeApp({}), given);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(answer.help).toMatch(/^Usage: starbridge/);
    },
  );

  it("prints the version as JSON when JSON is asked for", async () => {
    expect(await runJson(writeApp({}), ["--version"])).toEqual({
      code: 0,
      answer: { version },
      stderr: "",
    });
  });

  it("takes the options of all commands before the command as well", async () => {
    const { code, stdout, stderr } = await run(writeApp(page), ["--root", ".", "--json", "routes"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ routes: [{ pattern: "/a" }] });
  });

  it("shows its help on stderr and ends with 2 when no command is given", async () => {
    const { code, stdout, stderr } = await run(writeApp({}), []);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("Usage: starbridge");
  });

  it.each([
    ["a command", ["rutes"], "Unknown command 'rutes' (Did you mean routes?)"],
    ["a command to help with", ["help", "biuld"], "Unknown command 'biuld' (Did you mean build?)"],
    ["an option", ["routes", "--jsno"], "Unknown option '--jsno' (Did you mean --json?)"],
    ["an argument too many", ["routes", "x"], "Expected 0 arguments but got 1.\n"],
    ["a limit that is no number", ["check", "--timeout", "long"], 'and not "long".'],
    ["an option without its value", ["routes", "--root"], "'--root <folder>' argument missing."],
  ])("ends with 2 for %s that it does not know", async (_, args, message) => {
    const { code, stdout, stderr } = await run(writeApp(page), args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("error usage ");
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/\n {2}[A-Z].+\.\n$/);
  });

  it("prints wrong usage as JSON when JSON is asked for", async () => {
    const { code, answer, stderr } = await runJson<Failed>(writeApp(page), ["routes", "--rot"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    expect(answer.error).toEqual({
      code: "usage",
      message: "Unknown option '--rot' (Did you mean --root?)",
      hint: "See starbridge --help.",
    });
    const none = await runJson<Failed>(writeApp(page), []);
    expect({ code: none.code, stderr: none.stderr }).toEqual({ code: 2, stderr: "" });
    expect(none.answer.error.message).toBe("No command was given.");
  });

  it("takes the working directory for the root, or --root, wherever --config lies", async () => {
    const inner = Object.fromEntries(
      Object.entries(page).map(([name, text]) => [`inner/${name}`, text]),
    );
    const root = writeApp({
      ...page,
      ...inner,
      "options/a.mjs": "export default { site: 'https://x.test' };",
      "options/b.mjs": "export default { root: '../inner' };",
    });
    const rootOf = async (...args: string[]) =>
      (await runJson<{ root: string }>(root, ["routes", ...args])).answer.root;
    expect(await rootOf("--config", "options/a.mjs")).toBe(root);
    expect(await rootOf("--config", "options/a.mjs", "--root", "inner")).toBe(join(root, "inner"));
    expect(await rootOf("--config", "options/b.mjs")).toBe(join(root, "inner"));
    expect(await rootOf("--config", "options/b.mjs", "--root", ".")).toBe(root);
  });

  it("says the same of every command where the folder of endpoint files is a file", async () => {
    const root = writeApp({ "src/pages": "" });
    link(root, "starbridge", "vite");
    for (const command of ["routes", "check", "types", "build"]) {
      const { code, stdout, stderr } = await run(root, [command]);
      expect(code).toBe(1);
      expect(stdout + stderr).toContain(
        "error STARBRIDGE_PAGES_NOT_FOUND src/pages is a file, where the folder of endpoint files should be.\n",
      );
    }
  });

  it("ends with 2 when the file of --config does not exist", async () => {
    const args = ["routes", "--config", "other.mjs"];
    const { code, answer } = await runJson<Failed>(writeApp(page), args);
    expect(code).toBe(2);
    expect(answer.error.message).toBe("The config file other.mjs does not exist.");
  });

  it.each([
    ["does not exist", "--root=nowhere", "The folder nowhere does not exist."],
    ["is a file", "--root=package.json", "package.json is a file, not a folder."],
    ["is empty", "--root=", "--root names no folder."],
  ])("ends with 2 when the folder of --root %s", async (_, flag, message) => {
    const { code, answer, stderr } = await runJson<Failed>(writeApp(page), ["types", flag]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    expect(answer.error).toMatchObject({ code: "usage", message });
  });

  it.each([
    ["a file in place of a folder", ["types"], { ".starbridge": "" }, ".starbridge"],
    [
      "a folder of the build that is a file",
      ["build"],
      { "starbridge.config.mjs": "export default { build: 'package.json' };" },
      "package.json",
    ],
  ])("ends with 1 and names the path for %s", async (_, args, files, path) => {
    const root = writeApp({ ...page, ...files });
    link(root, "starbridge", "vite");
    const { code, answer, stderr } = await runJson<Failed>(root, args);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(Object.keys(answer.error)).toEqual(["code", "message", "hint"]);
    expect(answer.error.code).toBe("environment");
    expect(answer.error.message).toContain(join(root, path));
    expect(answer.error.message).toMatch(/ cannot be made: .+ \(E[A-Z]+\)\.$/);
  });

  it("ends with 1 where the working directory is gone", () => {
    const gone = join(writeApp(page), "gone");
    mkdirSync(gone);
    expect(runFromGone(gone, ["routes"])).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "error environment The working directory does not exist any more.\n  Change to a folder that exists.\n",
    });
  });

  it.each([[["routes"]], [["routes", "--json"]], [["--help"]]])(
    "ends with 1 when the answer of %j cannot be written",
    (args) => {
      const root = writeApp(page);
      const stdout = openSync(join(root, "package.json"), "r");
      const { status, stderr } = spawnSync(process.execPath, [bin, ...args], {
        cwd: root,
        stdio: ["ignore", stdout, "pipe"],
        encoding: "utf8",
      });
      closeSync(stdout);
      expect(status).toBe(1);
      expect(stderr).toMatch(/^error environment The answer cannot be written: .+ \(EBADF\)\.\n/);
    },
  );

  it("prints a coded error as code, sentence and hint, and ends with 1", async () => {
    const { code, stdout, stderr } = await run(writeApp(esm), ["routes"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      "error STARBRIDGE_PAGES_NOT_FOUND The folder of endpoint files src/pages does not exist.\n" +
        "  Create the folder, or set `root` to the folder that holds src/pages, or set `pages`.\n",
    );
  });

  it("prints a coded error as JSON, and nothing else", async () => {
    const { code, answer, stderr } = await runJson<Failed>(writeApp(esm), ["types"]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(answer.error.code).toBe("STARBRIDGE_PAGES_NOT_FOUND");
    expect(answer.error.hint).toMatch(/\.$/);
  });

  it("has neither colours nor control characters where nobody looks, and colours when forced", async () => {
    const root = writeApp({ ...page, "src/pages/b.js": "export const GET = 1;" });
    const plain = await run(root, ["check"]);
    const forced = await run(root, ["check"], { env: { FORCE_COLOR: "1", NO_COLOR: "1" } });
    const off = await run(root, ["check"], { env: { FORCE_COLOR: "0" } });

    expect(plain.code).toBe(1);
    expect(JSON.stringify(plain)).not.toMatch(/\\u001b|\\r/);
    expect(forced.stdout).toContain("\u001B[31merror\u001B[39m");
    expect(off).toEqual(plain);
  });
});
