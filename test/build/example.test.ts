// The example as its README says: built, and then served from the build.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readCommands, requestAsCurl, startExample } from "../package/_example.ts";
import { buildProject, repository } from "./_project.ts";

describe("the example prerender", () => {
  it("answers from its build as its README says", async () => {
    // A copy beside it: inside the repository it finds the package, and outside of the example nobody reads along.
    const folder = mkdtempSync(join(repository, "dist/prerender-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    cpSync(join(repository, "examples/prerender"), folder, {
      recursive: true,
      filter: (path) => !path.includes(join("prerender", "dist")),
    });
    const { prerendered } = await buildProject(folder);
    expect(prerendered).toBe(3);
    const { curls } = await readCommands("prerender");
    const example = await startExample([join(folder, "server.js")]);
    const answers: { response: Response; body: string }[] = [];
    for (const curl of curls) answers.push(await requestAsCurl(curl, example.url));
    const { stderr } = await example.stop();
    expect(answers.map(({ response, body }) => [response.status, body])).toEqual([
      [200, '[{"sku":"tea","name":"Tea","cents":300},{"sku":"salt","name":"Salt","cents":120}]'],
      [200, '{"sku":"tea","name":"Tea","cents":300}'],
      [206, '{"sku":"tea","n'],
      [404, '{"legacy":"nobody knows milk.json"}'],
      [200, '{"tea":4,"salt":0}'],
    ]);
    expect(answers[0]?.response.headers.get("cache-control")).toBe("public, max-age=60");
    expect(answers[0]?.response.headers.get("etag")).toMatch(/^"[\w-]{27}"$/);
    expect(stderr).toBe("");
  });
});
