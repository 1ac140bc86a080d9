import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { Terminal } from "../../lib/cli/terminal.ts";

/** A terminal whose streams are kept. */
function createTerminal({ isTTY = true, isJson = false, env = {} }) {
  const stdout = Object.assign(new PassThrough(), { isTTY, columns: 20 });
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 20 });
  const terminal = new Terminal(isJson, { stdout, stderr, env });
  return {
    terminal,
    stdout,
    out: () => readAll(stdout),
    err: () => readAll(stderr),
  };
}

/** Everything that was written so far; since Node 26 one read() gives one chunk. */
function readAll(stream: PassThrough): string {
  let text = "";
  for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) text += String(chunk);
  return text;
}

describe("a terminal", () => {
  it("shows progress in one line, cut to the width, that vanishes before the answer", async () => {
    const { terminal, out, err } = createTerminal({});
    terminal.progress(1, 3, "src/pages/a-long-name.ts");
    expect(err()).toBe("\r\u001B[2K1/3 src/pages/a-lon");
    await terminal.print("done");
    expect(err()).toBe("\r\u001B[2K");
    expect(out()).toBe("done\n");
    await terminal.print("more");
    expect(err()).toBe("");
  });

  it("shows each phase, and the last of many files however fast they come", () => {
    const { terminal, err } = createTerminal({});
    terminal.phase("bundling");
    for (let done = 1; done <= 2000; done++) terminal.progress(done, 2000, "x.ts");
    terminal.phase("writing");
    const lines = err().split("\r\u001B[2K");
    expect(lines[1]).toBe("bundling …");
    expect(lines.at(-2)).toBe("bundling 2000/2000 ");
    expect(lines.at(-1)).toBe("writing …");
    expect(lines.length).toBeLessThan(100);
  });

  it("cuts the line by columns, of which some characters take two", () => {
    const { terminal, err } = createTerminal({});
    terminal.progress(1, 3, "日本日本日本日本日本.ts");
    expect(err()).toBe("\r\u001B[2K1/3 日本日本日本日");
  });

  it.each([{ isTTY: false }, { isJson: true }, { env: { TERM: "dumb" } }])(
    "shows no progress with %j",
    (options) => {
      const { terminal, err } = createTerminal(options);
      terminal.progress(1, 3, "src/pages/a.ts");
      terminal.note("a line");
      expect(err()).toBe("a line\n");
    },
  );

  it("keeps what loaded modules print out of the answer, and off the line of progress", async () => {
    const { terminal, stdout, out, err } = createTerminal({});
    terminal.progress(1, 2, "a.ts");
    await new Promise((resolve) => stdout.write("injected env\n", resolve));
    await terminal.print("{}");
    expect([out(), err()]).toEqual(["{}\n", "\r\u001B[2K1/2 a.ts\r\u001B[2Kinjected env\n"]);
  });

  it.each([
    [true, {}, true],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { TERM: "dumb" }, false],
    [false, {}, false],
    [false, { FORCE_COLOR: "1" }, true],
    [true, { FORCE_COLOR: "0" }, false],
    [false, { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
  ])("with isTTY %j and %j has colours: %j", (isTTY, env, expected) => {
    const { terminal } = createTerminal({ isTTY, env });
    expect(terminal.paint.red("x") !== "x").toBe(expected);
    expect(terminal.notePaint.bold("x") !== "x").toBe(expected);
  });
});
