import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root, run } from "./_package.ts";
import { createProject } from "./_project.ts";

const typescript = join(root, "node_modules/typescript/bin/tsc");

// Our declarations are checked with the user's own code: no skipLibCheck here.
async function check(fixture: string, packages: string[]): Promise<string> {
  const project = await createProject(fixture, packages);
  try {
    return (await run(process.execPath, [typescript, "-p", project.folder], project.folder)).stdout;
  } finally {
    project.remove();
  }
}

describe("the types of the installed package", () => {
  it("fit hosts in ESM and in CommonJS, on every framework, and files of an Astro project", async () => {
    const frameworks = ["express", "@types/express", "fastify", "connect", "@types/connect"];
    expect(await check("consumer", ["@types/node", ...frameworks])).toBe("");
  });

  it("need no framework where none is used", async () => {
    expect(await check("consumer-core", ["@types/node"])).toBe("");
  });

  it("refuse what the options and the params of a route do not allow", async () => {
    const output = await check("consumer-wrong", ["@types/node", "express", "@types/express"]);
    const wrong = output
      .split("\n")
      .flatMap((line) => /^wrong\.mts\((\d+),\d+\)/.exec(line)?.[1] ?? []);
    // One line each, in the order of the file.
    expect(wrong).toEqual(["8", "10", "12", "14"]);
  });
});
