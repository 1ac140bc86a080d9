// Refuses `import.meta.glob()` where nobody can tell what it means. The bundler would take a part of what it is given, or
// leave the call as it is, and Node knows no such function.
import type { Plugin } from "vite";
import { bridgeError } from "../errors.ts";
import type { GlobCall } from "../loader/glob-calls.ts";
import { globCallsIn, placeOfPattern } from "../loader/glob-calls.ts";
import { nameForPeople } from "../loader/pages.ts";
import type { ParseSource } from "../loader/syntax-tree.ts";

export interface GlobsFacts {
  readonly root: string;
  readonly parse: ParseSource;
  /** Keeps an error that the bundler would only quote. */
  onError(error: Error): void;
}

const BEGINNING = /^!?(?:\.{0,2}\/|\*\*|#)/;

/** To stand behind what gives patterns other beginnings. */
export function globsPlugin({ root, parse, onError }: GlobsFacts): Plugin {
  return {
    name: "starbridge:globs",
    enforce: "pre",
    async transform(code, id) {
      const file = id.replace(/[?#].*$/, "");
      if (id.includes("\0") || file.includes("/node_modules/")) return;
      for (const call of globCallsIn(file, code, parse)) {
        const mistake = await mistakeIn(call, (name) => placeOfPattern(this, name, id));
        if (mistake === undefined) continue;
        const line = code.slice(0, call.start).split("\n").length;
        const reason = `${nameForPeople(root, file)}:${line}: ${mistake}`;
        const error = bridgeError("BUILD_FAILED", { reason });
        onError(error);
        throw new Error(error.message);
      }
    },
  };
}

/** @param placeOf Where Vite takes a name to. */
async function mistakeIn(
  { isLiteral, patterns }: GlobCall,
  placeOf: (name: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  if (!isLiteral)
    return "import.meta.glob() takes its patterns and options as literals: they are read, and not run.";
  for (const { text } of patterns) {
    if (BEGINNING.test(text) || (await placeOf(text)) !== undefined) continue;
    return `the pattern ${JSON.stringify(text)} of import.meta.glob() begins with neither ./, ../ nor /, nor with a name under paths in tsconfig.json that leads to a folder.`;
  }
  return undefined;
}
