// starbridge build: what lib/build makes, with its progress and its warnings on the terminal.
import { basename } from "node:path";
import type { Logger } from "../../log.ts";
import { isReadThroughVite } from "../../loader/config-module.ts";
import { nameForPeople } from "../../loader/pages.ts";
import { canRunTypeScript } from "../../loader/typescript.ts";
import type { Answer } from "../answer.ts";
import { count } from "../answer.ts";
import { EXIT } from "../failure.ts";
import type { Flags } from "../project.ts";
import { configFileOf, readConfig } from "../project.ts";
import type { Terminal } from "../terminal.ts";

export async function build(flags: Flags, terminal: Terminal): Promise<Answer> {
  const config = await readConfig(flags, terminal);
  // Only here: it brings the compiler.
  const { build } = await import("../../build/build.ts");
  // What fails while it is rendered fails in a chunk: its stack is to name the file and the line that a person wrote.
  process.setSourceMapsEnabled(true);
  const warnings: string[] = [];
  const logger = createLogger(terminal, warnings);
  const file = await configFileOf(flags);
  if (file !== undefined && isReadThroughVite(file)) logger.warn(await needOfVite(file));
  const built = await build({
    config,
    logger,
    onPhase: (phase) => terminal.phase(phase),
    onActivity: (activity) => {
      terminal.activity = activity;
    },
    onProgress: (done, total, what) => terminal.progress(done, total, what),
  }).catch((error: unknown) => {
    logger.end(error);
    throw error;
  });
  logger.end(undefined);
  const { hostModules, withoutBody } = built;
  return {
    exitCode: EXIT.fine,
    json: { ...built, warnings },
    text: (paint) => {
      const { routes, prerendered, folder } = built;
      const parts = `${count(routes, "route")}, ${count(prerendered, "prerendered answer")}`;
      const lines = [`${paint.green("Built")} ${nameForPeople(config.root, folder)}: ${parts}.`];
      if (withoutBody.length > 0) {
        lines.push(`Answers without a body, and so without a file: ${list(withoutBody)}.`);
      }
      const { kept, copied } = hostModules;
      if (kept.length > 0) {
        lines.push(`Imported from where they are, so deploy them as well: ${list(kept)}.`);
      }
      if (copied.length > 0) {
        lines.push(
          `Copied into the build: ${list(copied)}. Name a module that the host loads as well in \`shared\`, or compile it before.`,
        );
      }
      return lines.join("\n");
    },
  };
}

/** A host reads it at start, often one without Vite: what to change until it is read there, too. */
async function needOfVite(file: string): Promise<string> {
  const name = basename(file);
  if (file.endsWith("ts") && !(await canRunTypeScript(file))) {
    return `${name} is read at start, and this Node needs vite for it: rename it to ${name.replace(/[cm]?ts$/, "mjs")} for a host without vite.`;
  }
  const end = file.endsWith("ts") ? "ts" : "js";
  return `${name} is read at start, and Node needs vite for it: for a host without vite write imports with their endings, JSON with { type: "json" }, ES modules in .m${end} without require or __dirname, and CommonJS in .c${end}.`;
}

/** More names than that are for `--json`. */
const NAMES = 20;

function list(names: readonly string[]): string {
  const more = names.length - NAMES;
  const shown = names.slice(0, NAMES).join(", ");
  return more > 0 ? `${shown} and ${more} more (--json names all)` : shown;
}

interface BuildLogger extends Logger {
  /** Writes the errors that were logged on the way, except for the one that the command ends with. */
  end(ending: unknown): void;
}

/** Lines on stderr; warnings are kept for `--json`. */
function createLogger(terminal: Terminal, warnings: string[]): BuildLogger {
  const paint = terminal.notePaint;
  const errors: { readonly err: unknown; readonly text: string }[] = [];
  const textFrom = (fields: object | string, message?: string): string =>
    typeof fields === "string" ? fields : textOf(fields, message);
  return {
    // What it says of modules and of empty bodies is part of the answer.
    info() {},
    warn(fields: object | string, message?: string) {
      const text = textFrom(fields, message);
      warnings.push(text);
      terminal.note(`${paint.yellow("warning")} ${text}`);
    },
    error(fields: object | string, message?: string) {
      const { err } = typeof fields === "string" ? { err: undefined } : (fields as ErrorFields);
      errors.push({ err, text: textFrom(fields, message) });
    },
    end(ending) {
      for (const { err, text } of errors) {
        if (ending === undefined || err !== ending) terminal.note(`${paint.red("error")} ${text}`);
      }
    },
  };
}

interface ErrorFields {
  readonly err?: unknown;
}

function textOf(fields: object, message = ""): string {
  const { err } = fields as ErrorFields;
  return err === undefined
    ? message
    : `${message} ${err instanceof Error ? err.message : err}`.trim();
}
