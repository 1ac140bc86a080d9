import { describe, expect, it } from "vitest";
import { version } from "../../lib/version.ts";
import { esm, run, runJson, writeApp } from "./_cli.ts";

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

  it("shows its version", async () => {
    expect(await run(writeApp({}), ["--version"])).toEqual({
      code: 0,
      stdout: `${version}\n`,
      stderr: "",
    });
  });

  it("shows its help on stderr and ends with 2 when no command is given", async () => {
    const { code, stdout, stderr } = await run(writeApp({}), []);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("Usage: starbridge");
  });

  it.each([
    ["a command", ["rutes"], "Unknown command 'rutes' (Did you mean routes?)"],
    ["an option", ["routes", "--jsno"], "Unknown option '--jsno' (Did you mean --json?)"],
    ["an argument too many", ["routes", "x"], "Too many arguments"],
    ["an option without its value", ["routes", "--root"], "'--root <folder>' argument missing."],
  ])("ends with 2 for %s that it does not know", async (_, args, message) => {
    const { code, stdout, stderr } = await run(writeApp(page), args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("error usage ");
    expect(stderr).toContain(message);
    expect(stderr).toContain("starbridge --help");
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
    expect(none.code).toBe(2);
    expect(none.answer.error.message).toMatch(/--json|No command/);
  });

  it("ends with 2 when the file of --config does not exist", async () => {
    const args = ["routes", "--config", "other.mjs"];
    const { code, answer } = await runJson<Failed>(writeApp(page), args);
    expect(code).toBe(2);
    expect(answer.error.message).toBe("The config file other.mjs does not exist.");
  });

  it("prints a coded error as code, sentence and hint, and ends with 1", async () => {
    const { code, stdout, stderr } = await run(writeApp(esm), ["routes"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      "error STARBRIDGE_PAGES_NOT_FOUND The folder of endpoint files src/pages does not exist.\n" +
        "  Create the folder, or set `root` to the folder that holds src/pages, or set `pages`.\n",
    );
  });

  it("prints a coded error as JSON, and nothing else", async () => {
    const { code, answer, stderr } = await runJson<Failed>(writeApp(page), [
      "types",
      "--root",
      "nowhere",
    ]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(answer.error.code).toBe("STARBRIDGE_ROOT_NOT_FOUND");
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
