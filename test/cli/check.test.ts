import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { esm, install, link, run, runJson, withoutTypeScript, writeApp } from "./_cli.ts";

interface Problem {
  severity: string;
  file: string | null;
  code: string;
  message: string;
  hint?: string;
  stack?: string[];
}
interface Checked {
  ok: boolean;
  routes: number;
  errors: number;
  warnings: number;
  problems: Problem[];
}

const fine = {
  ...esm,
  "src/middleware.js": `import { defineMiddleware } from "astro:middleware";
    export const onRequest = defineMiddleware((context, next) => next());`,
  "src/pages/a.js": "export const GET = () => new Response(); export const MAX = 10;",
  "src/pages/users/[id].js": "export function ALL() {}",
};

async function problemsOf(files: Record<string, string>): Promise<Problem[]> {
  return (await runJson<Checked>(writeApp({ ...esm, ...files }), ["check"])).answer.problems;
}

describe("starbridge check", () => {
  it("finds nothing in a sound project and ends with 0", async () => {
    const root = writeApp(fine);
    expect(await run(root, ["check"])).toEqual({
      code: 0,
      stdout: "2 routes checked: 0 errors, 0 warnings.\n",
      stderr: "",
    });
    const { answer } = await runJson<Checked>(root, ["check"]);
    expect(answer).toEqual({ ok: true, routes: 2, errors: 0, warnings: 0, problems: [] });
  });

  it("names the file, the place and the way out for a module that fails, and ends with 1", async () => {
    const root = writeApp({
      ...fine,
      "src/pages/b.js": 'import "../db.js"; export const GET = () => new Response();',
      "src/db.js": "\nthrow new Error('no database');",
    });
    const { code, answer, stderr } = await runJson<Checked>(root, ["check"]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(answer).toMatchObject({ ok: false, routes: 3, errors: 1 });
    expect(answer.problems).toMatchObject([
      { severity: "error", file: "src/pages/b.js", code: "STARBRIDGE_MODULE_FAILED" },
    ]);
    expect(answer.problems[0]?.stack?.[0]).toMatch(/src\/db\.js:2:7/);
    const { stdout } = await run(root, ["check"]);
    expect(stdout).toMatch(
      /^error STARBRIDGE_MODULE_FAILED src\/pages\/b\.js could not be loaded: Error: no database/,
    );
    expect(stdout).toMatch(/\n {4}at .*src\/db\.js:2:7\)?\n {2}Mend it, or what it imports\.\n/);
    expect(stdout).toMatch(/\n3 routes checked: 1 error, 0 warnings\.\n$/);
  });

  it.each([
    ["a method that is no function", "export const GET = 5;", "STARBRIDGE_HANDLER_NOT_A_FUNCTION"],
    ["no method at all", "export default () => new Response();", "no-handler"],
    [
      "a module of Astro's that is not there",
      'import "astro:content";',
      "STARBRIDGE_ASTRO_MODULE_UNSUPPORTED",
    ],
    [
      "prerender that is no boolean",
      "export const GET = () => {}; export let prerender = 'yes';",
      "STARBRIDGE_PRERENDER_NOT_STATIC",
    ],
    [
      "prerender without GET",
      "export const POST = () => {}; export const prerender = true;",
      "STARBRIDGE_PRERENDER_NO_GET",
    ],
  ])("finds %s", async (_, text, code) => {
    const problems = await problemsOf({ "src/pages/a.js": text });
    const problem = problems.find((one) => one.code === code);
    expect(problem, JSON.stringify(problems)).toMatchObject({
      severity: "error",
      file: "src/pages/a.js",
      message: expect.stringContaining("src/pages/a.js"),
    });
    expect(problem?.hint).toBeTruthy();
  });

  it("finds parameters of a prerendered route that nobody lists", async () => {
    const text = "export const GET = () => {}; export const prerender = true;";
    const problems = await problemsOf({ "src/pages/[id].js": text });
    expect(problems).toMatchObject([
      { severity: "error", code: "STARBRIDGE_GET_STATIC_PATHS_REQUIRED" },
    ]);
  });

  it("finds routes that never answer", async () => {
    const text = "export const GET = () => new Response();";
    const problems = await problemsOf({ "src/pages/[a].js": text, "src/pages/[b].js": text });
    expect(problems).toMatchObject([
      { severity: "error", file: "src/pages/[b].js", code: "route-collision" },
    ]);
  });

  it.each([
    ["behind a prerendered one", "prerender = true", "", []],
    ["of which both are prerendered", "prerender = true", "prerender = true", []],
    ["that stands before a prerendered one", "", "prerender = true", ["[b].js"]],
  ])("judges a route of the same paths %s by what is left to it", async (_, one, other, never) => {
    const text = "export const GET = () => new Response(); export const getStaticPaths = () => [];";
    const flag = (value: string): string => (value === "" ? "" : `export const ${value};`);
    const problems = await problemsOf({
      "src/pages/[a].js": text + flag(one),
      "src/pages/[b].js": text + flag(other),
    });
    const collisions = problems.filter(({ code }) => code === "route-collision");
    expect(collisions.map(({ file }) => file)).toEqual(never.map((name) => `src/pages/${name}`));
  });

  it("finds the second of two routes on demand behind a prerendered one", async () => {
    const text = "export const GET = () => new Response();";
    const paths = "export const prerender = true; export const getStaticPaths = () => [];";
    const problems = await problemsOf({
      "src/pages/[a].js": text + paths,
      "src/pages/[b].js": text,
      "src/pages/[c].js": text,
    });
    expect(problems).toMatchObject([{ file: "src/pages/[c].js", code: "route-collision" }]);
    expect(problems[0]?.message).toContain("src/pages/[b].js takes the same paths");
  });

  it("warns of methods in small letters, unused getStaticPaths and hidden redirects; --strict fails on them", async () => {
    const root = writeApp({
      ...esm,
      "src/pages/a.js": "export const GET = () => {}; export const del = () => {};",
      "src/pages/b.js": "export const GET = () => {}; export const getStaticPaths = () => [];",
      "starbridge.config.js": "export default { redirects: { '/a': '/b' } };",
    });
    const { code, answer } = await runJson<Checked>(root, ["check"]);
    expect({ code, ok: answer.ok, warnings: answer.warnings }).toEqual({
      code: 0,
      ok: true,
      warnings: 3,
    });
    expect(answer.problems.map((problem) => problem.code).sort()).toEqual([
      "method-case",
      "redirect-hidden",
      "static-paths-unused",
    ]);
    const strict = await runJson<Checked>(root, ["check", "--strict"]);
    expect({ code: strict.code, ok: strict.answer.ok }).toEqual({ code: 1, ok: false });
  });

  it("notes files that are no endpoints, and fails on them never", async () => {
    const root = writeApp({ ...fine, "src/pages/a.test.js": "" });
    const { code, answer } = await runJson<Checked>(root, ["check", "--strict"]);
    expect(code).toBe(0);
    expect(answer.problems).toMatchObject([
      { severity: "note", file: "src/pages/a.test.js", code: "ignored-file" },
    ]);
  });

  it("finds a broken middleware and the broken files beside it", async () => {
    const problems = await problemsOf({
      "src/middleware.js": "export const onRequests = () => {};",
      "src/pages/a.js": "export const GET = 5;",
    });
    expect(problems.map((problem) => problem.code)).toEqual([
      "STARBRIDGE_MIDDLEWARE_NO_ON_REQUEST",
      "STARBRIDGE_HANDLER_NOT_A_FUNCTION",
    ]);
  });

  it.each(["export default {};", "export default { dev: false };"])(
    "finds everything that is wrong in one run with %s",
    async (config) => {
      const root = writeApp({
        ...esm,
        "src/pages/a.js": "export const prerender = process.env.A; export const GET = 1;",
        "src/pages/b.js": "export default 1;",
        "src/pages/[c.js": "export const GET = 1;",
        "src/pages/[d.js": "",
        "src/middleware.js": "throw new Error('no session store');",
        "starbridge.config.js": config.replace(
          "{",
          "{ redirects: { '/x': '/[y]', '/z': 'ftp://z', '/b': '/' },",
        ),
      });
      const { code, answer } = await runJson<Checked>(root, ["check"]);
      expect(code).toBe(1);
      expect(answer.problems.map(({ code, file }) => `${code} ${file}`)).toEqual([
        "STARBRIDGE_INVALID_REDIRECT_DESTINATION null",
        "STARBRIDGE_UNSUPPORTED_EXTERNAL_REDIRECT null",
        "STARBRIDGE_INVALID_ROUTE src/pages/[c.js",
        "STARBRIDGE_INVALID_ROUTE src/pages/[d.js",
        "STARBRIDGE_PRERENDER_NOT_STATIC src/pages/a.js",
        "redirect-hidden null",
        "STARBRIDGE_MODULE_FAILED src/middleware.js",
        "STARBRIDGE_HANDLER_NOT_A_FUNCTION src/pages/a.js",
        "no-handler src/pages/b.js",
      ]);
      expect(answer).toMatchObject({ routes: 2, errors: 8, warnings: 1 });
    },
  );

  it("loads the other files where TypeScript cannot be loaded, and names those that are TypeScript once", async () => {
    const root = writeApp({
      ...esm,
      "src/pages/a.ts": "export const GET: unknown = 1;",
      "src/pages/b.ts": "export const GET: unknown = 1;",
      "src/pages/c.js": "export const GET = 1;",
      "starbridge.config.js": "export default { dev: false };",
    });
    const { answer } = await runJson<Checked>(root, ["check"], { flags: withoutTypeScript });
    expect(answer.routes).toBe(3);
    expect(answer.problems).toMatchObject([
      {
        file: "src/pages/a.ts",
        message:
          "src/pages/a.ts is TypeScript, and this process does not run TypeScript. So is src/pages/b.ts.",
      },
      { file: "src/pages/c.js", code: "STARBRIDGE_HANDLER_NOT_A_FUNCTION" },
    ]);
  });

  it("says how to make a module of a file with import statements that package.json calls CommonJS", async () => {
    const root = writeApp({
      "package.json": '{ "type": "commonjs" }',
      "src/pages/a.js": 'import "node:fs"; export const GET = () => new Response();',
      "starbridge.config.mjs": "export default { dev: false };",
    });
    const { answer } = await runJson<Checked>(root, ["check"]);
    expect(answer.problems).toMatchObject([{ code: "STARBRIDGE_MODULE_FAILED" }]);
    expect(answer.problems[0]?.hint).toMatch(/a package\.json of their own with "type": "module"/);
    expect(answer.problems[0]?.hint).not.toContain("cause");
  });

  it.each(["export default {};", "export default { dev: false };"])(
    "gives up a module that never loads while something keeps the process busy, with %s",
    async (config) => {
      const waiting = "setInterval(() => {}, 1000); await new Promise(() => {});";
      const root = writeApp({
        ...esm,
        "src/pages/a.js": waiting,
        "src/pages/b.js": "export const GET = () => new Response();",
        "starbridge.config.js": config,
      });
      const { code, answer } = await runJson<Checked>(root, ["check", "--timeout", "2"]);
      expect({ code, routes: answer.routes }).toEqual({ code: 1, routes: 2 });
      expect(answer.problems[0]).toMatchObject({
        severity: "error",
        file: "src/pages/a.js",
        code: "not-loaded",
        message:
          "src/pages/a.js was not loaded within 2 s: something that it awaits does not come.",
      });
    },
  );

  it("gives up a middleware that never loads, and loads the files beside it", async () => {
    const root = writeApp({
      ...esm,
      "src/middleware.js": "setInterval(() => {}, 1000); await new Promise(() => {});",
      "src/pages/a.js": "export const GET = 1;",
    });
    const { answer } = await runJson<Checked>(root, ["check", "--timeout=3"]);
    expect(answer.problems).toMatchObject([
      { file: "src/middleware.js", code: "not-loaded" },
      { file: "src/pages/a.js", code: "STARBRIDGE_HANDLER_NOT_A_FUNCTION" },
    ]);
  });

  it("says one thing about each file that is no endpoint", async () => {
    const files = { "src/pages/a.astro": "", "src/pages/b.tsx": "" };
    const problems = await problemsOf(files);
    expect(problems.map(({ message, hint }) => `${message} ${hint}`)).toEqual([
      "src/pages/a.astro is ignored: it is a page, not an endpoint. Move it away, or begin its name with _.",
      "src/pages/b.tsx is ignored: it is a component. Move it away, or begin its name with _.",
    ]);
  });

  it.each([
    ["an endpoint file", "src/pages/a.js", "src/pages/a.js"],
    ["the middleware", "src/middleware.js", "src/middleware.js"],
    ["a file that an endpoint file imports", "src/bad.js", "src/pages/b.js"],
  ])("names the line of a mistake in the syntax of %s", async (_, broken, file) => {
    const root = writeApp({
      ...esm,
      "src/pages/a.js": "export const GET = () => 1;",
      "src/pages/b.js": "import '../bad.js'; export const GET = () => 1;",
      "src/bad.js": "",
      [broken]: "\nexport const GET = (( => 1;",
    });
    link(root, "vite");
    const { answer } = await runJson<Checked>(root, ["check"]);
    expect(answer.problems).toHaveLength(1);
    expect(answer.problems[0]).toMatchObject({ file, code: "STARBRIDGE_MODULE_FAILED" });
    expect(answer.problems[0]?.message).toContain(
      `${file} could not be loaded: Unexpected token (${broken}:2:23).\n\n  1 |\n> 2 | export const GET = (( => 1;\n`,
    );
  });

  it("loads files whose names Vite cannot read, and warns of those that cannot be built", async () => {
    const text = "export const GET = () => new Response();";
    const files = { "src/pages/a#b.js": text, "src/pages/c?d.js": text };
    const root = writeApp({ ...esm, ...files });
    link(root, "vite");
    const { code, answer } = await runJson<Checked>(root, ["check"]);
    expect([code, answer.routes]).toEqual([0, 2]);
    expect(answer.problems).toMatchObject([
      { severity: "warning", file: "src/pages/c?d.js", code: "not-buildable" },
    ]);
  });

  it("says why it does without Vite in a folder whose name Vite cannot read", async () => {
    const text = "export const GET = (): Response => new Response();";
    const root = join(writeApp({ "a#b/package.json": "{}", "a#b/src/pages/a.ts": text }), "a#b");
    link(root, "vite");
    const flags = withoutTypeScript;
    const { code, answer } = await runJson<Checked>(root, ["check"], { flags });
    expect(code).toBe(1);
    expect(answer.problems).toMatchObject([
      {
        severity: "note",
        message: `Pages do not reload, because Vite takes the # or ? in the path of their root for the end of it: ${root}`,
        hint: "The files are loaded with Node alone.",
      },
      { severity: "error", code: "STARBRIDGE_TYPESCRIPT_UNSUPPORTED" },
    ]);
  });

  it("says once of a file that it cannot be read", async () => {
    const root = writeApp({ ...esm, "src/pages/b.js": "export const GET = 1;" });
    // A file that nobody can read from its beginning, whoever runs the test.
    symlinkSync("/proc/self/mem", join(root, "src/pages/a.js"));
    const { answer } = await runJson<Checked>(root, ["check"]);
    expect(answer.problems).toMatchObject([
      { file: "src/pages/a.js", code: "environment" },
      { file: "src/pages/b.js", code: "STARBRIDGE_HANDLER_NOT_A_FUNCTION" },
    ]);
  });

  it("finds a wrong option and a missing folder", async () => {
    const wrong = await problemsOf({ "starbridge.config.js": "export default { page: 'x' };" });
    expect(wrong).toMatchObject([{ code: "STARBRIDGE_UNKNOWN_OPTION", file: null }]);
    expect(await problemsOf({})).toMatchObject([{ code: "STARBRIDGE_PAGES_NOT_FOUND" }]);
  });

  it("says once that TypeScript cannot be loaded where neither Node nor vite runs it", async () => {
    const files = {
      ...esm,
      "src/middleware.ts": "export const onRequest: unknown = () => {};",
      "src/pages/a.ts": "export const GET: unknown = 1;",
    };
    const root = writeApp(files);
    install(root);
    const { code, answer } = await runJson<Checked>(root, ["check"], { flags: withoutTypeScript });
    expect(code).toBe(1);
    expect(answer.problems.map((problem) => problem.code)).toEqual([
      "STARBRIDGE_TYPESCRIPT_UNSUPPORTED",
    ]);
  });

  it("keeps what modules print out of the answer", async () => {
    const root = writeApp({
      ...fine,
      "src/pages/b.js": "console.log('connected'); export const GET = () => new Response();",
    });
    const { code, answer, stderr } = await runJson<Checked>(root, ["check"]);
    expect({ code, ok: answer.ok, stderr }).toEqual({ code: 0, ok: true, stderr: "connected\n" });
  });

  it("ends although a module keeps the process busy", async () => {
    const text = "setInterval(() => {}, 1000); export const GET = () => new Response();";
    expect(await run(writeApp({ ...fine, "src/pages/b.js": text }), ["check"])).toMatchObject({
      code: 0,
    });
  });

  const stray: [string, string, string, RegExp][] = [
    [
      "waits for what nothing can bring",
      "await new Promise(() => {});",
      "not-loaded",
      /^src\/pages\/a\.js was not loaded: something that it awaits does not come, and nothing is left to bring it\.$/,
    ],
    [
      "leaves a rejection to nobody",
      "Promise.reject(new Error('no queue'));",
      "failed-in-background",
      /^While src\/pages\/a\.js was loaded, something failed that nobody handles: Error: no queue\.$/,
    ],
  ];

  it("names the file that ends the process", async () => {
    const { answer } = await runJson<{ error: { code: string; message: string } }>(
      writeApp({ ...esm, "src/pages/a.js": "process.exit(0);" }),
      ["check"],
    );
    expect(answer.error).toMatchObject({
      code: "ended",
      message: "The process ended while loading src/pages/a.js (exit code 0).",
    });
  });

  it.each(stray)("finds a file that %s, and what is wrong with the others", async (...row) => {
    const [, text, code, message] = row;
    // With a server of Vite's, and without.
    for (const config of ["export default {};", "export default { dev: false };"]) {
      const root = writeApp({
        ...esm,
        "src/pages/a.js": `${text} export const GET = () => {};`,
        "src/pages/b.js": "export const GET = 1;",
        "starbridge.config.js": config,
      });
      for (const limit of ["0", "60"]) {
        const { code: exitCode, answer } = await runJson<Checked>(root, [
          "check",
          "--timeout",
          limit,
        ]);
        expect({ exitCode, routes: answer.routes }).toEqual({ exitCode: 1, routes: 2 });
        expect(answer.problems).toMatchObject([
          { file: "src/pages/a.js", code, message: expect.stringMatching(message) },
          { file: "src/pages/b.js", code: "STARBRIDGE_HANDLER_NOT_A_FUNCTION" },
        ]);
      }
    }
  });

  it.each([["waits for what nothing can bring", "await new Promise(() => {});", "not-loaded"]])(
    "finds a middleware that %s, and what is wrong with the files beside it",
    async (...row) => {
      const [, text, code] = row;
      for (const config of ["export default {};", "export default { dev: false };"]) {
        const problems = await problemsOf({
          "src/middleware.js": text,
          "src/pages/a.js": "export const GET = 1;",
          "starbridge.config.js": config,
        });
        expect(problems).toMatchObject([
          { file: "src/middleware.js", code },
          { file: "src/pages/a.js", code: "STARBRIDGE_HANDLER_NOT_A_FUNCTION" },
        ]);
      }
    },
  );

  it("loads what only Vite understands where vite is installed", async () => {
    const root = writeApp({
      ...esm,
      "src/pages/a.ts": `enum Kind { A = "a" }
        const all = import.meta.glob("./data/*.json");
        export const GET = (): Response => Response.json([Kind.A, Object.keys(all)]);`,
      "src/pages/data/x.json": "{}",
    });
    link(root, "vite");
    const { answer } = await runJson<Checked>(root, ["check"]);
    expect(answer.problems.filter((problem) => problem.severity === "error")).toEqual([]);
  });
});
