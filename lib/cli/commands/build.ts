// starbridge build: what lib/build makes, with its progress and its warnings on the terminal.
import { basename } from "node:path";
import type { Logger } from "../../log.ts";
import { nameForPeople } from "../../loader/pages.ts";
import { canRunTypeScript } from "../../loader/typescript.ts";
import type { Answer } from "../answer.ts";
import { count } from "../answer.ts";
import { EXIT } from "../failure.ts";
import type { Flags } from "../project.ts";
import { configFileOf, readConfig } from "../project.ts";
import type { Terminal } from "../terminal.ts";

export async function build(flags: Flags, terminal: Terminal): Promise<Answer> {
  const config = await readConfig(flags);
  // Only here: it brings the compiler.
  const { build } = await import("../../build/build.ts");
  const warnings: string[] = [];
  const logger = createLogger(terminal, warnings);
  const file = await configFileOf(flags);
  if (file?.endsWith("ts") && !(await canRunTypeScript(file))) {
    const name = basename(file);
    logger.warn(
      `${name} is read at start, and this Node needs vite for it: rename it to ${name.replace(/[cm]?ts$/, "mjs")} for a host without vite.`,
    );
  }
  const built = await build({
    config,
    logger,
    onProgress: (done, total, what) => terminal.progress(done, total, what),
  });
  return {
    exitCode: EXIT.fine,
    json: { ...built, warnings },
    text: (paint) => {
      const { routes, prerendered, folder } = built;
      const parts = `${count(routes, "route")}, ${count(prerendered, "prerendered answer")}`;
      return `${paint.green("Built")} ${nameForPeople(config.root, folder)}: ${parts}.`;
    },
  };
}

/** Lines on stderr; warnings are kept for `--json`. */
function createLogger(terminal: Terminal, warnings: string[]): Logger {
  const paint = terminal.notePaint;
  const note = (label: string, fields: object | string, message?: string) => {
    const text = typeof fields === "string" ? fields : textOf(fields, message);
    terminal.note(`${label} ${text}`);
    return text;
  };
  return {
    info() {},
    warn(fields: object | string, message?: string) {
      warnings.push(note(paint.yellow("warning"), fields, message));
    },
    error(fields: object | string, message?: string) {
      note(paint.red("error"), fields, message);
    },
  };
}

function textOf(fields: object, message = ""): string {
  const { err } = fields as { err?: unknown };
  return err === undefined
    ? message
    : `${message} ${err instanceof Error ? err.message : err}`.trim();
}
