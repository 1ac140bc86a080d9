// What a build writes down of its routes, in columns and in order, is what reading the source gives.
import fc from "fast-check";
import { createApp } from "starbridge";
import type { BridgeOptions } from "starbridge";
import { createTestApp } from "starbridge/testing";
import { describe, expect, it } from "vitest";
import { manifestJson } from "../../lib/build/manifest.ts";
import type { ManifestData, ManifestRoute, StoredData } from "../../lib/build/manifest.ts";
import { matchRoute } from "../../lib/routes/match.ts";
import type { SlashRule } from "../../lib/routes/match.ts";
import { compareRoutes } from "../../lib/routes/order.ts";
import { parseRouteFile } from "../../lib/routes/parse.ts";
import { buildTable } from "../../lib/routes/table.ts";
import { buildProject, captureLog, project } from "../build/_project.ts";
import { holds, TIME } from "./_property.ts";
import { pathFor, table } from "./_route-values.ts";

const names = fc.uniqueArray(fc.constantFrom("GET", "POST", "ALL", "prerender", "$x", "default"), {
  maxLength: 4,
});
const manifestRoute: fc.Arbitrary<ManifestRoute> = fc.record({
  file: fc.string({ unit: "grapheme", maxLength: 12 }),
  exports: fc.option(names, { nil: undefined }),
  prerender: fc.boolean(),
  chunk: fc.record({ name: fc.string({ maxLength: 8 }), isCommonJs: fc.boolean() }),
});

/** The rows of stored columns, read one by one. */
function rowsOf({ routes }: StoredData): ManifestRoute[] {
  return routes.files.map((file, at) => {
    const list = routes.exportsOf[at] ?? -1;
    return {
      file,
      exports: list === -1 ? undefined : routes.exports[list],
      prerender: routes.prerendered.includes(at),
      chunk: { name: routes.chunks[at] ?? "", isCommonJs: routes.commonJs.includes(at) },
    };
  });
}

describe("the columns of a manifest", () => {
  it(
    "give the rows that they were made of",
    async () => {
      await holds(300, fc.array(manifestRoute, { maxLength: 30 }), (routes) => {
        const data: ManifestData = { routes, prerendered: [] };
        expect(rowsOf(JSON.parse(manifestJson(data)) as StoredData)).toEqual(routes);
      });
    },
    TIME,
  );
});

const rules: SlashRule[] = ["ignore", "always", "never", "strict"];
const shuffled = table.chain((files) =>
  fc.tuple(
    fc.shuffledSubarray(files, { minLength: files.length }),
    fc.array(pathFor(files), { minLength: 10, maxLength: 10 }),
    fc.constantFrom(...rules),
  ),
);

describe("a table of routes that are in order already", () => {
  it(
    "is the table of the same routes in any order",
    async () => {
      let found = 0;
      await holds(300, shuffled, ([files, targets, rule]) => {
        const routes = files.map((file) => ({
          ...parseRouteFile(file),
          source: file,
          target: file,
        }));
        const any = buildTable(routes);
        const told = buildTable([...routes].sort(compareRoutes), true);
        expect(told.routes).toEqual(any.routes);
        expect([...told.statics.keys()]).toEqual([...any.statics.keys()]);
        for (const target of targets) {
          const [path = ""] = target.split("?");
          const [match, expected] = [told, any].map((one) => matchRoute(one, path, rule));
          const facts = [match?.route.target, match?.params, match?.hasSurplusSlash];
          expect(facts).toEqual([
            ...[expected?.route.target, expected?.params, expected?.hasSurplusSlash],
          ]);
          if (match !== undefined) found += 1;
        }
      });
      expect(found).toBeGreaterThan(300);
    },
    TIME,
  );
});

/** What a file exports. */
type Kind = "get" | "both" | "all" | "delete" | "prerendered" | "star";

const methodsOf: Record<Kind, string[]> = {
  get: ["GET"],
  both: ["GET", "POST"],
  all: ["ALL"],
  delete: ["DELETE"],
  prerendered: ["GET"],
  star: [],
};

interface Project {
  files: Record<string, Kind>;
  isCommonJs: boolean;
  hasRedirect: boolean;
  targets: string[];
}

const projects: fc.Arbitrary<Project> = table.chain((files) =>
  fc.record({
    files: fc
      .array(fc.constantFrom<Kind>("get", "both", "all", "delete", "prerendered", "star"), {
        minLength: files.length,
        maxLength: files.length,
      })
      .map((kinds) => Object.fromEntries(files.map((file, at) => [file, kinds[at] ?? "get"]))),
    isCommonJs: fc.nat(3).map((one) => one === 0),
    hasRedirect: fc.boolean(),
    targets: fc.array(pathFor(files), { minLength: 12, maxLength: 12 }),
  }),
);

