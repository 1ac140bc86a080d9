// Runs the code of a module as V8 sees it from then on: under the name of its source and, as far as it can be, at its
// lines.
import type { ParseCode } from "./anatomy.ts";
import { atSourceLines } from "./source-lines.ts";

/** What Vite's transform calls by its own names: the keys are those names. */
type Context = Readonly<Record<string, unknown>>;

// In two parts: whoever looks for the map of this file must not find these.
const COMMENT = "//# source";
const BASE64 = "data:application/json;base64,";
/** What the transform appends: the name of the source, and the map. */
const NOTES = new RegExp(
  `(\\n${COMMENT}URL=.*)\\n${COMMENT}MappingSource=.*\\n${COMMENT}MappingURL=${BASE64}(.*)\\s*$`,
);

/**
 * The text that is evaluated for a module: a function of what the transform needs, with its map inlined.
 *
 * @param code As the transform gives it.
 * @param file Where the module was read.
 * @param parse Without it, lines stay those of the transform.
 */
export function toEvaluated(
  code: string,
  file: string,
  context: Context,
  parse?: ParseCode,
): string {
  const head = `(async function (${Object.keys(context).join(", ")}) { "use strict"; `;
  const [notes, name, encoded] = NOTES.exec(code) ?? [];
  if (notes === undefined || encoded === undefined) return `${head}${code}\n})`;
  const body = code.slice(0, -notes.length);
  const map = JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
  const moved = atSourceLines({ code: body, map }, file, parse, head.length);
  const inlined = Buffer.from(JSON.stringify(moved.map)).toString("base64");
  return `${head}${moved.code}\n})${name}\n${COMMENT}MappingURL=${BASE64}${inlined}\n`;
}

/**
 * @param text What {@link toEvaluated} has made for the same context.
 * @param exports The module's namespace: nothing is added to it afterwards.
 */
export async function evaluate(text: string, context: Context, exports: object): Promise<void> {
  // A function's constructor would put two lines before the first; a script of node:vm would refuse import() in what a
  // page evaluates itself.
  // biome-ignore lint/security/noGlobalEval: the code is the page's; called like this it sees nothing of ours
  const run = (0, eval)(text);
  await run(...Object.values(context));
  Object.seal(exports);
}
