import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runToEnd, startExample } from "./_example.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const readme = await readFile(join(root, "README.md"), "utf8");

/** A project that consists of the README's code blocks which begin with the name of a file. */
let project = "";

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "readme-"));
  await mkdir(join(project, "node_modules"));
  await symlink(root, join(project, "node_modules/starbridge"), "junction");
  const express = join(root, "node_modules/express");
  await symlink(express, join(project, "node_modules/express"), "junction");
  await writeFile(join(project, "package.json"), '{ "type": "module" }');
  for (const [, file = "", code = ""] of readme.matchAll(/```js\n\/\/ (\S+)\n(.*?)```/gs)) {
    await mkdir(dirname(join(project, file)), { recursive: true });
    await writeFile(join(project, file), code);
  }
});

afterAll(() => rm(project, { recursive: true, force: true }));

describe("the README", () => {
  it("adds the two lines that the hello examples have", async () => {
    const added = [...readme.matchAll(/^\+(.+)$/gm)].map((match) => match[1]);
    const express = await readFile(join(root, "examples/express-hello/server.js"), "utf8");
    const fastify = await readFile(join(root, "examples/fastify-hello/server.js"), "utf8");

    expect(added).toHaveLength(4);
    for (const line of added.slice(0, 2)) expect(express.split("\n")).toContain(line);
    for (const line of added.slice(2)) expect(fastify.split("\n")).toContain(line);
  });

  it("shows a server whose GET is a file and whose POST is still legacy", async () => {
    const server = await startExample([join(project, "server.js")]);
    const url = `${server.url}/api/users/7`;
    const get = await fetch(url, { headers: { "x-user": "ada" } });
    const stranger = await fetch(url);
    const post = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"name":"Ada"}',
    });
    const answers = [await get.json(), await post.json()];
    const { stderr } = await server.stop();

    expect(answers).toEqual([
      { id: "7", askedBy: "ada" },
      { id: "7", changed: ["name"] },
    ]);
    expect(get.headers.get("x-route")).toBe("/api/users/[id]");
    expect(stranger.status).toBe(401);
    expect(post.headers.has("x-route")).toBe(false);
    expect(stderr).toBe("");
  });

  it("shows a test that passes", async () => {
    const { code, output } = await runToEnd(["--test", join(project, "users.test.js")]);

    expect(output).toContain("pass 1");
    expect(code).toBe(0);
  });

  it("lists every option, and no other", async () => {
    const types = await readFile(join(root, "lib/types.ts"), "utf8");
    const options = [
      ...keysOf(types, "BridgeOptions").filter((key) => key !== "security"),
      ...keysOf(types, "SecurityOptions").map((key) => `security.${key}`),
    ];
    const table = readme.slice(readme.indexOf("## Options"), readme.indexOf("## Beside"));
    const listed = [...table.matchAll(/^\| `([\w.]+)` \|/gm)].map((match) => match[1]);

    expect(options).toContain("root");
    expect(listed.sort()).toEqual(options.sort());
  });

  it("links only to what is there", async () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1] ?? "");

    expect(links.length).toBeGreaterThan(5);
    for (const link of links) {
      await expect(stat(join(root, link)), link).resolves.toBeDefined();
    }
  });
});

function keysOf(source: string, name: string): string[] {
  const body =
    new RegExp(`interface ${name}(?:<[^{]*>)? \\{\\n(.*?)\\n\\}`, "s").exec(source)?.[1] ?? "";
  return [...body.matchAll(/^ {2}(\w+)\??[(:]/gm)].map((match) => match[1] ?? "");
}
