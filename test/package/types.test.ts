import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { manifest, root, run } from "./_package.ts";
import type { Project } from "./_project.ts";
import { createProject } from "./_project.ts";

const typescript = join(root, "node_modules/typescript/bin/tsc");

// Our declarations are checked with the user's own code: no skipLibCheck here.
async function check(fixture: string, packages: string[]): Promise<string> {
  const project = await createProject(fixture, packages);
  try {
    return await compile(project);
  } finally {
    project.remove();
  }
}

async function compile({ folder }: Project, ...flags: string[]): Promise<string> {
  return (await run(process.execPath, [typescript, "-p", folder, ...flags], folder)).stdout;
}

const frameworks = ["express", "@types/express", "fastify", "connect", "@types/connect"];

describe("the types for an app that is compiled to CommonJS", () => {
  let project: Project;
  beforeAll(async () => {
    project = await createProject("consumer-commonjs", ["@types/node", ...frameworks]);
  });
  afterAll(() => project?.remove());

  it.each(["commonjs", "node16", "node18", "node20", "nodenext", "preserve"])(
    "are those of the entries with module: %s",
    async (module) => {
      expect(await compile(project, "--module", module)).toBe("");
    },
  );

  // TypeScript 7 knows no moduleResolution: node10 any more, which reads neither `exports` nor what stands there.
  it("are named for a TypeScript that does not read exports, too", () => {
    const { ".": main, "./package.json": _, ...others } = manifest.exports;
    const named = { "": manifest.types, ...mapped(manifest.typesVersions["*"], ([file]) => file) };
    expect(named).toEqual({ "": typesOf(main), ...mapped(others, typesOf) });
  });
});

function typesOf(target: string | { types: string } | undefined): string | undefined {
  return typeof target === "object" ? target.types : target;
}

/** By the path behind the name of the package. */
function mapped<Value>(
  values: Record<string, Value>,
  map: (value: Value) => string | undefined,
): Record<string, string | undefined> {
  const pairs = Object.entries(values);
  return Object.fromEntries(pairs.map(([path, value]) => [path.replace("./", ""), map(value)]));
}

describe("the types of the installed package", () => {
  it("fit hosts in ESM and in CommonJS, on every framework, and files of an Astro project", async () => {
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
