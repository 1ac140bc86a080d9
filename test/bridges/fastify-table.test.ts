// Fastify finds a route its own way; the file that answers is the one that our matcher names.
import fc from "fast-check";
import fastify from "fastify";
import type { BridgeOptions } from "starbridge";
import starbridge from "starbridge/fastify";
import { createTestApp } from "starbridge/testing";
import { describe, expect, it } from "vitest";
import { staysQuiet } from "./_quiet.ts";

type Table = Record<string, string[]>;
type TrailingSlash = NonNullable<BridgeOptions["trailingSlash"]>;

const quiet = { info() {}, warn() {}, error() {} };
const base = { security: { checkOrigin: false }, logger: quiet } satisfies BridgeOptions;

/** Endpoints that answer with the name of their file and the params they were given. */
function routesOf(table: Table): BridgeOptions["routes"] {
  return Object.fromEntries(
    Object.entries(table).map(([file, methods]) => {
      const answer = ({ params }: { params: object }): Response =>
        Response.json([
          file,
          Object.fromEntries(Object.entries(params).map(([key, value]) => [key, value ?? null])),
        ]);
      return [file, Object.fromEntries(methods.map((method) => [method, answer]))];
    }),
  );
}

interface Settings {
  trailingSlash: TrailingSlash;
  /** What the host's router takes for the same path; ours stays as strict as it is. */
  router: Record<string, boolean>;
}

const plain: Settings = { trailingSlash: "ignore", router: {} };

/** Asks both for every URL and compares file and params. */
async function agree(table: Table, asked: [string, string][], settings: Settings): Promise<void> {
  const { trailingSlash, router } = settings;
  const options = { ...base, routes: routesOf(table), trailingSlash };
  const ours = createTestApp(options);
  const app = fastify({ routerOptions: { maxParamLength: 1000, ...router } });
  await app.register(starbridge, options);
  for (const [method, url] of asked) {
    const expected = await ours.fetch(`http://localhost${url}`, { method });
    const actual = await app.inject({ method: method as "GET", url });
    const what = `${method} ${url} of ${Object.keys(table).join(" ")} ${JSON.stringify(settings)}`;
    const file = expected.status === 200 ? await expected.text() : "none";
    expect(actual.statusCode === 200 ? actual.body : "none", what).toBe(file);
  }
  await app.close();
  await ours.close();
}

const segment = fc.constantFrom(
  "a",
  "b",
  "ab",
  "a.json",
  "index",
  "[x]",
  "[y]",
  "[x].json",
  "[x].xml",
  "a-[x]",
  "[x]-[y]",
  "[x]b",
  "[...r]",
  "[...s]",
  "[...r].json",
  "pre-[...r]",
);
const file = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .filter((segments) => {
    const names = segments.join("/").match(/\w+(?=\])/g) ?? [];
    // "index" is a folder's own page at the end only, and one name stands for one value.
    return new Set(names).size === names.length && !segments.slice(0, -1).includes("index");
  })
  .map((segments) => `${segments.join("/")}.ts`);
const methods = fc.constantFrom<string[]>(["GET"], ["POST"], ["ALL"], ["GET", "POST"]);
const word = fc.constantFrom(
  "a",
  "b",
  "ab",
  "bb",
  "a.json",
  "b.json",
  ".json",
  "a-b",
  "a-",
  "a-b-c",
  "b.xml",
  "pre-",
  "pre-a",
  "index",
  "A",
  "%61",
  "a%2Fb",
  "b%20b",
  "*",
  ":x",
  "a;b",
  "x.b",
  "...",
);
const ending = fc.tuple(fc.constantFrom("", "", "/"), fc.constantFrom("", "", "?q=/a"));
const anyUrl = fc
  .tuple(fc.array(word, { maxLength: 4 }), ending)
  .map(([words, [slash, query]]) => `/${words.join("/")}${words.length ? slash : ""}${query}`);

