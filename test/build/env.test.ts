import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createTestApp } from "starbridge/testing";
import { buildProject, project, serve } from "./_project.ts";

// Observed in Astro 7.3 (V-53): the environment of the process counts as the .env files do, and wins.
const page = `
  const { SB_SHELL: taken, SB_FILE } = import.meta.env;
  const name = "SB_SHELL";
  export const GET = () => Response.json({
    shell: import.meta.env.SB_SHELL, open: import.meta.env.PUBLIC_SB_SHELL, both: import.meta.env.SB_BOTH,
    maybe: import.meta.env?.SB_SHELL, index: import.meta.env["SB_SHELL"], later: import.meta.env[name],
    none: import.meta.env.SB_NONE ?? null, taken, SB_FILE, site: import.meta.env.SITE, base: import.meta.env.BASE_URL,
  });`;
const answer = {
  shell: 'of "the" shell',
  open: "open",
  both: "shell",
  maybe: 'of "the" shell',
  index: 'of "the" shell',
  later: 'of "the" shell',
  none: null,
  taken: 'of "the" shell',
  SB_FILE: "file",
  site: "https://ex.example",
  base: "/",
};
const options = { site: "https://ex.example" };
const files = { ".env": "SB_BOTH=file\nSB_FILE=file\n", "src/pages/a.ts": page };

function setEnv(values: Record<string, string>): void {
  Object.assign(process.env, values);
  onTestFinished(() => {
    for (const name of Object.keys(values)) Reflect.deleteProperty(process.env, name);
  });
}
const shell = {
  SB_SHELL: 'of "the" shell',
  PUBLIC_SB_SHELL: "open",
  SB_BOTH: "shell",
  SB_SECRET: "not-for-chunks",
  BASE_URL: "/shell",
};

describe("import.meta.env", () => {
  it("has the environment that the build ran in, of what a page names, and nothing else of it", async () => {
    setEnv(shell);
    const root = project(files);
    const { folder } = await buildProject(root, options);
    for (const name of Object.keys(shell)) Reflect.deleteProperty(process.env, name);
    expect(await serve(root, options).json("/a")).toEqual(answer);
    const texts = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith("js"))
      .map((name) => readFileSync(join(folder, name), "utf8"));
    expect(texts.join("\n")).not.toMatch(/not-for-chunks|SB_SECRET/);
  });

  it("has the same in development", async () => {
    setEnv(shell);
    const app = createTestApp({ ...options, root: project(files), dev: true });
    expect(await (await app.fetch("/a")).json()).toEqual(answer);
    await app.close();
  });
});

describe("Vite's own names in import.meta.env", () => {
  it("stay Vite's, whatever the environment calls so", async () => {
    const shells = ["MODE", "DEV", "PROD", "SSR", "BASE_URL"].map((name) => [name, "shell"]);
    setEnv(Object.fromEntries(shells));
    const names = shells.map(([name]) => `import.meta.env.${name}`).join(", ");
    const root = project({
      "src/pages/a.ts": `export const GET = () => Response.json([${names}]);`,
    });
    await buildProject(root);
    expect(await serve(root).text("/a")).toBe('["production",false,true,true,"/"]');
  });
});
