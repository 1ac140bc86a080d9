// starbridge types: .starbridge/types.d.ts, once or after each change of the pages folder.
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { TYPES_FILE, writeTypes } from "../../loader/route-types.ts";
import type { Config } from "../../config.ts";
import type { Answer } from "../answer.ts";
import { count } from "../answer.ts";
import { EXIT, renderFailure, toFailure } from "../failure.ts";
import type { Finding } from "../findings.ts";
import { failureFinding, tellProblems } from "../findings.ts";
import type { Flags } from "../project.ts";
import { readConfig, readPages, routesOf } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { FolderWatch } from "../watch.ts";

export interface TypesFlags extends Flags {
  readonly watch?: boolean;
}

export async function types(flags: TypesFlags, terminal: Terminal): Promise<Answer> {
  const config = await readConfig(flags, terminal);
  if (flags.watch) return watch(config, flags, terminal);
  const answer = await writeOnce(config);
  if (!flags.json) tellProblems(answer.json.problems, terminal);
  return answer;
}

/** Ends by Ctrl+C, or when nobody reads any more. What is wrong now may be mended with the next change. */
async function watch(config: Config, { json }: TypesFlags, terminal: Terminal): Promise<Answer> {
  // Begins before the first reading, so that no change falls between the two.
  const folder = new FolderWatch(resolve(config.root, config.pages));
  let isRead = true;
  let last = "";
  for (let isFirst = true; isRead; isFirst = false) {
    if (!isFirst) await folder.change();
    try {
      const answer = await writeOnce(config);
      const { changed, problems } = answer.json;
      const told = JSON.stringify(problems);
      if (isFirst || changed || told !== last) {
        last = told;
        if (!json) tellProblems(problems, terminal);
        isRead = await terminal.print(
          json ? JSON.stringify(answer.json) : answer.text(terminal.paint),
        );
      }
    } catch (error) {
      const failure = toFailure(error);
      last = "";
      if (json) isRead = await terminal.print(JSON.stringify({ error: failure }));
      else terminal.note(renderFailure(failure, terminal.notePaint));
    }
  }
  folder.close();
  return { exitCode: EXIT.fine, json: {}, text: () => "" };
}

interface TypesAnswer extends Answer {
  readonly json: { file: string; routes: number; changed: boolean; problems: Finding[] };
}

async function writeOnce(config: Config): Promise<TypesAnswer> {
  const pages = await readPages(config);
  const routes = routesOf(pages, config).filter((route) => route.target.kind === "page");
  const changed = await writeTypes(config.root, routes);
  const isIncluded = await namesTypes(config.root);
  // Of a prerender flag the types know nothing.
  const problems = pages.mistakes
    .filter(({ source }) => !pages.files.some((file) => file.source === source))
    .map(({ source, error }) => failureFinding(error, source));
  return {
    exitCode: problems.length > 0 ? EXIT.problems : EXIT.fine,
    json: { file: join(config.root, TYPES_FILE), routes: routes.length, changed, problems },
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