/** URLs that a file answers, or nearly: its name with words for its params. */
const urlOf = (file: string) =>
  fc
    .tuple(fc.array(word, { minLength: 6, maxLength: 6 }), ending)
    .map(([words, [slash, query]]) => {
      const left = [...words];
      const path = file
        .replace(/\.ts$/, "")
        .replace(/(^|\/)index$/, "")
        .replace(/\[\.\.\.\w\]/g, () => left.splice(0, left.length % 3).join("/"))
        .replace(/\[\w\]/g, () => left.shift() ?? "");
      return `/${path}${path ? slash : ""}${query}`;
    });

/** A table and what is asked of it. */
const questions = fc
  .uniqueArray(fc.tuple(file, methods), { minLength: 1, maxLength: 8, selector: ([name]) => name })
  .chain((entries) => {
    const url = fc.oneof(anyUrl, ...entries.map(([name]) => urlOf(name)));
    const question = fc.tuple(fc.constantFrom("GET", "GET", "POST"), url);
    const asked = fc.array(question, { minLength: 16, maxLength: 16 });
    return fc.tuple(fc.constant<Table>(Object.fromEntries(entries)), asked);
  });

const settings: fc.Arbitrary<Settings> = fc.record({
  trailingSlash: fc.constantFrom<TrailingSlash>("ignore", "never", "always"),
  router: fc.record({
    ignoreTrailingSlash: fc.boolean(),
    ignoreDuplicateSlashes: fc.boolean(),
    caseSensitive: fc.boolean(),
  }),
});

describe("a table on Fastify", () => {
  staysQuiet();

  it("answers with the file that our matcher names, whatever the table and the URL", async () => {
    const property = fc.asyncProperty(questions, settings, ([table, asked], given) =>
      agree(table, asked, given),
    );
    await fc.assert(property, { numRuns: 200 });
  }, 120_000);

  const get = (...urls: string[]): [string, string][] => urls.map((path) => ["GET", path]);

  it.each<[string, Table, [string, string][]]>([
    [
      "a static file before a param",
      { "a.ts": ["GET"], "[x].ts": ["GET"] },
      get("/a", "/b", "/%61"),
    ],
    [
      "a suffix before a param",
      { "[x].json.ts": ["GET"], "[x].ts": ["GET"] },
      get("/a.json", "/a", "/.json"),
    ],
    [
      "a prefix before a param",
      { "a-[x].ts": ["GET"], "[x].ts": ["GET"] },
      get("/a-b", "/a-", "/b"),
    ],
    [
      "two params of one segment",
      { "[x]-[y].ts": ["GET"], "[z].ts": ["GET"] },
      get("/a-b", "/a-b-c", "/ab", "/-a"),
    ],
    [
      "a rest behind a static file",
      { "a/[...r].ts": ["GET"], "a/b.ts": ["GET"] },
      get("/a", "/a/", "/a/b", "/a/b/c"),
    ],
    [
      "a static end behind a rest",
      { "[...r]/b.ts": ["GET"], "[...s].ts": ["GET"] },
      get("/b", "/a/b", "/a/a/b", "/a"),
    ],
    [
      "a rest with a suffix",
      { "[...r].json.ts": ["GET"], "[x]/[y].ts": ["GET"] },
      get("/a/b.json", "/a/b", "/.json"),
    ],
    [
      "a param in the middle that a static sibling starts",
      { "a/b.ts": ["GET"], "[x]/c.ts": ["GET"] },
      get("/a/b", "/a/c", "/x/c"),
    ],
    [
      "a file without the method: the next file of the same URL does not answer for it",
      { "a.ts": ["GET"], "[x].ts": ["POST", "GET"] },
      [
        ["POST", "/a"],
        ["GET", "/a"],
        ["POST", "/b"],
      ],
    ],
    ["two names for one param", { "[x]/a.ts": ["GET"], "[y]/b.ts": ["GET"] }, get("/1/a", "/1/b")],
  ])("%s", async (_name, routes, asked) => {
    await agree(routes, asked, plain);
  });
});
