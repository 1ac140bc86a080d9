import { describe, expect, it } from "vitest";
import { esm, run, runJson, withoutTypeScript, writeApp } from "./_cli.ts";

interface Listed {
  root: string;
  middleware: string | null;
  routes: Record<string, unknown>[];
  ignored: { file: string; reason: string }[];
  problems: { severity: string; file: string; code: string }[];
}

const project = {
  ...esm,
  "src/middleware.js": "throw new Error('must not run');",
  "src/pages/index.js": "export const GET = () => new Response(); throw new Error('must not run');",
  "src/pages/users/[id].ts": "export const GET: unknown = 1; export const POST = 2;",
  "src/pages/feed.xml.ts": "export const prerender: boolean = true; export const GET = 1;",
  "src/pages/[...path].js": "export const ALL = 1;",
  "src/pages/old.js": "exports.GET = 1;",
  "src/pages/a.test.js": "",
  "starbridge.config.mjs": `export default { redirects: { "/gone": "/users/[id]".replace("[id]", "1") } };`,
};

describe("starbridge routes", () => {
  it("lists pattern, methods, file, prerendering and middleware in the order of the routes", async () => {
    const { code, stdout, stderr } = await run(writeApp(project), ["routes"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n")).toEqual([
      "PATTERN      METHODS          FILE                     PRERENDER  MIDDLEWARE",
      "/feed.xml    GET, HEAD        src/pages/feed.xml.ts    yes        yes",
      "/gone        ALL              → /users/1               no         no",
      "/old         ?                src/pages/old.js         ?          yes",
      "/users/[id]  GET, HEAD, POST  src/pages/users/[id].ts  no         yes",
      "/            GET, HEAD        src/pages/index.js       no         yes",
      "/[...path]   ALL              src/pages/[...path].js   no         yes",
      "",
    ]);
  });

  it("keeps its columns beside names that are wider than they are long", async () => {
    const text = "export const GET = 1;";
    const root = writeApp({ ...esm, "src/pages/日本.ts": text, "src/pages/abcdef.ts": text });
    const { stdout } = await run(root, ["routes"]);
    expect(stdout.split("\n").slice(1, 3)).toEqual([
      "/abcdef  GET, HEAD  src/pages/abcdef.ts  no         no",
      "/日本    GET, HEAD  src/pages/日本.ts    no         no",
    ]);
  });

  it("gives the same as JSON, and files that are no endpoints", async () => {
    const root = writeApp(project);
    const { code, answer } = await runJson<Listed>(root, ["routes"]);
    expect(code).toBe(0);
    expect(answer.root).toBe(root);
    expect(answer.middleware).toBe("src/middleware.js");
    expect(answer.ignored).toEqual([{ file: "src/pages/a.test.js", reason: "is a test" }]);
    expect(answer.routes[3]).toEqual({
      kind: "page",
      pattern: "/users/[id]",
      params: ["id"],
      methods: ["GET", "HEAD", "POST"],
      file: "src/pages/users/[id].ts",
      destination: null,
      prerender: false,
      middleware: true,
    });
    expect(answer.routes[1]).toEqual({
      kind: "redirect",
      pattern: "/gone",
      params: [],
      methods: ["ALL"],
      file: null,
      destination: "/users/1",
      prerender: false,
      middleware: false,
    });
    expect(answer.routes[2]).toMatchObject({ pattern: "/old", methods: null });
  });

  it("lists TypeScript where nothing runs TypeScript", async () => {
    const root = writeApp({ ...esm, "src/pages/a.ts": "export const GET: unknown = 1;" });
    const { code, answer } = await runJson<Listed>(root, ["routes"], { flags: withoutTypeScript });
    expect(code).toBe(0);
    expect(answer.routes).toMatchObject([{ pattern: "/a", middleware: false, prerender: false }]);
    expect(answer.middleware).toBeNull();
  });

  it("takes the folders, the middleware and the output from the config, and --root over its root", async () => {
    const files = {
      "app/api/a.js": "export const GET = 1; export const prerender = false;",
      "app/api/b.js": "export const GET = 1;",
      "app/chain.js": "",
      "other/api/c.js": "export const GET = 1;",
      "starbridge.config.mjs": `export default { root: "app", pages: "api", middleware: "chain", output: "static" };`,
    };
    const root = writeApp(files);
    const fromConfig = await runJson<Listed>(root, ["routes"]);
    expect(fromConfig.answer.routes).toMatchObject([
      { file: "api/a.js", prerender: false },
      { file: "api/b.js", prerender: true },
    ]);
    expect(fromConfig.answer.middleware).toBe("chain.js");

    const config = ["--config", `${root}/starbridge.config.mjs`];
    const elsewhere = await runJson<Listed>(`${root}/other`, ["routes", ...config]);
    expect(elsewhere.answer.root).toBe(`${root}/app`);
    const given = await runJson<Listed>(root, ["routes", "--root", "other", ...config]);
    expect(given.answer.routes).toMatchObject([{ file: "api/c.js" }]);
  });

  it("lists the routes option of a config", async () => {
    const root = writeApp({
      "starbridge.config.mjs": `export default { routes: { "a.ts": { GET() {} }, "b.ts": () => {} } };`,
    });
    const { answer } = await runJson<Listed>(root, ["routes"]);
    expect(answer.routes).toMatchObject([
      { pattern: "/a", methods: ["GET", "HEAD"] },
      { pattern: "/b", methods: null },
    ]);
  });

  it("lists what can be known beside what cannot, and ends with 1", async () => {
    const root = writeApp({
      ...esm,
      "src/pages/[a.js": "",
      "src/pages/b.js": "export const prerender = process.env.B; export const GET = 1;",
      "src/pages/c.js": "export const GET = 1;",
    });
    const { code, stdout, stderr } = await run(root, ["routes"]);
    expect(code).toBe(1);
    expect(stdout.split("\n")).toEqual([
      "PATTERN  METHODS    FILE            PRERENDER  MIDDLEWARE",
      "/b       GET, HEAD  src/pages/b.js  ?          no",
      "/c       GET, HEAD  src/pages/c.js  no         no",
      "",
    ]);
    expect(stderr).toContain("error STARBRIDGE_INVALID_ROUTE Invalid route [a.js");
    expect(stderr).toContain("error STARBRIDGE_PRERENDER_NOT_STATIC The export prerender of src/");
    const { answer } = await runJson<Listed>(root, ["routes"]);
    expect(answer.routes).toHaveLength(2);
    expect(answer.problems).toMatchObject([
      { severity: "error", file: "src/pages/[a.js", code: "STARBRIDGE_INVALID_ROUTE" },
      { severity: "error", file: "src/pages/b.js", code: "STARBRIDGE_PRERENDER_NOT_STATIC" },
    ]);
  });
});