function textOf(file: string, kind: Kind, isCommonJs: boolean): string {
  const answer = `({ params, routePattern, isPrerendered, url }) => Response.json([${JSON.stringify(file)}, params, routePattern, isPrerendered && url.pathname.replace(/\\/$/, "")])`;
  if (isCommonJs) {
    return methodsOf[kind].map((method) => `exports.${method} = ${answer};`).join("\n");
  }
  if (kind === "star") return `export * from "${"../".repeat(file.split("/").length)}shared.js";`;
  const lines = methodsOf[kind].map((method) => `export const ${method} = ${answer};`);
  if (kind === "prerendered") lines.push("export const prerender = true;", listing(file));
  return lines.join("\n");
}

/** What a prerendered file lists: some of the values that paths are made of, the same for each of its parameters. */
function listing(file: string): string {
  const values = ["a", "zz", "ab", "a-b", "a-", "sp ace", "ünï", "a+b", "q&=", "~x", "(a)", "a%62"];
  const names = [...file.matchAll(/\[(?:\.{3})?(\w+)\]/g)].map(([, name = ""]) => name);
  const rest = /\[\.{3}(\w+)\]/.exec(file)?.[1];
  const paths = values.map((value) => Object.fromEntries(names.map((name) => [name, value])));
  if (rest !== undefined) paths.push(...paths.map((path) => ({ ...path, [rest]: "a/~x" })));
  return `export const getStaticPaths = () => ${JSON.stringify(paths.map((params) => ({ params })))};`;
}

function filesOf({ files, isCommonJs }: Project): Record<string, string> {
  const texts: Record<string, string> = {
    "package.json": `{ "type": "${isCommonJs ? "commonjs" : "module"}" }`,
    "src/shared.js": isCommonJs ? "" : `export const PUT = () => new Response("shared");`,
  };
  for (const [file, kind] of Object.entries(files)) {
    texts[`src/pages/${file.replace(/\.ts$/, ".js")}`] = textOf(file, kind, isCommonJs);
  }
  return texts;
}

describe("a build", () => {
  it(
    "has the routes of the source, in their order, with the same methods, and gives the same answers",
    async () => {
      let answered = 0;
      await holds(8, projects, async (given) => {
        const root = project(filesOf(given));
        const { logger } = captureLog();
        const options: BridgeOptions = { root, logger, dev: false };
        if (given.hasRedirect) options.redirects = { "/old/[id]": "/new/[id]" };
        await buildProject(root, options);
        const routes = await Promise.all([
          routesOf({ ...options, build: false }),
          routesOf(options),
        ]);
        expect(routes[1]).toEqual(routes[0]);
        const source = createTestApp(options);
        const built = createTestApp({ ...options, build: "dist/starbridge" });
        for (const target of [...given.targets, "/old/7"]) {
          for (const method of ["GET", "POST", "PUT", "DELETE"]) {
            const [expected, actual] = await Promise.all([
              answerOf(source, method, target),
              answerOf(built, method, target),
            ]);
            expect(actual, `${method} ${target}`).toEqual(expected);
            if (expected[0] === 200) answered += 1;
          }
        }
        await Promise.all([source.close(), built.close()]);
      });
      expect(answered).toBeGreaterThan(20);
    },
    TIME * 2,
  );
});

/** All that a table says of its routes, once their files are loaded. */
async function routesOf(options: BridgeOptions): Promise<unknown[]> {
  const app = createApp(options);
  await app.ready();
  const rows: unknown[] = [];
  for (const { pattern, source, target, segments, params } of app.routes) {
    if (target.kind === "redirect") {
      rows.push([pattern, source]);
      continue;
    }
    await target.load();
    const answers = ["GET", "HEAD", "POST", "PUT", "DELETE"].map((method) =>
      target.answers(method),
    );
    rows.push([pattern, source, segments, params, target.isPrerendered, answers]);
  }
  await app.close();
  return rows;
}

async function answerOf(
  app: ReturnType<typeof createTestApp>,
  method: string,
  target: string,
): Promise<[status: number, text: string, location: string | null]> {
  const response = await app.fetch(`http://h.test${target}`, { method });
  return [response.status, await response.text(), response.headers.get("location")];
}
