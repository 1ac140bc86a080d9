import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runNode } from "../lib/loader/_app.ts";
import { esm, follow, link, run, runJson, tsc, writeApp } from "./_cli.ts";

interface Written {
  file: string;
  routes: number;
  changed: boolean;
  problems: { file: string; code: string }[];
}
interface Failed {
  error?: { code: string };
}

const project = {
  ...esm,
  "src/pages/index.ts": "export const GET: unknown = broken",
  "src/pages/users/[id].ts": "",
  "src/pages/[lang]-[1].json.ts": "",
  "src/pages/files/[...path].ts": "",
  "starbridge.config.mjs": "export default { redirects: { '/old': '/' } };",
};

function typesOf(root: string): string {
  return readFileSync(join(root, ".starbridge/types.d.ts"), "utf8");
}

describe("starbridge types", () => {
  it("writes the routes and their params without running a file", async () => {
    const root = writeApp(project);
    expect(await run(root, ["types"])).toEqual({
      code: 0,
      stdout: "Wrote .starbridge/types.d.ts (4 routes).\n",
      stderr: "",
    });
    expect(typesOf(root)).toContain(`  interface Routes {
    "/files/[...path]": { path: string | undefined };
    "/users/[id]": { id: string };
    "/[lang]-[1].json": { lang: string; "1": string };
    "/": {};
  }
`);
  });

  it("leaves a file alone that would stay the same", async () => {
    const root = writeApp(project);
    const first = await runJson<Written>(root, ["types"]);
    const before = statSync(first.answer.file, { bigint: true });
    const second = await runJson<Written>(root, ["types"]);
    expect(first.answer).toEqual({
      file: join(root, ".starbridge/types.d.ts"),
      routes: 4,
      changed: true,
      problems: [],
    });
    expect(second.answer).toEqual({ ...first.answer, changed: false });
    expect(statSync(second.answer.file, { bigint: true })).toMatchObject({
      mtimeNs: before.mtimeNs,
      ino: before.ino,
    });
  });

  it("says how a tsconfig finds the types, until it does", async () => {
    const root = writeApp({ ...project, "tsconfig.json": '{ "include": ["src"] }' });
    const line = 'Add ".starbridge/types.d.ts" to "include" in tsconfig.json';
    expect((await run(root, ["types"])).stdout).toContain(line);
    writeFileSync(join(root, "tsconfig.json"), '{ "include": ["src", ".starbridge/types.d.ts"] }');
    expect((await run(root, ["types"])).stdout).not.toContain(line);
  });

  it("gives the compiler what it needs to refuse a wrong route and a wrong param", async () => {
    const root = writeApp({
      ...esm,
      "src/pages/users/[id].ts": `import type { APIRoute } from "starbridge";
export const GET: APIRoute<Starbridge.Route & "/users/[id]"> = ({ params }) => new Response(params.id);`,
      "src/pages/files/[...path].ts": "export {};",
      "src/pages/index.ts": "export {};",
      "src/links.ts": `type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
import type { ParamsOf } from "starbridge";
export const routes: Same<Starbridge.Route, "/" | "/users/[id]" | "/files/[...path]"> = true;
export const params: Same<Starbridge.Params<"/files/[...path]">, ParamsOf<"/files/[...path]">> = true;
export const none: Same<Starbridge.Params<"/">, ParamsOf<"/">> = true;
export const right: Starbridge.Params<"/users/[id]"> = { id: "7" };
// @ts-expect-error
export const missing: Starbridge.Params<"/users/[id]"> = {};
// @ts-expect-error
export const wrong: Starbridge.Route = "/usres/[id]";`,
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          target: "es2023",
          lib: ["es2023", "dom"],
          module: "nodenext",
          strict: true,
          noEmit: true,
          types: ["node"],
        },
        include: ["src", ".starbridge/types.d.ts"],
      }),
    });
    link(root, "starbridge", "@types");
    await run(root, ["types"]);
    expect(await runNode(root, [tsc, "-p", root])).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("follows files and folders that come, go and are renamed", async () => {
    const root = writeApp({ ...esm, "src/pages/a.ts": "" });
    const types = follow(root, ["types", "--watch", "--json"]);
    const next = async () => JSON.parse(await types.line()) as Written;
    expect(await next()).toMatchObject({ routes: 1, changed: true });

    writeFileSync(join(root, "src/pages/b.ts"), "");
    expect(await next()).toMatchObject({ routes: 2 });
    mkdirSync(join(root, "src/pages/users/posts"), { recursive: true });
    writeFileSync(join(root, "src/pages/users/posts/[id].ts"), "");
    expect(await next()).toMatchObject({ routes: 3 });
    renameSync(join(root, "src/pages/users"), join(root, "src/pages/people"));
    expect(await next()).toMatchObject({ routes: 3 });
    expect(typesOf(root)).toContain('"/people/posts/[id]": { id: string };');
    rmSync(join(root, "src/pages/a.ts"));
    expect(await next()).toMatchObject({ routes: 2 });
  });

  it("leaves out a name that is no route, tells of it, and of its mending", async () => {
    const root = writeApp({ ...esm, "src/pages/a.ts": "", "src/pages/[b.ts": "" });
    const once = await run(root, ["types"]);
    expect(once).toMatchObject({ code: 1, stdout: "Wrote .starbridge/types.d.ts (1 route).\n" });
    expect(once.stderr).toContain("error STARBRIDGE_INVALID_ROUTE Invalid route [b.ts");

    const types = follow(root, ["types", "--watch", "--json"]);
    const next = async () => JSON.parse(await types.line()) as Written & Failed;
    expect(await next()).toMatchObject({
      routes: 1,
      changed: false,
      problems: [{ file: "src/pages/[b.ts", code: "STARBRIDGE_INVALID_ROUTE" }],
    });
    rmSync(join(root, "src/pages/[b.ts"));
    expect(await next()).toMatchObject({ routes: 1, changed: false, problems: [] });
    rmSync(join(root, "src"), { recursive: true });
    let last = await next();
    while (last.error === undefined) last = await next();
    expect(last.error.code).toBe("STARBRIDGE_PAGES_NOT_FOUND");
  });

  it("follows a pages folder that is removed and made again", async () => {
    const root = writeApp({ ...esm, "src/pages/a.ts": "" });
    const types = follow(root, ["types", "--watch"]);
    expect(await types.line()).toContain("(1 route)");
    rmSync(join(root, "src"), { recursive: true });
    mkdirSync(join(root, "src/pages"), { recursive: true });
    for (const name of ["b", "c"]) writeFileSync(join(root, `src/pages/${name}.ts`), "");
    let last = await types.line();
    while (!last.includes("(2 routes)")) last = await types.line();
    expect(existsSync(join(root, ".starbridge/types.d.ts"))).toBe(true);
    expect(typesOf(root)).toContain('"/c": {};');
  });

  it("ends with 0 when nobody reads what it has to say about a change", async () => {
    const root = writeApp({ ...esm, "src/pages/a.ts": "" });
    for (const flags of [[], ["--json"]]) {
      const types = follow(root, ["types", "--watch", ...flags]);
      await types.line();
      types.leave();
      writeFileSync(join(root, `src/pages/b${flags.length}.ts`), "");
      expect(await types.end()).toBe(0);
    }
  });
});
