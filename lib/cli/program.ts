// The commands and their options, as commander knows them.
import { statSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { version } from "../version.ts";
import type { Answer } from "./answer.ts";
import { build } from "./commands/build.ts";
import { check } from "./commands/check.ts";
import { init } from "./commands/init.ts";
import { routes } from "./commands/routes.ts";
import { types } from "./commands/types.ts";
import { UsageError } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

type Run<Flags> = (flags: Flags, terminal: Terminal) => Promise<Answer>;

/** Where goes what a program has to say. */
interface Outlets {
  give(answer: Answer): void;
  /** Text of a help, or the version. */
  help(text: string): void;
}

const EXIT_CODES = `
Exit codes: 0 fine, 1 problems found, 2 wrong usage, 3 internal error.`;

export function createProgram(terminal: Terminal, { give, help }: Outlets): Command {
  const program = new Command("starbridge")
    .description("File-routed endpoints inside an Express or Fastify app.")
    .version(version, "-v, --version")
    .addOption(new Option("-V").hideHelp())
    // Of all commands: they may stand before the command and behind it.
    .option("--root <folder>", "folder that holds src/ (the working directory)", assertFolder)
    .option("--config <file>", "options file (starbridge.config.* in the root)")
    .option("--json", "print the answer, or the error, as JSON")
    .addHelpText("after", EXIT_CODES)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: help, writeErr: help, outputError: () => {} })
    .helpCommand(false)
    .exitOverride()
    .on("option:V", () => {
      help(version);
      throw new CommanderError(0, "commander.version", version);
    });
  const add = <Flags>(name: string, description: string, run: Run<Flags>): Command =>
    program
      .command(name)
      .description(description)
      .action(async (_: unknown, command: Command) => {
        give(await run(command.optsWithGlobals() as Flags, terminal));
      });
  add("build", "build endpoint files for production", build);
  add("routes", "list which file answers what", routes);
  add("check", "load every endpoint file once and report what is wrong", check)
    .option("--strict", "fail on warnings too")
    .option("--timeout <seconds>", "how long each file may load (60; 0: for ever)", readSeconds);
  add("types", "write the routes and their params to .starbridge/types.d.ts", types).option(
    "--watch",
    "write them again when files come and go",
  );
  add("init", "add a first endpoint and a middleware, and show how to mount them", init);
  program
    .command("help")
    .argument("[command]")
    .description("show the help of a command")
    .action((name: string | undefined) => showHelp(program, name));
  return program;
}

async function showHelp(program: Command, name: string | undefined): Promise<void> {
  const command = program.commands.find((one) => one.name() === name);
  if (command !== undefined) command.help();
  if (name === undefined) program.help();
  // Told as where it is to run.
  await program.parseAsync([name], { from: "user" });
}

function assertFolder(path: string): string {
  const facts = path === "" ? undefined : statSync(path, { throwIfNoEntry: false });
  if (facts?.isDirectory()) return path;
  let reason = path === "" ? "--root names no folder." : `The folder ${path} does not exist.`;
  if (facts !== undefined) reason = `${path} is a file, not a folder.`;
  throw new UsageError(reason, "Correct --root: it names the folder that holds src/.");
}

function readSeconds(text: string): number {
  const seconds = text.trim() === "" ? Number.NaN : Number(text);
  // What a timer can count.
  if (seconds >= 0 && seconds * 1000 < 2 ** 31) return seconds;
  throw new UsageError(
    `--timeout takes a number of seconds, and not ${JSON.stringify(text)}.`,
    "Leave it out for 60 seconds; 0 waits for ever.",
  );
}
