// The conditions by which Node chooses among the "exports" and "imports" of a package.json, in this process: a page that
// is resolved by others gets another file than the host, and both think that theirs is the only one.

/** Vite's options for it. */
export interface NodeResolution {
  conditions: string[];
  externalConditions: string[];
  mainFields: string[];
}

/** No "development" and no "module", but what Node was started with. */
export function nodeResolution(): NodeResolution {
  const conditions = nodeConditions();
  return { conditions, externalConditions: conditions, mainFields: [] };
}

/** What an `import` goes by, without `import` and `default`, which go without saying. */
function nodeConditions(): string[] {
  // Node 22.10 and later, where require() takes ES modules: the two come together.
  const { require_module: isRequired } = process.features as { require_module?: boolean };
  const own = isRequired ? ["node", "module-sync"] : ["node"];
  return [
    ...new Set([
      ...own,
      ...namedIn(wordsOf(process.env.NODE_OPTIONS)),
      ...namedIn(process.execArgv),
    ]),
  ];
}

/** `--conditions=a`, `--conditions a`, `-C a`, `-C=a`. */
function namedIn(args: readonly string[]): string[] {
  const names: string[] = [];
  for (const [index, arg] of args.entries()) {
    const [, given] = /^(?:--conditions|-C)(?:=(.*))?$/s.exec(arg) ?? [];
    const isOption = given !== undefined || arg === "--conditions" || arg === "-C";
    const name = given ?? args[index + 1];
    if (isOption && name) names.push(name);
  }
  return names;
}

/** As Node reads its options from the environment: quotes hold spaces, and a backslash in them holds a quote. */
function wordsOf(text = ""): string[] {
  const words = text.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? [];
  return words.map((word) =>
    word.replace(/"((?:\\.|[^"\\])*)"/g, (_all, inner: string) => inner.replace(/\\(.)/g, "$1")),
  );
}
