// The command line: which command, its answer, its exit code.
import { Command } from "commander";
import { version } from "../version.ts";
import type { Answer } from "./answer.ts";
import { build } from "./commands/build.ts";
import { check } from "./commands/check.ts";
import { init } from "./commands/init.ts";
import { routes } from "./commands/routes.ts";
import { types } from "./commands/types.ts";
import type { ExitCode } from "./failure.ts";
import { EXIT, exitCodeOf, renderFailure, toFailure } from "./failure.ts";
import { Terminal } from "./terminal.ts";

type Run<Flags> = (flags: Flags, terminal: Terminal) => Promise<Answer>;

const EXIT_CODES = `
Exit codes: 0 fine, 1 problems found, 2 wrong usage, 3 internal error.`;

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
    let answer: Answer | undefined;
    const program = createProgram(terminal, (given) => {
      answer = given;
    });
    await program.parseAsync(args, { from: "user" });
    if (answer === undefined) return EXIT.fine;
    await terminal.print(
      isJson ? JSON.stringify(answer.json, null, 2) : answer.text(terminal.paint),
    );
    return answer.exitCode;
  } catch (error) {
    const exitCode = exitCodeOf(error);
    // --help and --version have printed already, and so has the help of no command at all.
    const isSaid = (error as { code?: unknown } | null)?.code === "commander.help";
    if (exitCode !== EXIT.fine && !(isSaid && !isJson)) {
      await report(toFailure(error), isJson, terminal);
    }
    return exitCode;
  } finally {
    await terminal.flush();
    unwatch();
  }
}

function report(
  failure: ReturnType<typeof toFailure>,
  isJson: boolean,
  terminal: Terminal,
): Promise<void> | void {
  if (isJson) return terminal.print(JSON.stringify({ error: failure }, null, 2));
  terminal.note(renderFailure(failure, terminal.notePaint));
}

function createProgram(terminal: Terminal, give: (answer: Answer) => void): Command {
  const program = new Command("starbridge")
    .description("File-routed endpoints inside an Express or Fastify app.")
    .version(version)
    .addHelpText("after", EXIT_CODES)
    .configureOutput({
      writeOut: (text) => void terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
      outputError: () => {},
    })
    .exitOverride();
  const add = <Flags>(name: string, description: string, run: Run<Flags>): Command =>
    program
      .command(name)
      .description(description)
      .option("--root <folder>", "folder that holds src/ (the working directory)")
      .option("--config <file>", "options file (starbridge.config.* in the root)")
      .option("--json", "print the answer, or the error, as JSON")
      .action(async (flags: Flags) => give(await run(flags, terminal)));
  add("build", "build endpoint files for production", build);
  add("routes", "list which file answers what", routes);
  add("check", "load every endpoint file once and report what is wrong", check).option(
    "--strict",
    "fail on warnings too",
  );
  add("types", "write the routes and their params to .starbridge/types.d.ts", types).option(
    "--watch",
    "write them again when files come and go",
  );
  add("init", "add a first endpoint and a middleware, and show how to mount them", init);
  return program;
}
