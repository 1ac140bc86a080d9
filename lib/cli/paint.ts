// Colours, where a person looks.
import type { WriteStream } from "node:tty";

/** Makes text stand out, where colours are shown. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  green(text: string): string;
}

type Output = Pick<WriteStream, "isTTY">;

/** The paint for what goes to a stream. */
export function paintFor(stream: Output, env: NodeJS.ProcessEnv): Paint {
  const isOn = hasColours(stream, env);
  const style = (open: number, close: number) => (text: string) =>
    isOn ? `\u001B[${open}m${text}\u001B[${close}m` : text;
  return {
    bold: style(1, 22),
    dim: style(2, 22),
    red: style(31, 39),
    yellow: style(33, 39),
    green: style(32, 39),
  };
}

/** FORCE_COLOR is asked before NO_COLOR, as Node itself does. */
function hasColours(stream: Output, { FORCE_COLOR, NO_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  if (NO_COLOR) return false;
  return stream.isTTY === true && TERM !== "dumb";
}
