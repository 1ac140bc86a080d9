// starbridge routes: which file answers what, read without running any of them.
import { allowedMethods } from "../../endpoint.ts";
import type { Page } from "../../page.ts";
import type { Route } from "../../routes/route.ts";
import type { Target } from "../../view.ts";
import type { Answer } from "../answer.ts";
import { renderTable } from "../answer.ts";
import { EXIT } from "../failure.ts";
import { failureFinding, tellProblems } from "../findings.ts";
import type { Flags } from "../project.ts";
import { middlewareOf, readConfig, readPages, routesOf } from "../project.ts";
import type { Terminal } from "../terminal.ts";

/** One route as `--json` lists it. */
interface Row {
  kind: "page" | "redirect";
  pattern: string;
  params: readonly string[];
  /** What it answers, HEAD with GET, `ALL` as such; `null` when that is known only once the file runs. */
  methods: string[] | null;
  /** The endpoint file, or `null` for a redirect. */
  file: string | null;
  /** Where a redirect goes. */
  destination: string | null;
  /** `null` when it is known only once the file runs. */
  prerender: boolean | null;
  /** Whether the chain runs for it; for a prerendered route at build time. */
  middleware: boolean;
}

export async function routes(flags: Flags, terminal: Terminal): Promise<Answer> {
  const config = await readConfig(flags, terminal);
  const pages = await readPages(config);
  const middleware = await middlewareOf(config);
  const problems = pages.mistakes.map(({ source, error }) => failureFinding(error, source));
  const rows = routesOf(pages, config).map((route) => {
    const { target } = route;
    if (target.kind === "redirect") return redirectRow(route, target.destination);
    return pageRow(route, target, middleware !== undefined);
  });
  // The table is of all that can be known, and the exit code says that it is not all.
  if (!flags.json) tellProblems(problems, terminal);
  return {
    exitCode: problems.length > 0 ? EXIT.problems : EXIT.fine,
    json: {
      root: config.root,
      middleware: middleware ?? null,
      routes: rows,
      ignored: pages.ignored,
      problems,
    },
    text: (paint) => {
      const head = ["PATTERN", "METHODS", "FILE", "PRERENDER", "MIDDLEWARE"];
      return renderTable([head, ...rows.map(cellsOf)], paint);
    },
  };
}

function pageRow({ pattern, params }: Route<Target>, page: Page, middleware: boolean): Row {
  const names = page.exports && [...page.exports];
  return {
    kind: "page",
    pattern,
    params,
    methods: names ? [...names.filter((name) => name === "ALL"), ...allowedMethods(names)] : null,
    file: page.source,
    destination: null,
    prerender: page.isPrerendered ?? null,
    middleware,
  };
}

function redirectRow({ pattern, params }: Route<Target>, destination: string): Row {
  return {
    kind: "redirect",
    pattern,
    params,
    methods: ["ALL"],
    file: null,
    destination,
    prerender: false,
    middleware: false,
  };
}

function cellsOf(row: Row): string[] {
  const methods = row.methods === null ? "?" : row.methods.join(", ") || "none";
  const target = row.destination === null ? (row.file ?? "") : `→ ${row.destination}`;
  return [row.pattern, methods, target, yesOrNo(row.prerender), yesOrNo(row.middleware)];
}

function yesOrNo(value: boolean | null): string {
  if (value === null) return "?";
  return value ? "yes" : "no";
}
