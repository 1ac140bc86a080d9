// starbridge types: .starbridge/types.d.ts, once or after each change of the pages folder.
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { TYPES_FILE, writeTypes } from "../../loader/route-types.ts";
import type { Config } from "../../config.ts";
import type { Answer } from "../answer.ts";
import { count } from "../answer.ts";
import { EXIT, renderFailure, toFailure } from "../failure.ts";
import type { Flags } from "../project.ts";
import { readConfig, readPages, routesOf } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { FolderWatch } from "../watch.ts";

export interface TypesFlags extends Flags {
  readonly watch?: boolean;
}

export async function types(flags: TypesFlags, terminal: Terminal): Promise<Answer> {
  const config = await readConfig(flags);
  if (flags.watch) return watch(config, flags, terminal);
  return writeOnce(config);
}

/** Ends with the process: by Ctrl+C. What is wrong now may be mended with the next change. */
async function watch(config: Config, { json }: TypesFlags, terminal: Terminal): Promise<never> {
  // Begins before the first reading, so that no change falls between the two.
  const folder = new FolderWatch(resolve(config.root, config.pages));
  for (let isFirst = true; ; isFirst = false) {
    try {
      const answer = await writeOnce(config);
      if (isFirst || answer.json.changed) {
        const text = json ? JSON.stringify(answer.json) : answer.text(terminal.paint);
        await terminal.print(text);
      }
    } catch (error) {
      terminal.note(renderFailure(toFailure(error), terminal.notePaint));
    }
    await folder.change();
  }
}

interface TypesAnswer extends Answer {
  readonly json: { file: string; routes: number; changed: boolean };
}

async function writeOnce(config: Config): Promise<TypesAnswer> {
  const pages = await readPages(config);
  const routes = routesOf(pages, config).filter((route) => route.target.kind === "page");
  const changed = await writeTypes(config.root, routes);
  const isIncluded = await namesTypes(config.root);
  return {
    exitCode: EXIT.fine,
    json: { file: join(config.root, TYPES_FILE), routes: routes.length, changed },
    text: (paint) => {
      const what = `${TYPES_FILE} (${count(routes.length, "route")})`;
      const line = changed ? `${paint.green("Wrote")} ${what}.` : `${what} is up to date.`;
      if (isIncluded) return line;
      return `${line}\nAdd "${TYPES_FILE}" to "include" in tsconfig.json, and .starbridge to .gitignore.`;
    },
  };
}

/** Wildcards of a tsconfig pass folders with a dot in front by: one has to be named. */
async function namesTypes(root: string): Promise<boolean> {
  const text = await readFile(join(root, "tsconfig.json"), "utf8").catch(() => undefined);
  return text === undefined || text.includes(".starbridge");
}
