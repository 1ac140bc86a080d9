// What development does to the process of the host, and what it needs from it.
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { link, runNode, writeApp } from "../lib/loader/_app.ts";
import { page } from "./_hosts.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));

/** A project that has our package as npm installs it, without what is a peer. */
async function installed(files: Record<string, string>): Promise<string> {
  const root = writeApp(files);
  const target = join(root, "node_modules/starbridge");
  mkdirSync(target, { recursive: true });
  for (const name of ["dist", "package.json"]) {
    cpSync(join(repository, name), join(target, name), { recursive: true });
  }
  const { default: manifest } = await import("../../package.json", { with: { type: "json" } });
  for (const name of Object.keys(manifest.dependencies)) {
    const path = join(root, "node_modules", name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(join(repository, "node_modules", name), path, "junction");
  }
  return root;
}

const host = `
  import { createApp } from "starbridge";
  const log = (text) => console.log(text);
  const app = createApp({ root: import.meta.dirname, dev: true, logger: { info: log, warn: log, error: log } });
  const response = await app.fetch(new Request("http://localhost/a"));
  console.log(await response.text(), process.env.NODE_ENV);`;
const files = {
  "package.json": '{ "type": "module" }',
  "src/pages/a.js": page("a"),
  "host.js": host,
};

describe("a host in development", () => {
  it("ends when its work is done, whether the bridge was closed or not", async () => {
    const root = writeApp(files);
    link(root, "starbridge");
    const { code, stdout, stderr } = await runNode(root, ["host.js"]);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "a undefined\n", stderr: "" });
  });

  it("tells on the console what only a restart reloads, and at a terminal what was reloaded", async () => {
    const talking = `
      import { writeFileSync } from "node:fs";
      import { createApp } from "starbridge";
      import "./src/host.js";
      if (process.argv[3] === "terminal") process.stdout.isTTY = true;
      const alive = setInterval(() => {}, 1000);
      const app = createApp({ root: import.meta.dirname, dev: process.argv[2] === "dev" });
      const ask = async () => (await app.fetch(new Request("http://localhost/a"))).text();
      console.log(await ask());
      if (process.argv[2] === "dev") {
        writeFileSync(new URL("./src/host.js", import.meta.url), "export const h = 2;");
        const { warn } = console;
        await new Promise((resolve) => { console.warn = (text) => { warn(text); resolve(); }; });
        writeFileSync(new URL("./src/pages/a.js", import.meta.url), "export const GET = () => new Response('new');");
        while ((await ask()) !== "new") await new Promise(setImmediate);
      }
      await app.close();
      clearInterval(alive);`;
    const pageOfHost =
      'import { h } from "../host.js"; export const GET = () => new Response("a" + h);';
    const root = writeApp({
      ...files,
      "src/host.js": "export const h = 1;",
      "src/pages/a.js": pageOfHost,
      "host.js": talking,
    });
    link(root, "starbridge");
    expect(await runNode(root, ["host.js"])).toEqual({ code: 0, stdout: "a1\n", stderr: "" });
    const warning = "src/host.js was changed, but the host has loaded it: restart the host.";
    for (const where of ["pipe", "terminal"]) {
      writeFileSync(join(root, "src/host.js"), "export const h = 1;");
      writeFileSync(join(root, "src/pages/a.js"), pageOfHost);
      const { code, stdout, stderr } = await runNode(root, ["host.js", "dev", where]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: `[starbridge] ${warning}\n` });
      const told = /^a1\n\[starbridge\] reloaded src\/pages\/a\.js \(1 module\) in \d+ ms\n$/;
      expect(stdout).toMatch(where === "terminal" ? told : /^a1\n$/);
    }
  });

  it("serves its pages without vite, and says how they would reload", async () => {
    const { stdout, stderr } = await runNode(await installed(files), ["host.js"]);
    expect(stderr).toBe("");
    expect(stdout.split("\n")).toEqual([
      "Pages do not reload, because vite is not installed. For hot reload: npm install --save-dev vite@8",
      "a undefined",
      "",
    ]);
  });

  it("does not use a vite of another version", async () => {
    const root = await installed({
      ...files,
      "node_modules/vite/package.json":
        '{ "name": "vite", "type": "module", "exports": "./index.js" }',
      "node_modules/vite/index.js": 'export const version = "5.4.0";',
    });
    const { stdout, stderr } = await runNode(root, ["host.js"]);
    expect(stderr).toBe("");
    expect(stdout).toContain("because vite is version 5.4.0.");
    expect(stdout).toContain("a undefined");
  });

  it("never loads vite in production", async () => {
    const root = await installed({
      ...files,
      "host.js": host.replace("dev: true", "dev: false"),
      "node_modules/vite/package.json":
        '{ "name": "vite", "type": "module", "exports": "./index.js" }',
      "node_modules/vite/index.js": 'console.log("loaded"); export const version = "8.0.0";',
    });
    const { stdout, stderr } = await runNode(root, ["host.js"]);
    expect({ stdout, stderr }).toEqual({ stdout: "a undefined\n", stderr: "" });
  });
});
