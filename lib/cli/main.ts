// The command line: its answer, or its failure, and its exit code.
import { CommanderError } from "commander";
import { version } from "../version.ts";
import type { Answer } from "./answer.ts";
import type { ExitCode } from "./failure.ts";
import { EXIT, exitCodeOf, renderFailure, toFailure } from "./failure.ts";
import { createProgram } from "./program.ts";
import { Terminal } from "./terminal.ts";

/**
 * Runs a command.
 *
 * @param args What stands behind `starbridge` on the command line.
 * @returns The exit code.
 */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const isJson = args.includes("--json");
  const terminal = new Terminal(isJson);
  const unwatch = terminal.reportEarlyExit((failure) => report(failure, isJson, terminal));
  try {
    return await run(args, isJson, terminal);
  } catch (error) {
    await report(toFailure(error), isJson, terminal);
    return exitCodeOf(error);
  } finally {
    await terminal.flush();
    unwatch();
  }
}

async function run(
  args: readonly string[],
  isJson: boolean,
  terminal: Terminal,
): Promise<ExitCode> {
  let answer: Answer | undefined;
  let help = "";
  const program = createProgram(terminal, {
    give(given) {
      answer = given;
    },
    help(text) {
      help += text;
    },
  });
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const isAsked = error.exitCode === EXIT.fine;
    // The help of no command at all is what a person sees in place of an error.
    if (!isAsked && (isJson || error.code !== "commander.help")) throw error;
    if (!isAsked) terminal.note(help.trimEnd());
    else if (!isJson) await terminal.print(help.trimEnd());
    else {
      const json = error.code === "commander.version" ? { version } : { help: help.trimEnd() };
      await terminal.print(JSON.stringify(json, null, 2));
    }
    return exitCodeOf(error);
  }
  if (answer === undefined) return EXIT.fine;
  const text = isJson ? JSON.stringify(answer.json, null, 2) : answer.text(terminal.paint);
  await terminal.print(text);
  return answer.exitCode;
}

async function report(
  failure: ReturnType<typeof toFailure>,
  isJson: boolean,
  terminal: Terminal,
): Promise<void> {
  try {
    if (isJson) return void (await terminal.print(JSON.stringify({ error: failure }, null, 2)));
  } catch {
    // stdout itself may be what has failed.
  }
  terminal.note(renderFailure(failure, terminal.notePaint));
}
