// What a command failed with: a code, a sentence, a way out, and the exit code that says how bad it is.
import { fileURLToPath } from "node:url";
import { CommanderError } from "commander";
import { BridgeError } from "../errors.ts";
import { describeEnvironment, isOfEnvironment } from "./environment.ts";
import type { Paint } from "./paint.ts";

/** What the exit code says; the README documents it. */
export const EXIT = { fine: 0, problems: 1, usage: 2, internal: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command line itself is wrong. */
export class UsageError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** A failure as `--json` prints it, under `error`. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Where it happened, innermost first. */
  readonly stack?: readonly string[];
}

export function toFailure(error: unknown): Failure {
  if (error instanceof BridgeError) {
    const { code, message, cause } = error;
    return { code, message, hint: hintOf(error), ...stackOf(cause) };
  }
  if (isOfEnvironment(error)) return { code: "environment", ...describeEnvironment(error) };
  if (error instanceof UsageError) {
    return { code: "usage", message: error.message, hint: error.hint };
  }
  if (error instanceof CommanderError) {
    return { code: "usage", message: sentenceOf(error), hint: "See starbridge --help." };
  }
  if (error instanceof Error) {
    const stack = (error.stack ?? "").match(/^\s*at .+$/gm)?.map((line) => line.trim());
    return {
      code: "internal",
      message: `${error.name}: ${error.message}`,
      ...(stack && { stack }),
    };
  }
  return { code: "internal", message: `A value that is not an Error was thrown: ${error}.` };
}

/** Some hints are about what a host can do, and about a `cause` that nobody sees here. */
function hintOf({ code, hint, cause }: BridgeError): string {
  if (code === "STARBRIDGE_MODULE_FAILED") {
    const isMeantAsModule = cause instanceof Error && IS_MEANT_AS_MODULE.test(cause.message);
    const [, rest] = isMeantAsModule ? (/^See `cause`;.*?\. (.+)$/.exec(hint) ?? []) : [];
    return rest ?? "Mend it, or what it imports.";
  }
  return hint.startsWith("See `cause`") ? "Mend it, or what it calls." : hint;
}

/** What Node says of import statements in a file that package.json calls CommonJS. */
const IS_MEANT_AS_MODULE =
  /import statement outside a module|Unexpected token 'export'|'import\.meta' outside a module/;

function sentenceOf({ code, message }: CommanderError): string {
  if (code === "commander.help") return "No command was given.";
  const text = message.replace(/^error: /, "").replaceAll("\n", " ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.)]$/.test(text) ? "" : "."}`;
}

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof BridgeError || isOfEnvironment(error)) return EXIT.problems;
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
  return EXIT.internal;
}

/** Code, sentence, places, way out. */
export function renderFailure(
  { code, message, hint, stack = [] }: Failure,
  paint: Paint,
  label: string = paint.red("error"),
): string {
  // Some end in lines of source.
  const lines = [`${label} ${paint.bold(code)} ${message.trimEnd()}`];
  for (const place of stack) lines.push(paint.dim(`    ${place}`));
  if (hint !== undefined) lines.push(`  ${hint}`);
  return lines.join("\n");
}

const OURS = new URL("../../", import.meta.url);
const NOT_THEIRS = ["node:", "data:", "/node_modules/", OURS.href, fileURLToPath(OURS)];

/** A place in a file; a bundler's own code has places, too. */
const IN_FILE = /(?:\(|at |async )(?:file:\/\/|\/|[A-Za-z]:[\\/])/;

/** The places in the user's files; those in Node, in packages and in ours tell them nothing. */
function stackOf(error: unknown): { stack?: string[] } {
  if (!(error instanceof Error)) return {};
  const places = (error.stack ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at ") && IN_FILE.test(line))
    .filter((line) => !NOT_THEIRS.some((part) => line.includes(part)));
  return places.length === 0 ? {} : { stack: places.slice(0, 5) };
}
